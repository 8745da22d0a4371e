import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Outages, serverThawCommand, tcpAddressesIn } from './outages.js';
import { hasLustreType } from './preflight.js';
import { serverVersions } from './versions.js';

describe('what the client and the servers report', () => {
  it('has addresses on tcp networks', () => {
    expect(tcpAddressesIn('10.9.0.2@tcp\n10.9.1.2@tcp1\n10.9.2.2@o2ib\n0@lo\n')).toEqual([
      '10.9.0.2',
      '10.9.1.2',
    ]);
  });

  it('has the versions of the metadata servers, each once', () => {
    const shown = (version: string): string =>
      `import:\n    name: lfs-MDT0000-mdc-ff11\n    connect_data:\n       target_version: ${version}\n`;
    expect(serverVersions(shown('2.17.0.0') + shown('2.15.8.0') + shown('2.17.0.0'))).toBe(
      '2.17.0.0, 2.15.8.0',
    );
    expect(serverVersions('')).toBe('unknown');
  });

  it('has the file system type only where the client is loaded', () => {
    expect(hasLustreType('nodev\tsysfs\n\tlustre_tgt\nnodev\tlustre\n')).toBe(true);
    expect(hasLustreType('nodev\tsysfs\n\tlustre_tgt\n')).toBe(false);
  });
});

// The commands leave a mark in /run, as they do on a server.
describe.skipIf(process.getuid?.() !== 0)('servers by ssh', () => {
  let directory: string;
  let path: string | undefined;
  const calls = (): readonly string[] => readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n');
  const program = (name: string, script: string): void => {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, name), 0o755);
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lustre-csi-ssh-'));
    writeFileSync(join(directory, 'calls'), '');
    path = process.env['PATH'];
    process.env['PATH'] = `${directory}:${path ?? ''}`;
    // The server of this ssh is this machine, with an iptables that writes down its arguments.
    program('ssh', 'while [ "$1" != -- ]; do host=$1; shift; done; shift; HOST=$host sh -c "$*"');
    program('nohup', 'exit 0');
    program('lctl', 'echo 10.9.0.2@tcp');
    program('iptables', `echo "$HOST $*" >>${directory}/calls`);
  });

  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(directory, { recursive: true });
  });

  it('are cut off from this client on port 988, and connected again', async () => {
    const outages = await Outages.prepare({ ssh: ['mds1'] });
    expect(outages.cannotFreeze).toBeUndefined();
    await outages.freeze();
    const frozen = calls();
    expect(frozen).toEqual([
      'mds1 -w -N LUSTRE_CSI_TEST',
      'mds1 -w -A LUSTRE_CSI_TEST -p tcp --dport 988 -j DROP',
      'mds1 -w -A LUSTRE_CSI_TEST -p tcp --sport 988 -j DROP',
      'mds1 -w -I INPUT -s 10.9.0.2 -j LUSTRE_CSI_TEST',
      'mds1 -w -I OUTPUT -d 10.9.0.2 -j LUSTRE_CSI_TEST',
    ]);
    await outages.thaw();
    expect(calls().slice(frozen.length)).toEqual([
      'mds1 -w -D INPUT -s 10.9.0.2 -j LUSTRE_CSI_TEST',
      'mds1 -w -D OUTPUT -d 10.9.0.2 -j LUSTRE_CSI_TEST',
      'mds1 -w -F LUSTRE_CSI_TEST',
      'mds1 -w -X LUSTRE_CSI_TEST',
    ]);
  });

  it('are all connected again where one cannot be cut off', async () => {
    program('iptables', `echo "$HOST $*" >>${directory}/calls; [ "$HOST" = mds1 ] || [ "$2" != -N ]`);
    const outages = await Outages.prepare({ ssh: ['mds1', 'oss1'] });
    await expect(outages.freeze()).rejects.toThrow(/ssh oss1: .*exit status 1/);
    expect(calls().filter((call) => call.endsWith('-X LUSTRE_CSI_TEST'))).toHaveLength(2);
  });

  it('are not frozen without an address of this client', async () => {
    program('lctl', 'echo 10.9.2.2@o2ib');
    expect((await Outages.prepare({ ssh: ['mds1'] })).cannotFreeze).toMatch(/no address on a tcp network/);
    expect((await Outages.prepare({ ssh: [] })).cannotFreeze).toMatch(/--ssh, or --freeze and --thaw/);
  });

  it('are frozen by commands of this machine where they are given', async () => {
    const file = join(directory, 'frozen');
    const outages = await Outages.prepare({ ssh: [], freeze: `echo frozen >${file}`, thaw: `rm ${file}` });
    await outages.freeze();
    expect(readFileSync(file, 'utf8')).toBe('frozen\n');
    await outages.thaw();
    await expect(outages.thaw()).rejects.toThrow(/rm .*frozen/);
  });

  it('are connected again by a command that succeeds repeatedly and fits into single quotes', () => {
    expect(serverThawCommand(['10.9.0.2'])).toMatch(/^[^']*; true$/);
  });
});

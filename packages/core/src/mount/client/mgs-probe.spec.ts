import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMountSource } from '../../model/mount-source.js';
import { CommandRunner, type RunOptions } from '../../process/command.js';
import { describeFindings, MgsProbe, reach, type NidFinding } from './mgs-probe.js';

const runner = new CommandRunner();
let server: Server;
let port: number;
let tools: string;

beforeAll(async () => {
  server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  tools = await mkdtemp(join(tmpdir(), 'lctl-'));
});
afterAll(async () => {
  server.close();
  await rm(tools, { recursive: true });
});

/** Installs lctl as a script; its arguments are `$*`. */
async function lctl(script: string) {
  await writeFile(join(tools, 'lctl'), `#!/bin/sh\n${script}\n`);
  await chmod(join(tools, 'lctl'), 0o755);
  return {
    run: (program: string, args: readonly string[], options: RunOptions) =>
      runner.run(join(tools, program), args, options),
  };
}

describe('MgsProbe', () => {
  it('distinguishes a closed port from an open one, and reports lctl ping', async () => {
    const probe = new MgsProbe({
      runner: await lctl(
        '[ "$1" != list_nids ] || { echo 127.0.0.9@tcp; exit; }; [ "$*" = "ping 127.0.0.1@tcp" ] || { echo "failed to ping $2: Input/output error" >&2; exit 1; }',
      ),
      port,
    });
    const said = await probe.explain(parseMountSource('127.0.0.1@tcp:127.0.0.2@tcp:/lustrefs'));
    expect(said).toContain(`127.0.0.1@tcp accepts connections on TCP ${port}`);
    expect(said).toContain('but the mount fails and answers lctl ping');
    expect(said).toContain(`127.0.0.2@tcp refuses connections on TCP ${port}`);
    expect(said).toContain('and does not answer lctl ping');
    expect(said).toContain('LNet works');
  });

  it('does without lctl, and asks no other network by TCP', async () => {
    const probe = new MgsProbe({ runner, port });
    const said = await probe.explain(parseMountSource('127.0.0.1@tcp1:127.1.1.1@o2ib:/lustrefs'));
    expect(said).not.toContain('lctl ping');
    expect(said).toContain('SNAT');
    expect(said).toContain('127.1.1.1@o2ib is not on a TCP network');
  });
});

describe('MgsProbe.look', () => {
  /** lctl that answers with these words for each NID, and counts its calls. */
  function probeWith(pings: Readonly<Record<string, string>>) {
    const pinged: string[] = [];
    const run = (_: string, [command, nid = '']: readonly string[]) => {
      const own = { ...{ pid: 1, signal: null, stderr: '', exitCode: 0 }, stdout: '10.9.0.2@tcp\n' };
      if (command === 'list_nids') return Promise.resolve(own);
      pinged.push(nid);
      const stderr = Object.hasOwn(pings, nid)
        ? pings[nid]
        : 'opening /dev/lnet failed: No such file or directory';
      const exitCode = stderr === '' ? 0 : 1;
      return Promise.resolve({ ...{ pid: 1, signal: null, stdout: '' }, stderr: stderr ?? '', exitCode });
    };
    return { pinged, probe: new MgsProbe({ runner: { run }, port, pingAfterMs: 100 }) };
  }
  const silent = (nid: string): string => `failed to ping ${nid}: Input/output error`;

  it('pings no server of which one NID accepts a connection', async () => {
    const { probe, pinged } = probeWith({});
    const source = parseMountSource('127.0.0.2@tcp:127.0.0.3@o2ib:127.0.0.1@tcp:/lustrefs');
    expect(await probe.look(source)).toEqual({ verdict: 'reachable', words: '' });
    expect(pinged).toEqual([]);
  });

  it.each([
    ['127.0.0.2@tcp:127.0.0.3@tcp:/fs', { '127.0.0.3@tcp': '' }, 'reachable', ''],
    ['127.0.0.2@tcp:127.0.0.3@tcp:/fs', {}, 'doubtful', 'each of 127.0.0.2@tcp, 127.0.0.3@tcp refuses'],
    [
      '127.0.0.2@tcp:/fs',
      { '127.0.0.2@tcp': silent('127.0.0.2@tcp') },
      'unreachable',
      'refuses connections on TCP',
    ],
    [
      '127.0.0.2@o2ib:/fs',
      { '127.0.0.2@o2ib': silent('127.0.0.2@o2ib') },
      'unreachable',
      'does not answer lctl',
    ],
    ['127.0.0.2@o2ib:/fs', {}, 'reachable', ''],
    [
      '127.0.0.2@tcp:127.0.0.3@o2ib:/fs',
      { '127.0.0.2@tcp': silent('127.0.0.2@tcp') },
      'reachable',
      '', // The second NID cannot be looked at.
    ],
  ])('of %s with the pings %j: %s', async (source, pings, verdict, words) => {
    const look = await probeWith(pings).probe.look(parseMountSource(source));
    expect(look.verdict).toBe(verdict);
    expect(look.words).toContain(words);
  });

  it('of 40 dead servers starts no mount while too many of them are pinged, and looks once at each', async () => {
    const ends: (() => void)[] = [];
    const run = () =>
      new Promise<never>((_, reject) => ends.push(() => reject(new Error('the test is over'))));
    const probe = new MgsProbe({ runner: { run }, port, pingAfterMs: 50 });
    const sources = Array.from({ length: 40 }, (_, n) => parseMountSource(`127.0.2.${n}@tcp:/fs`));
    const looks = sources.flatMap((source) => [probe.look(source), probe.look(source)]);
    const busy = await Promise.all(looks.slice(32));
    expect(new Set(busy.map(({ verdict }) => verdict))).toEqual(new Set(['unreachable']));
    expect(busy[0]?.words).toContain('cannot be pinged now');
    expect(ends).toHaveLength(16);
    const other = await probe.look(parseMountSource('127.0.2.77@o2ib:/fs'));
    expect(other.verdict).toBe('reachable'); // Nothing at all was seen of it.
    for (const end of ends) end();
    await Promise.all(looks);
  });
});

describe('reach', () => {
  it('gives up at its deadline', async () => {
    // Before any packet can come back.
    const clock = {
      now: Date.now,
      after: (_: number, callback: () => void) => (queueMicrotask(callback), () => {}),
    };
    expect(await reach('127.0.0.1', port, 1_000, clock)).toBe('timed-out');
  });
});

describe('describeFindings', () => {
  it.each<[NidFinding, string]>([
    [{ nid: 'a@tcp', tcp: 'refused' }, 'no Lustre server listens'],
    [{ nid: 'a@tcp', tcp: 'timed-out' }, 'security group'],
    [{ nid: 'a@tcp', tcp: 'no-route' }, 'no route'],
    [{ nid: 'a@tcp', tcp: 'unknown-host' }, 'DNS'],
    [{ nid: 'a@tcp', tcp: 'open' }, 'source port'],
    [{ nid: 'a@tcp', tcp: 'open', ping: 'silent' }, 'lnetctl net show'],
    [{ nid: 'a@tcp', tcp: 'open', ping: 'answers' }, 'LNet works'],
    [{ nid: 'a@o2ib', ping: 'silent' }, 'a@o2ib does not answer lctl ping'],
  ])('%j: %s', (finding, words) => {
    expect(describeFindings([finding], 988)).toContain(words);
  });
});

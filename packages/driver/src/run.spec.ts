import { connectCsi } from '@lustre-csi/core/client';
import { MemoryCloud, RememberedLog, memoryProvider } from '@lustre-csi/core/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tokens } from './container/container.js';
import { runDriver, type DriverOptions } from './run.js';

const provider = memoryProvider(new MemoryCloud());
const other = { ...provider, driverName: 'other.lustre.test' };

let output: string;
let errors: string;

const run = (argv: readonly string[], options: Partial<DriverOptions> = {}): Promise<number> =>
  runDriver({
    name: 'my-driver',
    version: '4.5.6',
    providers: [provider],
    argv,
    environment: {},
    ...options,
  });

beforeEach(() => {
  [output, errors] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((output += String(text))));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((errors += String(text))));
});
afterEach(() => vi.restoreAllMocks());

describe('runDriver', () => {
  it("prints the caller's name and version", async () => {
    expect(await run(['--version'])).toBe(0);
    expect(output).toBe('my-driver 4.5.6\n');
  });

  it("shows the caller's name in the help, and --driver-name only where there is a choice", async () => {
    expect(await run(['--help'])).toBe(0);
    expect(output).toMatch(/^my-driver --endpoint /);
    expect(output).toContain('\nmy-driver orphans [flags]: ');
    expect(output).not.toContain('lustre-csi ');
    output = '';
    await run(['--help'], { providers: [provider, other] });
    expect(output).toMatch(/^my-driver --driver-name NAME --endpoint /);
  });

  it("puts the caller's name before an error", async () => {
    expect(await run(['--endpoin=x'])).toBe(2);
    expect(errors).toMatch(/^my-driver: .*see my-driver --help\n$/);
    errors = '';
    expect(await run(['orphans'])).toBe(2);
    expect(errors).toMatch(/^my-driver: orphans needs the Kubernetes API/);
  });

  it('ends pre-stop-hook at once without a Kubernetes API', async () => {
    expect(await run(['pre-stop-hook'])).toBe(0);
    expect(errors).toBe('');
  });

  it('needs --driver-name only to choose among several providers', async () => {
    expect(await run([])).toBe(2);
    expect(errors).toContain('--endpoint is missing');
    errors = '';
    expect(await run([], { providers: [provider, other] })).toBe(2);
    expect(errors).toContain('--driver-name is missing: write one of memory.lustre.test, other.lustre.test');
  });

  it('refuses the name of another driver although there is a single provider', async () => {
    expect(await run(['--driver-name=other.lustre.test'])).toBe(2);
    expect(errors).toContain('unknown --driver-name "other.lustre.test": known are memory.lustre.test');
  });
});

describe('configure', () => {
  it('replaces a part before it is used', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'run-driver-'));
    const endpoint = `unix://${directory}/csi.sock`;
    const log = new RememberedLog();
    const cloud = new MemoryCloud();
    const running = run(['--mode=controller', `--endpoint=${endpoint}`, `--state-dir=${directory}/state`], {
      configure: (container) => {
        container.rebind(tokens.log).toConstantValue(log);
        container.rebind(tokens.controllerProvider).toConstantValue(cloud);
      },
    });
    await vi.waitFor(() => expect(JSON.stringify(log.lines)).toContain('serving CSI'));
    const client = connectCsi(endpoint);
    expect(await client.identity.getPluginInfo({})).toMatchObject({
      name: 'memory.lustre.test',
      vendorVersion: '4.5.6',
    });
    expect((await client.controller.listVolumes({ maxEntries: 0, startingToken: '' })).entries).toEqual([]);
    expect(cloud.calls).not.toEqual([]);
    client.close();
    process.emit('SIGTERM');
    expect(await running).toBe(0);
    expect(output).toBe('');
    rmSync(directory, { recursive: true });
  });
});

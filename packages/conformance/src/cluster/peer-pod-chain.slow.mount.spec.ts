// What the node plugin writes for a guest, read by the code of Kata and of cloud-api-adaptor; `lustre-csi guest` releases the
// containers that the adaptor's interceptor holds back.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseMountSource, type Log } from '@lustre-csi/core';
import { DirectVolumes, GuestVolumes } from '@lustre-csi/core/guest';
import { NodeEngine } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testCache } from '../deploy/tools.js';
import { createRequest, testedDrivers } from '../testing/emulated-cloud.js';
import { obtainGoProgram } from '../testing/go-program.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import { startGuest, type GuestProcess } from './guest-process.js';

const run = promisify(execFile);
const tested = testedDrivers[1] as (typeof testedDrivers)[number];
const sources = fileURLToPath(new URL('../../peer-pods/', import.meta.url));
const chain = await obtainGoProgram(testCache(), sources, 'peer-pod-chain');

/** Directory that Kata and the adaptor read; its place is a constant in their code. */
const KATA_DIR = '/run/kata-containers';
const TARGET_PATHS = 'io.confidentialcontainers.org.peerpodvolumes.target_path';
const signal = new AbortController().signal;
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => log };

const hadKataDir = existsSync(KATA_DIR);
let controller: DriverProcess;
let volumeId: string;
let source: string;
let base: string;
let engine: NodeEngine;

const command = (...args: readonly string[]): void => void execFileSync(args[0] ?? '', args.slice(1));

beforeAll(async () => {
  mkdirSync(KATA_DIR, { recursive: true });
  command('mount', '-t', 'tmpfs', 'kata', KATA_DIR);
  controller = await startLustreCsi({ driverName: tested.driverName, mode: 'controller' });
  const { volume } = await controller.client.controller.createVolume(createRequest(tested, 'pvc-chain'));
  volumeId = volume?.volumeId ?? '';
  const { 'mgs-ip-address': address = '', 'fs-name': name = '' } = volume?.volumeContext ?? {};
  source = `${address}@tcp:/${name}`;
});

afterAll(async () => {
  await controller.client.controller.deleteVolume({ volumeId, secrets: {} });
  await controller.stop();
  command('umount', KATA_DIR);
  if (!hadKataDir) rmdirSync(KATA_DIR);
});

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'lustre-csi-chain-'));
  command('mount', '--bind', base, base);
  command('mount', '--make-shared', base);
  engine = new NodeEngine({
    ...{ stateDir: join(base, 'state'), log, targetDirs: [base] },
    guests: (node, stateDir) =>
      new GuestVolumes(node, {
        ...{ stateDir, driverName: tested.driverName, directVolumes: new DirectVolumes() },
        guard: { modeFor: async () => 'guest' },
      }),
  });
  for (const name of ['data', 'hand-off']) mkdirSync(dirname(target(name)), { recursive: true });
  const request = {
    ...{ volumeId, targetPath: target('data'), readonly: false },
    capability: { accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags: ['flock'] } as const,
  };
  await engine.publish({ ...request, source: parseMountSource(source) }, signal);
  const inline = { ...request, volumeId: 'csi-1', targetPath: target('hand-off') };
  await engine.publishInline({ ...inline, context: { handOff: 'true' } }, signal);
});

afterEach(async () => {
  await engine.unpublish({ volumeId, targetPath: target('data') }, signal);
  await engine.unpublish({ volumeId: 'csi-1', targetPath: target('hand-off') }, signal);
  command('umount', '-R', base);
  rmSync(base, { recursive: true });
});

const pods = (): string => join(base, 'pods');
const target = (name: string): string => join(pods(), 'uid-1/volumes/kubernetes.io~csi', name, 'mount');

/** A container on its way to the agent. */
interface Creation {
  /** Lines that the program has printed. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly ended: Promise<number | null>;
}

function create(...mounts: readonly string[]): Creation {
  const child = spawn(chain ?? '', ['create', ...mounts], { stdio: ['ignore', 'pipe', 'ignore'] });
  const events: Readonly<Record<string, unknown>>[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter(Boolean)) events.push(JSON.parse(line) as (typeof events)[0]);
  });
  return { events, ended: new Promise((resolve) => child.once('close', resolve)) };
}

describe.skipIf(!chain)('a volume of a guest', () => {
  it('is an entry that Kata reads, until it is withdrawn', async () => {
    const { stdout } = await run(chain ?? '', ['entry', target('data'), pods()]);
    const [data, directory] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(data).toEqual({
      ...{ 'volume-type': 'lustre', device: '', fstype: 'lustre', options: ['flock'] },
      metadata: { driver: tested.driverName, source },
    });
    // Kata neither shares nor copies sources whose type is not bind.
    expect(directory).toMatchObject({ device: '', fstype: 'none' });
    await engine.unpublish({ volumeId, targetPath: target('data') }, signal);
    await expect(run(chain ?? '', ['entry', target('data')])).rejects.toThrow('no such file');
  });

  it('holds back the containers that mount it, and not the one that will mount it in the guest', async () => {
    const sidecar = create(target('hand-off'), pods());
    expect(await sidecar.ended).toBe(0);
    expect(sidecar.events.map(({ event }) => event)).toEqual(['sent', 'created']);
    expect(sidecar.events[1]).not.toHaveProperty(['annotations', TARGET_PATHS]);

    const application = create(target('data'));
    await expect.poll(() => application.events.length, { timeout: 10_000 }).toBe(1);
    await delay(1_000);
    expect(application.events).toEqual([{ event: 'sent' }]);
    let guest: GuestProcess | undefined;
    try {
      guest = await startGuest(tested.driverName, target('hand-off'));
      expect(await application.ended).toBe(0);
      expect(application.events[1]).toMatchObject({
        event: 'created',
        sources: [target('data')],
        annotations: { [TARGET_PATHS]: target('data') },
      });
      expect(await guest.probe('/started')).toMatchObject({ status: 200 });
    } finally {
      expect(await guest?.stop()).toBe(0);
    }
  });
});

// Many file systems whose servers do not answer, beside one that does. Runs inside `lustre-cloud-emulator exec`;
// `test:mounts:dead-servers` has mounts that wait for half a minute, and keep all other new clients waiting.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addSimulatedFileSystem } from '../lustre/testing/simulated-lustre.js';
import { readWriteMany } from '../testing/emulated-cloud.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';

const UNAVAILABLE = 14;
const DEAD_SERVERS = 40;
/** Time within which a caller learns that a server does not answer. Milliseconds. */
const ANSWER_MS = 15_000;

let driver: DriverProcess;
let kubelet: string;
let state: string;
let healthy: string;

beforeAll(async () => {
  healthy = addSimulatedFileSystem([`healthy-${process.pid}.example`]);
  state = await mkdtemp(join(tmpdir(), 'lustre-csi-state-'));
  kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-kubelet-'));
  driver = await startLustreCsi({ driverName: 'generic.lustre-csi', args: ['--state-dir', state] });
});
afterAll(async () => {
  await driver.stop();
  for (const directory of [kubelet, state]) await rm(directory, { recursive: true });
});

const publish = (volumeId: string, source: string): Promise<unknown> =>
  driver.client.node.nodePublishVolume({
    volumeId,
    volumeContext: { source },
    targetPath: join(kubelet, volumeId),
    volumeCapability: readWriteMany(),
    readonly: false,
    stagingTargetPath: '',
    publishContext: {},
    secrets: {},
  });

it('do not delay a volume of a server that answers, and each caller learns the cause in time', async () => {
  const began = performance.now();
  const dead = Array.from({ length: DEAD_SERVERS }, async (_, index) => {
    const nid = `127.9.1.${index + 1}@tcp`;
    const error = await publish(`dead-${index}`, `${nid}:/lustrefs`).catch((reason: unknown) => reason);
    return { nid, error: error as { code: number; details: string }, ms: performance.now() - began };
  });
  await publish('healthy', healthy);
  expect(performance.now() - began).toBeLessThan(ANSWER_MS);
  for (const { nid, error, ms } of await Promise.all(dead)) {
    expect(error).toMatchObject({ code: UNAVAILABLE, details: expect.stringContaining(nid) as string });
    expect(ms).toBeLessThan(ANSWER_MS);
  }
  await driver.client.node.nodeUnpublishVolume({ volumeId: 'healthy', targetPath: join(kubelet, 'healthy') });
  expect(existsSync(join(kubelet, 'healthy'))).toBe(false);
  // The client of no pod goes in the background.
  await vi.waitFor(async () => expect(await readdir(join(state, 'mounts'))).toEqual([]), 20_000);
});

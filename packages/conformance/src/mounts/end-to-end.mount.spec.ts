// The main job with both drivers: the real executable, real SDKs, real mounts. Runs inside
// `lustre-cloud-emulator exec`, whose environment all driver processes inherit.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NodePublishVolumeRequest } from '@lustre-csi/core/client';
import { metricsUrlOf } from '../protocol/calls-in-flight.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import { createRequest, readWriteMany, testedDrivers, type TestedDriver } from '../testing/emulated-cloud.js';

/** gRPC status codes. */
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

interface CreatedVolume {
  readonly volumeId: string;
  readonly volumeContext: Record<string, string>;
}

const publication = (
  { volumeId, volumeContext }: CreatedVolume,
  targetPath: string,
  change: Partial<NodePublishVolumeRequest> = {},
): NodePublishVolumeRequest => ({
  volumeId,
  volumeContext,
  targetPath,
  volumeCapability: readWriteMany(['flock']),
  readonly: false,
  stagingTargetPath: '',
  publishContext: {},
  secrets: {},
  ...change,
});

const mountsBelow = async (directory: string): Promise<readonly string[]> =>
  (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .filter((line) => line.split(' ')[4]?.startsWith(`${directory}/`));

/** Metrics of the node, by name. */
async function nodeFigures(driver: DriverProcess): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${metricsUrlOf(driver.log())}/metrics`)).text();
  const found = [...text.matchAll(/^lustre_csi_node_(\w+) ([0-9.]+)$/gm)];
  return Object.fromEntries(found.map(([, name = '', value]) => [name, Number(value)]));
}

/** Waits for work that the driver does in the background. */
const until = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });

async function createVolume(
  driver: DriverProcess,
  tested: TestedDriver,
  name: string,
): Promise<CreatedVolume> {
  const { volume } = await driver.client.controller.createVolume(createRequest(tested, name), {
    deadline: Date.now() + 25_000,
  });
  if (!volume) throw new Error('CreateVolume answered without a volume');
  return volume;
}

describe.each(testedDrivers)('$driverName', (tested) => {
  let driver: DriverProcess;
  let kubelet: string;
  let state: string;

  /** Starts a driver with the state of its predecessor, and of no other process. */
  const start = (): Promise<DriverProcess> =>
    startLustreCsi({
      driverName: tested.driverName,
      args: ['--state-dir', state, '--metrics-address', '127.0.0.1:0'],
    });

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'lustre-csi-state-'));
    driver = await start();
  });

  beforeEach(async () => {
    kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-kubelet-'));
  });

  afterEach(async () => {
    await until(async () => expect(await mountsBelow(state)).toEqual([]));
    await rmdir(kubelet);
  });

  afterAll(async () => {
    await driver.stop();
    await rm(state, { recursive: true });
  });

  it('creates, publishes twice, shares data, measures, unpublishes and deletes', async () => {
    const { controller, node } = driver.client;
    const volume = await createVolume(driver, tested, 'pvc-end-to-end');
    const [a, b] = [join(kubelet, 'a'), join(kubelet, 'b')] as const;
    await node.nodePublishVolume(publication(volume, a));
    await node.nodePublishVolume(publication(volume, b));
    await node.nodePublishVolume(publication(volume, b));
    expect(await mountsBelow(kubelet)).toHaveLength(2);
    expect(await nodeFigures(driver)).toMatchObject({
      publications: 2,
      client_mounts: 1,
      stuck_processes: 0,
    });
    await writeFile(join(a, 'out.txt'), 'shared');
    expect(await readFile(join(b, 'out.txt'), 'utf8')).toBe('shared');

    const stats = await node.nodeGetVolumeStats({
      volumeId: volume.volumeId,
      volumePath: a,
      stagingTargetPath: '',
    });
    const { blocks, bsize } = await statfs(a, { bigint: true });
    expect(stats.usage[0]).toMatchObject({ total: blocks * bsize });
    expect(stats.usage[0]?.total).toBe(tested.capacityBytes);

    for (const targetPath of [a, b, b])
      await node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath });
    expect(await mountsBelow(kubelet)).toEqual([]);
    expect(await readdir(kubelet)).toEqual([]);
    await until(async () =>
      expect(await nodeFigures(driver)).toMatchObject({ publications: 0, client_mounts: 0 }),
    );

    await controller.deleteVolume({ volumeId: volume.volumeId, secrets: {} });
    await controller.deleteVolume({ volumeId: volume.volumeId, secrets: {} });
    await expect(node.nodePublishVolume(publication(volume, a))).rejects.toMatchObject({
      details: expect.stringMatching(/management server did not answer|NID/) as string,
    });
    expect(await readdir(kubelet)).toEqual([]);
  });

  it('publishes read-only on request', async () => {
    const volume = await createVolume(driver, tested, 'pvc-read-only');
    const target = join(kubelet, 'ro');
    await driver.client.node.nodePublishVolume(publication(volume, target, { readonly: true }));
    await expect(writeFile(join(target, 'x'), 'x')).rejects.toMatchObject({ code: 'EROFS' });
    await driver.client.node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath: target });
    await driver.client.controller.deleteVolume({ volumeId: volume.volumeId, secrets: {} });
  });

  it('mounts a static volume from its context, and never deletes its file system', async () => {
    const volume = await createVolume(driver, tested, 'pvc-static');
    const fixed = { volumeId: 'static-handle-of-an-admin', volumeContext: volume.volumeContext };
    const target = join(kubelet, 'static');
    await driver.client.node.nodePublishVolume(publication(fixed, target));
    expect((await stat(target)).isDirectory()).toBe(true);
    await driver.client.node.nodeUnpublishVolume({ volumeId: fixed.volumeId, targetPath: target });
    await driver.client.controller.deleteVolume({ volumeId: fixed.volumeId, secrets: {} });
    expect((await createVolume(driver, tested, 'pvc-static')).volumeId).toBe(volume.volumeId);
    await driver.client.controller.deleteVolume({ volumeId: volume.volumeId, secrets: {} });
  });

  it('leaves volumes mounted when it stops or is killed, and takes them over', async () => {
    const volume = await createVolume(driver, tested, 'pvc-restart');
    const [a, b] = [join(kubelet, 'a'), join(kubelet, 'b')] as const;
    await driver.client.node.nodePublishVolume(publication(volume, a));
    expect(await driver.stop()).toBe(0);
    driver = await start();
    await driver.client.node.nodePublishVolume(publication(volume, b));
    await driver.kill();
    expect(await mountsBelow(kubelet)).toHaveLength(2);
    driver = await start();
    await driver.client.node.nodePublishVolume(publication(volume, a));
    expect(await mountsBelow(kubelet)).toHaveLength(2);
    for (const targetPath of [a, b])
      await driver.client.node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath });
    expect(await mountsBelow(kubelet)).toEqual([]);
    await driver.client.controller.deleteVolume({ volumeId: volume.volumeId, secrets: {} });
  });

  it('automatically removes the client of a pod that ended while the driver was down', async () => {
    const volume = await createVolume(driver, tested, 'pvc-left');
    const target = join(kubelet, 'left');
    await driver.client.node.nodePublishVolume(publication(volume, target));
    await driver.kill();
    execFileSync('umount', [target]);
    await rmdir(target);
    expect(await mountsBelow(state)).toHaveLength(1);
    driver = await start();
    await until(async () => expect(await mountsBelow(state)).toEqual([]));
    await driver.client.controller.deleteVolume({ volumeId: volume.volumeId, secrets: {} });
  });

  it('reports the cause for a volume whose file system does not exist', async () => {
    const volume = await createVolume(driver, tested, 'pvc-wrong');
    const { mountname: _, ...rest } = volume.volumeContext;
    const wrong = { ...volume, volumeContext: { ...rest, mountname: 'nothere', 'fs-name': 'nothere' } };
    const target = join(kubelet, 'wrong');
    const failure = driver.client.node.nodePublishVolume(publication(wrong, target));
    await expect(failure).rejects.toMatchObject({ code: NOT_FOUND });
    expect(await readdir(kubelet)).toEqual([]);
    await driver.client.controller.deleteVolume({ volumeId: volume.volumeId, secrets: {} });
  });

  it('never mistakes the mount of another volume for its own', async () => {
    const [one, two] = [
      await createVolume(driver, tested, 'pvc-one'),
      await createVolume(driver, tested, 'pvc-two'),
    ];
    const target = join(kubelet, 'target');
    await driver.client.node.nodePublishVolume(publication(one, target));
    await expect(driver.client.node.nodePublishVolume(publication(two, target))).rejects.toMatchObject({
      code: FAILED_PRECONDITION,
    });
    await driver.client.node.nodeUnpublishVolume({ volumeId: one.volumeId, targetPath: target });
    for (const { volumeId } of [one, two])
      await driver.client.controller.deleteVolume({ volumeId, secrets: {} });
  });
});

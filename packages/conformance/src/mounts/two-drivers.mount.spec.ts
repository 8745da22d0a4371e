// Both drivers on one machine, each with its own socket and state directory, like on a cluster that uses two clouds.
import { mkdtemp, readFile, readdir, rmdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodePublishVolumeRequest } from '@lustre-csi/core/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import { createRequest, readWriteMany, testedDrivers, type TestedDriver } from '../testing/emulated-cloud.js';

let kubelet: string;
let state: string;
let drivers: DriverProcess[];

beforeEach(async () => {
  kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-kubelet-'));
  state = await mkdtemp(join(tmpdir(), 'lustre-csi-state-'));
  drivers = [];
  for (const tested of testedDrivers) drivers.push(await start(tested));
});

afterEach(async () => {
  for (const driver of drivers) await driver.stop();
  await rmdir(kubelet);
  await rm(state, { recursive: true });
});

const start = ({ driverName }: TestedDriver): Promise<DriverProcess> =>
  startLustreCsi({ driverName, args: ['--state-dir', join(state, driverName)] });

const mounted = async (): Promise<number> =>
  (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(` ${kubelet}/`))
    .length;

it('do not disturb each other', async () => {
  const created = await Promise.all(
    testedDrivers.map(async (tested, index) => {
      const request = createRequest(tested, 'pvc-same-name');
      const { volume } = (await drivers[index]?.client.controller.createVolume(request)) ?? {};
      const publication: NodePublishVolumeRequest = {
        volumeId: volume?.volumeId ?? '',
        volumeContext: volume?.volumeContext ?? {},
        targetPath: join(kubelet, tested.driverName),
        volumeCapability: readWriteMany(),
        readonly: false,
        stagingTargetPath: '',
        publishContext: {},
        secrets: {},
      };
      await drivers[index]?.client.node.nodePublishVolume(publication);
      return publication;
    }),
  );
  expect(await mounted()).toBe(2);
  // One driver is killed, the other one unpublishes and stops: each volume is unmounted only by its own driver.
  const [first, second] = created;
  await drivers[1]?.kill();
  expect(await mounted()).toBe(2);
  await drivers[0]?.client.node.nodeUnpublishVolume(first as NodePublishVolumeRequest);
  expect(await mounted()).toBe(1);
  expect(await readdir(kubelet)).toEqual([testedDrivers[1]?.driverName]);
  drivers[1] = await start(testedDrivers[1] as TestedDriver);
  await drivers[1].client.node.nodeUnpublishVolume(second as NodePublishVolumeRequest);
  for (const [index, { volumeId }] of created.entries()) {
    await drivers[index]?.client.controller.deleteVolume({ volumeId, secrets: {} });
  }
  expect(await readdir(kubelet)).toEqual([]);
});

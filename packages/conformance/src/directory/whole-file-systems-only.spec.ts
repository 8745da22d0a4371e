// A controller that creates whole file systems, without mount(8), lfs or any other program, and without a writable directory:
// the configuration of a cluster whose StorageClasses request no directories.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLustreCsi } from '../testing/lustre-csi.js';
import {
  createRequest,
  fileSystemsIn,
  readWriteMany,
  startEmulatedCloud,
  testedDrivers,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';

const UNAVAILABLE = 14;

let cloud: EmulatedCloud;

beforeAll(async () => {
  cloud = await startEmulatedCloud({ durations: { createSeconds: 0.1, deleteSeconds: 0.1 } });
});

afterAll(async () => {
  await cloud.stop();
});

it.each(testedDrivers)(
  'the controller of $driverName needs no program and no writable directory',
  async (tested) => {
    const { driverName } = tested;
    const environment = {
      ...cloud.environment,
      PATH: '/nonexistent',
      LUSTRE_CSI_STATE_DIR: '/dev/null/state',
    };
    const driver = await startLustreCsi({ driverName, mode: 'controller', environment });
    try {
      const { controller } = driver.client;
      const { volume } = await controller.createVolume(createRequest(tested, 'pvc-unprivileged'), {
        deadline: Date.now() + 10_000,
      });
      const volumeId = volume?.volumeId ?? '';
      const listed = await controller.listVolumes({ maxEntries: 0, startingToken: '' });
      expect(listed.entries.map((entry) => entry.volume?.volumeId)).toEqual([volumeId]);
      expect((await controller.controllerGetVolume({ volumeId })).volume?.volumeId).toBe(volumeId);
      const validation = {
        volumeId,
        volumeCapabilities: [readWriteMany()],
        volumeContext: {},
        parameters: {},
        mutableParameters: {},
        secrets: {},
      };
      expect((await controller.validateVolumeCapabilities(validation)).confirmed).toBeDefined();
      // A directory needs more, and the driver reports what is missing.
      const asDirectory = {
        ...createRequest(tested, 'pvc-directory'),
        parameters: {
          provisioningMode: 'directory',
          ...tested.parentParameters(volumeId),
        },
      };
      await expect(controller.createVolume(asDirectory)).rejects.toMatchObject({
        code: UNAVAILABLE,
        details: expect.stringMatching(/state directory .* cannot be used.*--state-dir/) as string,
      });
      await controller.deleteVolume({ volumeId, secrets: {} });
      expect(fileSystemsIn(cloud.emulator, tested)).toEqual([]);
    } finally {
      await driver.stop();
    }
  },
);

// Deleting a volume whose file system holds other volumes as directories. Runs inside `lustre-cloud-emulator exec`.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startDriverProcess, type DriverProcess } from '../testing/driver-process.js';
import {
  createDirectory,
  directoryDrivers,
  directoryRequest,
  stateDirectory,
  type PreparedHost,
} from '../testing/directory-bench.js';

const FAILED_PRECONDITION = 9;

const inClouds = directoryDrivers.filter(({ driverName }) => driverName !== 'lustre.csi.k8s.io');

describe.each(inClouds)('$driverName', ({ driverName, prepare }) => {
  const drivers: DriverProcess[] = [];
  const start = async (): Promise<DriverProcess> => {
    const driver = await startDriverProcess({ driverName, args: ['--state-dir', stateDirectory()] });
    drivers.push(driver);
    return driver;
  };

  afterEach(async () => {
    await Promise.all(drivers.splice(0).map((driver) => driver.stop()));
  });

  const inUse = (base: string): object => ({
    code: FAILED_PRECONDITION,
    details: expect.stringMatching(
      new RegExp(`is not deleted: volumes are directories of it, below ${base}: `),
    ) as string,
  });

  it('keeps the file system as long as a volume is a directory of it, whichever instance is asked', async () => {
    const host: PreparedHost = await prepare();
    const driver = await start();
    // It has never heard of the directories.
    const other = await start();
    const removeHost = (): Promise<unknown> =>
      other.client.controller.deleteVolume({ volumeId: host.volumeId ?? '', secrets: {} });
    const volume = await createDirectory(driver, directoryRequest('pvc-1', host, {}));
    const elsewhere = { basePath: '/team a' };
    // Azure changes the tags of a file system one time after the other; sidecars repeat what is ABORTED.
    const second = await vi.waitFor(
      () => createDirectory(driver, directoryRequest('pvc-2', host, elsewhere)),
      20_000,
    );
    await expect(removeHost()).rejects.toMatchObject(inUse('/(csi-volumes|team=20a)'));
    expect(await createDirectory(driver, directoryRequest('pvc-1', host, {}))).toEqual(volume);

    await driver.client.controller.deleteVolume({ volumeId: volume.volumeId, secrets: {} });
    await expect(removeHost()).rejects.toMatchObject(inUse('/team=20a'));
    await driver.client.controller.deleteVolume({ volumeId: second.volumeId, secrets: {} });
    await removeHost();
    await host.remove();
  });
});

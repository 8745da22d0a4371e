// Deleting a volume whose file system holds other volumes as directories. Runs inside `lustre-cloud-emulator exec`.
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import {
  createDirectory,
  directoryDrivers,
  directoryRequest,
  LookingGlass,
  stateDirectory,
  type CreatedVolume,
  type PreparedHost,
} from '../testing/directory-bench.js';
import { createRequest, testedDrivers } from '../testing/emulated-cloud.js';

const FAILED_PRECONDITION = 9;

const inClouds = directoryDrivers.filter(({ driverName }) => driverName !== 'generic.lustre-csi');

describe.each(inClouds)('$driverName', ({ driverName, prepare }) => {
  const drivers: DriverProcess[] = [];
  const start = async (...more: readonly string[]): Promise<DriverProcess> => {
    const args = ['--state-dir', stateDirectory(), ...more];
    const driver = await startLustreCsi({ driverName, args });
    drivers.push(driver);
    return driver;
  };
  const remove = (driver: DriverProcess, volumeId: string | undefined): Promise<unknown> =>
    driver.client.controller.deleteVolume({ volumeId: volumeId ?? '', secrets: {} });

  afterEach(async () => {
    await Promise.all(drivers.splice(0).map((driver) => driver.stop()));
  });

  const inUse = (base: string): object => ({
    code: FAILED_PRECONDITION,
    details: expect.stringMatching(
      new RegExp(`is not deleted: volumes are directories of it, below ${base}: `),
    ) as string,
  });

  it('keeps the file system while a volume is a directory of it, in any instance of the driver', async () => {
    const host: PreparedHost = await prepare();
    const driver = await start();
    // This instance knows nothing of the directories.
    const other = await start();
    const removeHost = (): Promise<unknown> => remove(other, host.volumeId);
    const volume = await createDirectory(driver, directoryRequest('pvc-1', host, {}));
    const elsewhere = { basePath: '/team a' };
    // Azure changes the tags of a file system one at a time; sidecars repeat ABORTED calls.
    const second = await vi.waitFor(
      () => createDirectory(driver, directoryRequest('pvc-2', host, elsewhere)),
      20_000,
    );
    await expect(removeHost()).rejects.toMatchObject(inUse('/(csi-volumes|team=20a)'));
    expect(await createDirectory(driver, directoryRequest('pvc-1', host, {}))).toEqual(volume);

    await remove(driver, volume.volumeId);
    await expect(removeHost()).rejects.toMatchObject(inUse('/team=20a'));
    await remove(driver, second.volumeId);
    await removeHost();
    await host.remove();
  });

  it('keeps the file system of one cluster while a volume of another cluster is a directory of it', async () => {
    const tested = testedDrivers.find((each) => each.driverName === driverName);
    if (!tested) throw new Error(driverName);
    const owner = await start('--cluster-id', 'blue');
    const tenant = await start('--cluster-id', 'green');
    const claim = createRequest(tested, `host-of-another-cluster-${process.pid}`);
    const { volumeId } = await createDirectory(owner, claim);
    const host: PreparedHost = {
      parameters: tested.parentParameters(volumeId),
      source: '',
      remove: async () => {},
    };
    const directory = await vi.waitFor(
      () => createDirectory(tenant, directoryRequest('pvc-1', host, {})),
      20_000,
    );
    await expect(remove(owner, volumeId)).rejects.toMatchObject(inUse('/csi-volumes'));
    // The other cluster never deletes a file system that it did not create.
    await remove(tenant, directory.volumeId);
    await expect(remove(tenant, volumeId)).rejects.toMatchObject({
      code: FAILED_PRECONDITION,
      details: expect.stringContaining('belongs to the cluster blue, as its tag states') as string,
    });
    await remove(owner, volumeId);
  });

  /** Damages the file system.
   *  @returns the repair */
  const damages: readonly (readonly [string, RegExp, (look: LookingGlass) => () => void])[] = [
    [
      'an entry is damaged',
      /is damaged: \/csi-volumes\/\.lustre-csi\/volumes\/[0-9a-f]{32}\. Restore this file/,
      (look) => {
        const file = join(look.registry('volumes'), readdirSync(look.registry('volumes'))[0] ?? '');
        const before = readFileSync(file);
        writeFileSync(file, before.subarray(0, 40));
        return () => writeFileSync(file, before);
      },
    ],
    [
      'a creation is under way',
      /volumes are being created as directories of it, below \/csi-volumes: pvc-1\./,
      (look) => {
        const file = join(look.registry('fates'), readdirSync(look.registry('fates'))[0] ?? '');
        const before = readFileSync(file);
        rmSync(file);
        return () => writeFileSync(file, before);
      },
    ],
    [
      'the base path was moved',
      /there is no \/csi-volumes\/\.lustre-csi any more: the registry was moved or removed/,
      (look) => {
        renameSync(look.path(), join(look.root, 'moved'));
        return () => renameSync(join(look.root, 'moved'), look.path());
      },
    ],
  ];

  it('keeps the file system if its remaining directories cannot be determined', async () => {
    const host: PreparedHost = await prepare();
    const volume: CreatedVolume = await createDirectory(await start(), directoryRequest('pvc-1', host, {}));
    // This instance knows nothing of the directories.
    const other = await start();
    const look = new LookingGlass(host.source);
    for (const [what, details, damage] of damages) {
      const undo = damage(look);
      await expect(remove(other, host.volumeId), what).rejects.toMatchObject({
        code: FAILED_PRECONDITION,
        details: expect.stringMatching(details) as string,
      });
      undo();
      await expect(remove(other, host.volumeId)).rejects.toMatchObject(inUse('/csi-volumes'));
    }
    look.close();
    await remove(other, volume.volumeId);
    await host.remove();
  });
});

// Quotas of directory volumes, with the simulated lfs. Runs inside `lustre-cloud-emulator exec`.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import {
  createDirectory,
  directoryDrivers,
  directoryRequest,
  eventually,
  GIB,
  LookingGlass,
  publication,
  run,
  stateDirectory,
  type PreparedHost,
} from '../testing/directory-bench.js';

const MIB = 1024n ** 2n;
const ALREADY_EXISTS = 6;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const OUT_OF_RANGE = 11;

describe.each(directoryDrivers)('$driverName', ({ driverName, prepare, prepareOld }) => {
  let host: PreparedHost;
  let look: LookingGlass;
  let driver: DriverProcess;

  beforeAll(async () => {
    driver = await startLustreCsi({ driverName, args: ['--state-dir', stateDirectory()] });
    host = await prepare(driver);
    look = new LookingGlass(host.source);
  });

  afterAll(async () => {
    look.close();
    await host.remove();
    await driver.stop();
  });

  const expand = (
    volumeId: string,
    requiredBytes: bigint,
  ): ReturnType<DriverProcess['client']['controller']['controllerExpandVolume']> =>
    driver.client.controller.controllerExpandVolume({
      volumeId,
      capacityRange: { requiredBytes, limitBytes: 0n },
      secrets: {},
      volumeCapability: undefined,
    });
  const remove = (volumeId: string): Promise<unknown> =>
    driver.client.controller.deleteVolume({ volumeId, secrets: {} });
  const emptied = (): Promise<void> =>
    eventually(() => readdirSync(look.registry('trash')).length === 0, 'the trash is empty');
  /** Use, soft limit and hard limit, in KiB or inodes, as lfs prints them. */
  const limitsOf = (id: number): readonly string[] =>
    run('lfs', ['quota', '-q', '-p', String(id), look.root])
      .trim()
      .split(/\s+/)
      .slice(1, 4);
  const projectOf = (directory: string): number =>
    Number(run('lfs', ['project', '-d', directory]).trim().split(' ')[0]);

  it('limits a directory, measures its own use, raises the limit, and releases the project id', async () => {
    const parameters = { quota: 'hard', projectIdRange: '5000-5999', stripe: '-E 64M -c 1 -E -1 -c -1' };
    const request = directoryRequest('pvc-limited', host, parameters);
    const volume = await createDirectory(driver, request);
    const directory = look.path('pvc-limited');
    const id = projectOf(directory);
    expect(id).toBeGreaterThanOrEqual(5000);
    expect(id).toBeLessThanOrEqual(5999);
    expect(limitsOf(id)).toEqual([expect.any(String), '0', String((10n * GIB) / 1024n)]);
    const layout = run('lfs', ['getstripe', '-d', directory]);
    expect(
      [...layout.matchAll(/e_end: +(\w+)\n +stripe_count: +(-?\d+) /g)].map((match) => match.slice(1)),
    ).toEqual([
      ['67108864', '1'],
      ['EOF', '-1'],
    ]);
    expect(await createDirectory(driver, request)).toEqual(volume);

    const kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-kubelet-'));
    const target = join(kubelet, 'mount');
    await driver.client.node.nodePublishVolume(publication(volume, target));
    mkdirSync(join(target, 'sub'));
    writeFileSync(join(target, 'sub', 'file'), Buffer.alloc(Number(3n * MIB), 1));
    const { usage } = await driver.client.node.nodeGetVolumeStats({
      volumeId: volume.volumeId,
      volumePath: target,
      stagingTargetPath: '',
    });
    expect(usage[0]).toMatchObject({ total: 10n * GIB, used: 3n * MIB, available: 10n * GIB - 3n * MIB });
    expect(usage[1]).toMatchObject({ used: 3n });
    await driver.client.node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath: target });
    await rm(kubelet, { recursive: true });

    expect(await expand(volume.volumeId, 12n * GIB)).toMatchObject({ capacityBytes: 12n * GIB });
    expect(limitsOf(id)[2]).toBe(String((12n * GIB) / 1024n));
    expect(await expand(volume.volumeId, 11n * GIB)).toMatchObject({ capacityBytes: 12n * GIB });
    expect(limitsOf(id)[2]).toBe(String((12n * GIB) / 1024n));

    await remove(volume.volumeId);
    await emptied();
    expect(limitsOf(id)).toEqual(['0', '0', '0']);
    expect(readdirSync(look.registry('projects'))).toEqual([]);
  });

  it('refuses a limit below the current use', async () => {
    const volume = await createDirectory(
      driver,
      directoryRequest('pvc-full', host, { quota: 'soft' }, { requiredBytes: MIB, limitBytes: 0n }),
    );
    const directory = look.path('pvc-full');
    expect(limitsOf(projectOf(directory)).slice(1)).toEqual(['1024', '0']);
    writeFileSync(join(directory, 'file'), Buffer.alloc(Number(4n * MIB), 1));
    await expect(expand(volume.volumeId, 2n * MIB)).rejects.toMatchObject({ code: OUT_OF_RANGE });
    expect(await expand(volume.volumeId, 5n * MIB)).toMatchObject({ capacityBytes: 5n * MIB });
    await remove(volume.volumeId);
    await emptied();
  });

  it('gives no project id to two directories, and none that is in use elsewhere', async () => {
    run('lfs', ['setquota', '-p', '7001', '-B', '1G', look.root]);
    const parameters = { quota: 'hard', projectIdRange: '7000-7002' };
    const volumes = await Promise.all(
      ['pvc-a', 'pvc-b'].map((name) => createDirectory(driver, directoryRequest(name, host, parameters))),
    );
    const ids = ['pvc-a', 'pvc-b'].map((name) => projectOf(look.path(name))).sort();
    expect(ids).toEqual([7000, 7002]);
    await expect(createDirectory(driver, directoryRequest('pvc-c', host, parameters))).rejects.toMatchObject({
      code: RESOURCE_EXHAUSTED,
    });
    expect(readdirSync(look.registry('volumes'))).toHaveLength(2);
    expect(readdirSync(look.path()).sort()).toEqual(['.lustre-csi', 'pvc-a', 'pvc-b']);
    for (const { volumeId } of volumes) await remove(volumeId);
    await emptied();
    run('lfs', ['setquota', '-p', '7001', '-B', '0', look.root]);
  });

  // Project ids are given on the file system, without a cloud.
  const hasNoCloud = driverName === 'generic.lustre-csi';
  it.runIf(hasNoCloud)('gives no project id to two directories, through two controllers', async () => {
    const other = await startLustreCsi({ driverName, args: ['--state-dir', stateDirectory()] });
    const parameters = { quota: 'hard', projectIdRange: '7100-7103' };
    const names = Array.from({ length: 4 }, (_, index) => `pvc-raced-${index}`);
    const volumes = await Promise.all(
      names.map((name, index) =>
        createDirectory(index % 2 === 0 ? driver : other, directoryRequest(name, host, parameters)),
      ),
    );
    expect(new Set(names.map((name) => projectOf(look.path(name)))).size).toBe(names.length);
    for (const { volumeId } of volumes) await remove(volumeId);
    await emptied();
    expect(readdirSync(look.registry('projects'))).toEqual([]);
    await other.stop();
  });

  it('keeps the project id of a retained directory, since its files still count', async () => {
    const parameters = { quota: 'hard', projectIdRange: '8000-8000', onDelete: 'retain' };
    const volume = await createDirectory(driver, directoryRequest('pvc-kept', host, parameters));
    await remove(volume.volumeId);
    expect(readdirSync(look.registry('projects'))).toEqual(['8000']);
    await expect(
      createDirectory(driver, directoryRequest('pvc-next', host, parameters)),
    ).rejects.toMatchObject({
      code: RESOURCE_EXHAUSTED,
    });
    await expect(
      createDirectory(driver, directoryRequest('pvc-kept', host, { quota: 'none' })),
    ).rejects.toMatchObject({ code: ALREADY_EXISTS });
    expect(readdirSync(look.registry('volumes'))).toEqual([]);
  });

  it.runIf(prepareOld)('refuses a quota if the servers have none, with the reason', async () => {
    const old = await prepareOld?.(driver);
    if (!old) throw new Error('no old file system');
    await expect(
      createDirectory(driver, directoryRequest('pvc-old', old, { quota: 'hard' })),
    ).rejects.toMatchObject({
      code: FAILED_PRECONDITION,
      details: expect.stringContaining('runs Lustre 2.12, and FSx has project quotas from 2.15 on') as string,
    });
    await remove((await createDirectory(driver, directoryRequest('pvc-old', old))).volumeId);
    await old.remove();
  });
});

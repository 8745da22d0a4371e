// Directory volumes of all three drivers: the real executable, real mounts. Runs inside `lustre-cloud-emulator exec`.
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;
const OUT_OF_RANGE = 11;
const UNAVAILABLE = 14;

/** chattr(1) needs CAP_LINUX_IMMUTABLE, which root of a user namespace does not have. */
const canRefuse = /^0\s+0\s+4294967295$/.test(readFileSync('/proc/self/uid_map', 'utf8').trim());

const claim = (namespace: string, name: string): Record<string, string> => ({
  subPath: '${pvc.namespace}/${pvc.name}',
  'csi.storage.k8s.io/pvc/namespace': namespace,
  'csi.storage.k8s.io/pvc/name': name,
  'csi.storage.k8s.io/pv/name': `pv-of-${name}`,
});

describe.each(directoryDrivers)('$driverName', ({ driverName, prepare }) => {
  let host: PreparedHost;
  let look: LookingGlass;
  let driver: DriverProcess;
  let kubelet: string;

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

  beforeEach(async () => {
    kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-kubelet-'));
  });

  afterEach(async () => {
    await rm(kubelet, { recursive: true });
  });

  const remove = (volumeId: string): Promise<unknown> =>
    driver.client.controller.deleteVolume({ volumeId, secrets: {} });
  const emptied = (): Promise<void> =>
    eventually(() => readdirSync(look.registry('trash')).length === 0, 'the trash is empty');

  it('creates a directory, publishes it, measures it, and removes it with its contents', async () => {
    const request = directoryRequest('pvc-1', host, {
      ...claim('team-a', 'data'),
      uid: '1000',
      gid: '2000',
      directoryPerms: '2770',
    });
    const volume = await createDirectory(driver, request);
    expect(volume.capacityBytes).toBe(10n * GIB);
    expect(Buffer.byteLength(volume.volumeId)).toBeLessThanOrEqual(128);
    const directory = look.path('team-a', 'data');
    expect(statSync(directory)).toMatchObject({ uid: 1000, gid: 2000, mode: 0o42770 });
    expect(await createDirectory(driver, request)).toEqual(volume);

    const target = join(kubelet, 'mount');
    await driver.client.node.nodePublishVolume(publication(volume, target));
    writeFileSync(join(target, 'result.txt'), 'of the job');
    mkdirSync(join(target, 'a/b/c'), { recursive: true });
    symlinkSync('/etc', join(target, 'a/link'));
    expect(readFileSync(join(directory, 'result.txt'), 'utf8')).toBe('of the job');
    const stats = await driver.client.node.nodeGetVolumeStats({
      volumeId: volume.volumeId,
      volumePath: target,
      stagingTargetPath: '',
    });
    expect(stats.usage[0]?.total).toBeGreaterThan(0n);
    await driver.client.node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath: target });

    await remove(volume.volumeId);
    expect(existsSync(directory)).toBe(false);
    await remove(volume.volumeId);
    await emptied();
    expect(existsSync('/etc/passwd')).toBe(true);
    // A node never recreates it, empty.
    await expect(driver.client.node.nodePublishVolume(publication(volume, target))).rejects.toMatchObject({
      code: NOT_FOUND,
    });
    expect(readdirSync(look.registry('volumes'))).toEqual([]);
    expect(readdirSync(look.registry('paths'))).toEqual([]);
    expect(readdirSync(look.registry('new'))).toEqual([]);
    expect(readdirSync(look.registry('tmp'))).toEqual([]);
  });

  it('retains, and archives under a name that shows the origin', async () => {
    const retained = await createDirectory(
      driver,
      directoryRequest('pvc-r', host, { ...claim('team-b', 'kept'), onDelete: 'retain' }),
    );
    const archived = await createDirectory(
      driver,
      directoryRequest('pvc-a', host, { ...claim('team-b', 'old'), onDelete: 'archive' }),
    );
    writeFileSync(look.path('team-b', 'kept', 'file'), 'kept');
    writeFileSync(look.path('team-b', 'old', 'file'), 'old');
    await remove(retained.volumeId);
    await remove(archived.volumeId);
    await remove(archived.volumeId);
    expect(readFileSync(look.path('team-b', 'kept', 'file'), 'utf8')).toBe('kept');
    const [name = ''] = readdirSync(look.path()).filter((each) => each.startsWith('archived-team-b-old-'));
    expect(readFileSync(look.path(name, 'file'), 'utf8')).toBe('old');
    expect(existsSync(look.path('team-b', 'old'))).toBe(false);
    // A retained directory is never given to another volume.
    await expect(
      createDirectory(driver, directoryRequest('pvc-n', host, claim('team-b', 'kept'))),
    ).rejects.toMatchObject({
      code: ALREADY_EXISTS,
      details: expect.stringContaining('was not created by the driver') as string,
    });
    expect(readdirSync(look.registry('volumes'))).toEqual([]);
    expect(readdirSync(look.registry('paths'))).toEqual([]);
    rmSync(look.path('team-b'), { recursive: true });
    rmSync(look.path(name), { recursive: true });
  });

  it('never gives two volumes the same path, nor a path inside another volume', async () => {
    const one = await createDirectory(driver, directoryRequest('pvc-1', host, claim('team', 'x')));
    const others = [
      directoryRequest('pvc-2', host, claim('team', 'x')),
      directoryRequest('pvc-3', host, { subPath: 'team' }),
      directoryRequest('pvc-4', host, { subPath: 'team/x/inside' }),
    ];
    for (const other of others) {
      await expect(createDirectory(driver, other)).rejects.toMatchObject({
        code: ALREADY_EXISTS,
        details: expect.stringContaining('belongs to another volume') as string,
      });
    }
    const different = directoryRequest('pvc-1', host, { ...claim('team', 'x'), uid: '5' });
    await expect(createDirectory(driver, different)).rejects.toMatchObject({
      code: ALREADY_EXISTS,
      details: expect.stringContaining('uid is 0 (requested: 5)') as string,
    });
    const larger = directoryRequest('pvc-1', host, claim('team', 'x'), {
      requiredBytes: 20n * GIB,
      limitBytes: 0n,
    });
    await expect(createDirectory(driver, larger)).rejects.toMatchObject({ code: ALREADY_EXISTS });
    await remove(one.volumeId);
    await emptied();
    expect(readdirSync(look.registry('volumes'))).toEqual([]);
  });

  it('deletes only the directory that it created', async () => {
    const volume = await createDirectory(driver, directoryRequest('pvc-swapped', host));
    const path = look.path('pvc-swapped');
    renameSync(path, `${path}-away`);
    mkdirSync(path);
    writeFileSync(join(path, 'precious'), 'of another user');
    await expect(remove(volume.volumeId)).rejects.toMatchObject({ code: FAILED_PRECONDITION });
    expect(readFileSync(join(path, 'precious'), 'utf8')).toBe('of another user');
    rmSync(path, { recursive: true });
    symlinkSync('/etc', path);
    await expect(remove(volume.volumeId)).rejects.toMatchObject({ code: FAILED_PRECONDITION });
    rmSync(path);
    renameSync(`${path}-away`, path);
    await remove(volume.volumeId);
    await emptied();
  });

  it('lists, shows, validates and expands', async () => {
    const { controller } = driver.client;
    const volume = await createDirectory(driver, directoryRequest('pvc-listed', host));
    const listed = async (): Promise<readonly string[]> =>
      (await controller.listVolumes({ maxEntries: 0, startingToken: '' })).entries.map(
        ({ volume: each }) => each?.volumeId ?? '',
      );
    expect(await listed()).toContain(volume.volumeId);
    const shown = await controller.controllerGetVolume({ volumeId: volume.volumeId });
    expect(shown.volume).toMatchObject(volume);
    expect(shown.status?.volumeCondition?.abnormal).toBe(false);
    const capacityRange = { requiredBytes: 11n * GIB, limitBytes: 0n };
    const expanded = await controller.controllerExpandVolume({
      volumeId: volume.volumeId,
      capacityRange,
      secrets: {},
      volumeCapability: undefined,
    });
    expect(expanded).toMatchObject({ capacityBytes: 11n * GIB, nodeExpansionRequired: false });
    const tooSmall = { requiredBytes: 1n, limitBytes: 2n * GIB };
    await expect(
      controller.controllerExpandVolume({
        volumeId: volume.volumeId,
        capacityRange: tooSmall,
        secrets: {},
        volumeCapability: undefined,
      }),
    ).rejects.toMatchObject({ code: OUT_OF_RANGE });
    await remove(volume.volumeId);
    expect(await listed()).not.toContain(volume.volumeId);
    await expect(controller.controllerGetVolume({ volumeId: volume.volumeId })).rejects.toMatchObject({
      code: NOT_FOUND,
    });
  });

  it('removes the empty parents of a deleted directory where its class requests that', async () => {
    const make = (name: string, removeEmptyParents: string): ReturnType<typeof createDirectory> =>
      createDirectory(
        driver,
        directoryRequest(name, host, { removeEmptyParents, subPath: `gone/deep/${name}` }),
      );
    const [kept, first, last] = [
      await make('pvc-kept', 'false'),
      await make('pvc-first', 'true'),
      await make('pvc-last', 'true'),
    ];
    await remove(first.volumeId);
    await remove(kept.volumeId);
    expect(readdirSync(look.path('gone/deep'))).toEqual(['pvc-last']);
    await remove(last.volumeId);
    expect(existsSync(look.path('gone'))).toBe(false);
    expect(existsSync(look.path())).toBe(true);
  });

  it('trusts no registry that other users could have written', async () => {
    const request = (base: string): ReturnType<typeof directoryRequest> =>
      directoryRequest('pvc-mistrust', host, { basePath: base });
    mkdirSync(join(look.root, 'linked'));
    mkdirSync(join(look.root, 'elsewhere'));
    symlinkSync('../elsewhere', join(look.root, 'linked', '.lustre-csi'));
    mkdirSync(join(look.root, 'foreign', '.lustre-csi'), { recursive: true });
    chownSync(join(look.root, 'foreign', '.lustre-csi'), 1000, 1000);
    mkdirSync(join(look.root, 'open', '.lustre-csi'), { recursive: true });
    chmodSync(join(look.root, 'open', '.lustre-csi'), 0o777);
    for (const base of ['linked', 'foreign', 'open']) {
      await expect(createDirectory(driver, request(base))).rejects.toMatchObject({
        code: FAILED_PRECONDITION,
        details: expect.stringContaining('can be written by others') as string,
      });
    }
    expect(readdirSync(join(look.root, 'elsewhere'))).toEqual([]);
    for (const name of ['linked', 'elsewhere', 'foreign', 'open']) {
      rmSync(join(look.root, name), { recursive: true });
    }
  });

  it.runIf(canRefuse)('names root squash if the controller may not write', async () => {
    const squashed = join(look.root, 'squashed');
    mkdirSync(squashed);
    // The kernel gives the same answer for an immutable directory as for a squashed client.
    run('chattr', ['+i', squashed]);
    try {
      for (const basePath of ['/squashed', '/squashed/below']) {
        await expect(
          createDirectory(driver, directoryRequest('pvc-squashed', host, { basePath })),
        ).rejects.toMatchObject({
          code: FAILED_PRECONDITION,
          details: expect.stringMatching(
            /cannot be changed by the controller \(EPERM\): root squash/,
          ) as string,
        });
      }
      expect(readdirSync(squashed)).toEqual([]);
    } finally {
      run('chattr', ['-i', squashed]);
      rmSync(squashed, { recursive: true });
    }
  });

  it('reports that the file system does not exist', async () => {
    const parameters: Record<string, string> = {
      fileSystemId: 'fs-0000000000000000f',
      'file-system-name': 'nowhere',
    };
    const known = Object.entries(parameters).filter(([name]) => name in host.parameters);
    // Without a cloud, a Lustre that does not exist cannot be distinguished from one that does not answer.
    const absent = known.length > 0 ? Object.fromEntries(known) : { mgsNids: '10.254.254.254@tcp' };
    const code = known.length > 0 ? NOT_FOUND : UNAVAILABLE;
    await expect(
      createDirectory(driver, directoryRequest('pvc-nowhere', host, absent)),
    ).rejects.toMatchObject({ code });
    const { [Object.keys(host.parameters)[0] ?? '']: _, ...unnamed } = directoryRequest(
      'pvc-x',
      host,
    ).parameters;
    await expect(
      createDirectory(driver, { ...directoryRequest('pvc-x', host), parameters: unnamed }),
    ).rejects.toMatchObject({
      code: INVALID_ARGUMENT,
      details: expect.stringContaining('is missing') as string,
    });
  });

  it.each([
    [
      'an unknown variable',
      { subPath: '${pod.name}' },
      INVALID_ARGUMENT,
      /"\$\{pod\.name\}" looks like a placeholder, but is unknown/,
    ],
    ['a variable without a value', { subPath: '${pvc.name}' }, INVALID_ARGUMENT, /--extra-create-metadata/],
    ['a path that leaves', { subPath: '../x' }, INVALID_ARGUMENT, /"\.\."/],
    ['a base path that leaves', { basePath: '/a/../..' }, INVALID_ARGUMENT, /basePath/],
    ['an unknown parameter', { basPath: '/a' }, INVALID_ARGUMENT, /did you mean "basePath"\?/],
    ['an unknown mode', { provisioningMode: 'dir' }, INVALID_ARGUMENT, /directory, filesystem/],
    [
      'a variable in the base path',
      { basePath: '/${pvc.namespace}' },
      INVALID_ARGUMENT,
      /write it in subPath/,
    ],
    ['a template of another driver', { subPath: '${.PVC.name}' }, INVALID_ARGUMENT, /write \$\{pvc\.name\}/],
    ['an invalid layout', { stripe: '-c 1 /etc' }, INVALID_ARGUMENT, /stripe/],
    ['invalid permissions', { directoryPerms: '999' }, INVALID_ARGUMENT, /octal/],
    ['a base path that is a symlink', { basePath: '/link' }, INVALID_ARGUMENT, /symbolic link/],
    ['a base path through a symlink', { basePath: '/link/x' }, INVALID_ARGUMENT, /symbolic link/],
    ['a base path that is a file', { basePath: '/file' }, FAILED_PRECONDITION, /is a file/],
    ['a base path inside another', { basePath: '/csi-volumes/x' }, FAILED_PRECONDITION, /inside another/],
    ['the registry as a path', { subPath: '.lustre-csi/volumes' }, INVALID_ARGUMENT, /cannot be the path/],
  ])('refuses %s, and creates nothing', async (_, parameters, code, message) => {
    symlinkSync('/etc/ssl', join(look.root, 'link'));
    writeFileSync(join(look.root, 'file'), '');
    const before = run('find', [look.root]);
    try {
      await expect(
        createDirectory(driver, directoryRequest('pvc-bad', host, parameters)),
      ).rejects.toMatchObject({ code, details: expect.stringMatching(message) as string });
      expect(run('find', [look.root])).toEqual(before);
    } finally {
      rmSync(join(look.root, 'link'));
      rmSync(join(look.root, 'file'));
    }
  });
});

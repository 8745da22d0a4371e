import { csi } from '@lustre-csi/core/client';
import type { LustreBench } from '../bench.js';
import {
  code,
  createDirectory,
  deadline,
  deleteVolume,
  failureOf,
  MIB,
  publish,
  unpublish,
} from '../calls.js';
import type { Check } from '../check.js';
import { expectThat } from '../check-failure.js';
import type { CheckScope } from '../check-scope.js';
import { attributesOf, exists, makeDirectory, namesIn, readText, writeText } from '../lustre-files.js';
import { runOrThrow } from '../run-tool.js';
import { eventually } from '../time-limit.js';

/** Directory of a volume with the default subPath. */
export const directoryOf = (bench: LustreBench, { name }: { readonly name: string }): string =>
  bench.onFileSystem('volumes', name);

async function livesItsLife(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await createDirectory(scope, bench, { uid: '1234', gid: '2345', directoryPerms: '0770' });
  const directory = directoryOf(bench, volume);
  const { mode, uid, gid, inode } = await attributesOf(directory);
  expectThat(
    mode === '770' && uid === 1234 && gid === 2345,
    `the directory has mode ${mode}, owner ${uid}:${gid}; requested: 770, 1234:2345`,
  );
  const target = await publish(scope, bench, volume);
  expectThat((await attributesOf(target)).inode === inode, 'the target shows another directory');
  await writeText(`${target}/data/file`, 'data');
  expectThat((await readText(`${directory}/data/file`)) === 'data', 'the file is not in the directory');
  await unpublish(bench, volume, target);
  scope.step('delete it');
  await deleteVolume(bench, volume.volumeId);
  await deleteVolume(bench, volume.volumeId);
  expectThat(!(await exists(directory)), `${directory} is left after DeleteVolume`);
  await eventually(60, 'the data is removed', async () => {
    const left = await namesIn(bench.onFileSystem('volumes/.lustre-csi/trash'));
    if (left.length > 0) throw new Error(`the trash holds ${left.join(', ')}`);
  });
  scope.step('publish the deleted volume');
  await failureOf(publish(scope, bench, volume), 'publish of a deleted volume', [
    code.notFound,
    code.failedPrecondition,
  ]);
  expectThat(!(await exists(directory)), 'the directory of the deleted volume was created again');
}

async function createsOnce(scope: CheckScope, bench: LustreBench): Promise<void> {
  const name = scope.uniqueName('pvc');
  const volumes = await Promise.all(
    Array.from({ length: 4 }, () => createDirectory(scope, bench, {}, { name })),
  );
  const ids = new Set(
    [...volumes, await createDirectory(scope, bench, {}, { name })].map(({ volumeId }) => volumeId),
  );
  expectThat(ids.size === 1, `five calls with one name have created ${[...ids].join(', ')}`);
  const other = createDirectory(scope, bench, { uid: '77' }, { name });
  await failureOf(other, 'CreateVolume with other parameters', [code.alreadyExists]);
}

async function refusesTakenPath(scope: CheckScope, bench: LustreBench): Promise<void> {
  const name = scope.uniqueName('pvc');
  await makeDirectory(bench.onFileSystem('volumes', name, 'of-an-administrator'));
  const create = createDirectory(scope, bench, {}, { name });
  await failureOf(create, 'CreateVolume with a path that exists', [code.alreadyExists]);
  expectThat(
    await exists(bench.onFileSystem('volumes', name, 'of-an-administrator')),
    'the directory of the administrator is gone',
  );
}

async function keepsData(
  scope: CheckScope,
  bench: LustreBench,
  onDelete: 'retain' | 'archive',
): Promise<void> {
  const volume = await createDirectory(scope, bench, { onDelete });
  await writeText(`${directoryOf(bench, volume)}/file`, 'kept');
  await deleteVolume(bench, volume.volumeId);
  const names = (await namesIn(bench.onFileSystem('volumes'))).filter((name) => name.includes(volume.name));
  const [kept = '', ...more] = names;
  expectThat(
    more.length === 0 && kept !== '',
    `the base path holds ${names.join(', ') || 'nothing'} of the volume`,
  );
  expectThat(
    onDelete === 'retain' ? kept === volume.name : kept.startsWith(`archived-${volume.name}`),
    `onDelete: ${onDelete} has left ${kept}`,
  );
  expectThat(
    (await readText(bench.onFileSystem('volumes', kept, 'file'))) === 'kept',
    'the file has changed',
  );
}

async function stripes(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await createDirectory(scope, bench, { stripe: '-c 1 -S 1M' });
  const layout = await runOrThrow('lfs', ['getstripe', '-d', directoryOf(bench, volume)]);
  expectThat(
    /stripe_count:\s*1\b/.test(layout) && /stripe_size:\s*1048576\b/.test(layout),
    `lfs getstripe -d shows ${layout.replaceAll(/\s+/g, ' ')}`,
  );
}

async function expandsWithoutQuota(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await createDirectory(scope, bench);
  const request = csi.ControllerExpandVolumeRequest.fromPartial({
    volumeId: volume.volumeId,
    capacityRange: { requiredBytes: 128n * MIB },
  });
  const { capacityBytes } = await bench.client.controller.controllerExpandVolume(request, deadline());
  expectThat(capacityBytes === 128n * MIB, `the capacity after expansion is ${capacityBytes}`);
}

async function lists(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await createDirectory(scope, bench);
  const listed = async (): Promise<boolean> => {
    const request = csi.ListVolumesRequest.fromPartial({});
    const { entries } = await bench.client.controller.listVolumes(request, deadline());
    return entries.some((entry) => entry.volume?.volumeId === volume.volumeId);
  };
  expectThat(await listed(), 'ListVolumes does not show the volume');
  await deleteVolume(bench, volume.volumeId);
  expectThat(!(await listed()), 'ListVolumes shows the deleted volume');
}

/** Directory volumes without quotas. */
export const directoryChecks: readonly Check<LustreBench>[] = [
  {
    id: 'directory.life',
    statement: 'a directory is created, published, written to and deleted, and does not come back',
    seconds: 240,
    run: livesItsLife,
  },
  {
    id: 'directory.repeated-create',
    statement: 'calls with one name create one volume',
    seconds: 120,
    run: createsOnce,
  },
  {
    id: 'directory.path-taken',
    statement: 'a path that exists is refused and stays',
    seconds: 90,
    run: refusesTakenPath,
  },
  {
    id: 'directory.retain',
    statement: 'onDelete: retain leaves the directory',
    seconds: 90,
    run: (scope, bench) => keepsData(scope, bench, 'retain'),
  },
  {
    id: 'directory.archive',
    statement: 'onDelete: archive renames the directory',
    seconds: 90,
    run: (scope, bench) => keepsData(scope, bench, 'archive'),
  },
  {
    id: 'directory.stripe',
    statement: 'stripe is the layout of new files',
    seconds: 90,
    needs: ['lfs', 'kernel client'],
    run: stripes,
  },
  { id: 'directory.expansion', statement: 'a directory is expanded', seconds: 90, run: expandsWithoutQuota },
  {
    id: 'directory.listing',
    statement: 'ListVolumes shows directories while they exist',
    seconds: 90,
    run: lists,
  },
];

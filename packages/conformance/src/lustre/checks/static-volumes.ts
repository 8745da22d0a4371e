import type { LustreBench } from '../bench.js';
import { code, deadline, failureOf, publish, staticVolume, unpublish, type TestVolume } from '../calls.js';
import type { Check } from '../check.js';
import { expectThat } from '../check-failure.js';
import type { CheckScope } from '../check-scope.js';
import { attributesOf, exists, makeDirectory, readText, writeText } from '../lustre-files.js';
import { mountAt } from '../mount-table.js';
import { runTool } from '../run-tool.js';

/** Volume of a new directory that holds one file, `marker`. */
export async function markedVolume(
  scope: CheckScope,
  bench: LustreBench,
  context: Readonly<Record<string, string>> = {},
): Promise<TestVolume & { readonly directory: string }> {
  const directory = scope.uniqueName('dir');
  scope.step(`write the marker of ${directory}`);
  await writeText(bench.onFileSystem(directory, 'marker'), directory);
  return { ...staticVolume(scope, bench, directory, context), directory };
}

/** The target shows exactly this directory: the same inode, and what lies in it. */
export async function expectShows(
  scope: CheckScope,
  bench: LustreBench,
  target: string,
  directory: string,
): Promise<void> {
  scope.step(`look at ${target}`);
  expectThat(mountAt(target), `nothing is mounted at ${target}`);
  const [shown, wanted] = await Promise.all([
    attributesOf(target),
    attributesOf(bench.onFileSystem(directory)),
  ]);
  expectThat(
    shown.inode === wanted.inode,
    `${target} shows another directory than ${directory}: inode ${shown.inode}, not ${wanted.inode}`,
  );
  expectThat((await readText(`${target}/marker`)) === directory, `${target}/marker has another content`);
  await writeText(`${target}/written`, target);
  expectThat(
    (await readText(bench.onFileSystem(directory, 'written'))) === target,
    `what was written at ${target} is not in ${directory}`,
  );
}

/** A volume with this context shows its directory. */
const showsItsDirectory =
  (
    context: (
      bench: LustreBench,
    ) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>,
  ) =>
  async (scope: CheckScope, bench: LustreBench): Promise<void> => {
    const volume = await markedVolume(scope, bench, await context(bench));
    const target = await publish(scope, bench, volume);
    await expectShows(scope, bench, target, volume.directory);
  };

/** NIDs of a source with the number of their network written out: tcp0 for tcp. */
const withNetworkNumbers = (bench: LustreBench): string =>
  bench.sourceWith({
    mgsNodes: bench.source.mgsNodes.map((node) => node.map((nid) => nid.replace(/@([a-z]+)$/, '@$10'))),
  });

async function wholeFileSystem(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = staticVolume(scope, bench, '', { subDir: '' });
  const target = await publish(scope, bench, volume);
  const path = `${target}/${bench.directory}/whole`;
  await writeText(path, 'whole');
  expectThat((await readText(bench.onFileSystem('whole'))) === 'whole', 'the file is not on the file system');
  const mount = mountAt(target);
  expectThat(
    mount?.source.includes(`:/${bench.source.fsname}`),
    `the mount table shows the source ${mount?.source}`,
  );
}

async function readOnly(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const target = await publish(scope, bench, volume, { readOnly: true });
  const writable = await publish(scope, bench, volume);
  expectThat((await readText(`${target}/marker`)) === volume.directory, 'the marker cannot be read');
  const attempt = await runTool('touch', [`${target}/refused`]);
  expectThat(
    /Read-only file system/.test(attempt.stderr),
    `a write at a read-only target: ${attempt.stderr || 'succeeded'}`,
  );
  await writeText(`${writable}/allowed`, 'allowed');
  expectThat(mountAt(target)?.readOnly, 'the mount table does not show the target as read-only');
}

async function createsDirectory(scope: CheckScope, bench: LustreBench): Promise<void> {
  const [directory, name] = [scope.uniqueName('dir'), 'a/b'];
  const settings = { directoryPerms: '0770', uid: '1234', gid: '2345' };
  const target = await publish(scope, bench, staticVolume(scope, bench, `${directory}/${name}`, settings));
  const { mode, uid, gid, inode } = await attributesOf(bench.onFileSystem(directory, name));
  expectThat(
    mode === '770' && uid === 1234 && gid === 2345,
    `the sub-directory was created with mode ${mode}, owner ${uid}:${gid}; requested: 770, 1234:2345`,
  );
  expectThat((await attributesOf(target)).inode === inode, 'the target shows another directory');
}

async function refusesMissing(scope: CheckScope, bench: LustreBench): Promise<void> {
  const name = scope.uniqueName('missing');
  const target = bench.target(name);
  const volume = staticVolume(scope, bench, name, { createSubDir: 'false' });
  const { details } = await failureOf(publish(scope, bench, volume, { target }), 'publish', [
    code.notFound,
    code.failedPrecondition,
  ]);
  expectThat(details.includes(name), `the message does not name the directory: ${details}`);
  expectThat(!mountAt(target), 'something is mounted at the target');
  expectThat(!(await exists(bench.onFileSystem(name))), 'the directory was created');
}

async function refusesLink(scope: CheckScope, bench: LustreBench): Promise<void> {
  const directory = scope.uniqueName('dir');
  await makeDirectory(bench.onFileSystem(directory, 'real'));
  await runTool('ln', ['-s', 'real', bench.onFileSystem(directory, 'link')]);
  const target = bench.target(scope.uniqueName('target'));
  const volume = staticVolume(scope, bench, `${directory}/link`);
  await failureOf(publish(scope, bench, volume, { target }), 'publish of a symbolic link', [
    code.failedPrecondition,
    code.invalidArgument,
    code.notFound,
  ]);
  expectThat(!mountAt(target), 'something is mounted at the target');
}

async function repeats(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const target = await publish(scope, bench, volume);
  await publish(scope, bench, volume, { target });
  await expectShows(scope, bench, target, volume.directory);
  scope.step('publish read-only at the same target');
  await failureOf(publish(scope, bench, volume, { target, readOnly: true }), 'publish in another way', [
    code.alreadyExists,
  ]);
  await unpublish(bench, volume, target);
  await unpublish(bench, volume, target);
  expectThat(!(await exists(target)), 'the target directory is left');
}

async function refusesBusy(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const target = await publish(scope, bench, volume);
  scope.step('unpublish with a process in the volume');
  const inVolume = runTool('sh', ['-c', 'cd "$1" && echo && exec sleep 4', 'sh', target]);
  await runTool('sleep', ['1']);
  const busy = bench.client.node.nodeUnpublishVolume(
    { volumeId: volume.volumeId, targetPath: target },
    deadline(60),
  );
  await failureOf(busy, 'unpublish of a volume in use', [code.failedPrecondition]);
  await inVolume;
  await unpublish(bench, volume, target, 60);
  expectThat(!mountAt(target), 'the target is still mounted');
}

async function mountsWithoutHelper(scope: CheckScope, bench: LustreBench): Promise<void> {
  const { driver } = bench;
  scope.step('restart the driver with --mount-helper kernel');
  await driver.stop();
  scope.defer('restart the driver', async () => {
    await driver.stop();
    await driver.start();
  });
  await driver.start('--mount-helper', 'kernel');
  // A client of its own: the shared one may be mounted already.
  await showsItsDirectory(() => ({ mountSharing: 'pod' }))(scope, bench);
}

/** Static volumes: all forms in which a PersistentVolume names what is mounted. */
export const staticVolumeChecks: readonly Check<LustreBench>[] = [
  {
    id: 'static.whole',
    statement: 'the whole file system is published, and shows what an administrator sees',
    seconds: 90,
    run: wholeFileSystem,
  },
  {
    id: 'static.sub-directory',
    statement: 'a sub-directory is published, and nothing but it',
    seconds: 90,
    run: showsItsDirectory(() => ({})),
  },
  {
    id: 'static.mgs-nids',
    statement: 'mgsNids and fsName name the same file system as source',
    seconds: 90,
    run: showsItsDirectory(({ source }) => ({
      mgsNids: source.mgsNodes.map((node) => node.join(',')).join(':'),
      fsName: source.fsname,
    })),
  },
  {
    id: 'static.pod-sub-directory',
    statement: 'a sub-directory is published with a client of its own',
    seconds: 90,
    run: showsItsDirectory(() => ({ mountSharing: 'pod' })),
  },
  ...(['node', 'pod'] as const).flatMap((mountSharing): readonly Check<LustreBench>[] => [
    {
      id: `static.network-number-${mountSharing}`,
      statement: `a sub-directory is published from NIDs with the number of their network (mountSharing: ${mountSharing})`,
      seconds: 90,
      run: showsItsDirectory((bench) => ({ source: withNetworkNumbers(bench), mountSharing })),
    },
    {
      id: `static.failover-list-${mountSharing}`,
      statement: `a sub-directory is published where a failover partner does not exist (mountSharing: ${mountSharing})`,
      seconds: 120,
      needs: ['unreachable'],
      run: showsItsDirectory((bench) => ({
        source: bench.sourceWith({ mgsNodes: [...bench.source.mgsNodes, [bench.options.unreachable]] }),
        mountSharing,
      })),
    },
    {
      id: `static.host-name-${mountSharing}`,
      statement: `a sub-directory is published from a source with a host name (mountSharing: ${mountSharing})`,
      seconds: 90,
      needs: ['host name'],
      run: showsItsDirectory(async (bench) => ({ source: await bench.sourceWithHostName(), mountSharing })),
    },
  ]),
  {
    id: 'static.read-only',
    statement: 'a read-only target refuses writes; others stay writable',
    seconds: 90,
    run: readOnly,
  },
  {
    id: 'static.creates-sub-directory',
    statement: 'a missing sub-directory is created with the requested owner and permissions',
    seconds: 90,
    run: createsDirectory,
  },
  {
    id: 'static.refuses-missing',
    statement: 'createSubDir: "false" refuses a missing sub-directory and names it',
    seconds: 90,
    run: refusesMissing,
  },
  {
    id: 'static.refuses-symbolic-link',
    statement: 'a symbolic link is not followed to a sub-directory',
    seconds: 90,
    run: refusesLink,
  },
  {
    id: 'static.repeated-calls',
    statement: 'repeated calls succeed; a publication in another way is refused',
    seconds: 90,
    run: repeats,
  },
  {
    id: 'static.busy',
    statement: 'a volume that a process works in is not unpublished before the process ends',
    seconds: 120,
    run: refusesBusy,
  },
  {
    id: 'static.without-helper',
    statement: 'a volume is mounted without mount.lustre (--mount-helper kernel)',
    seconds: 120,
    needs: ['kernel client'],
    run: mountsWithoutHelper,
  },
];

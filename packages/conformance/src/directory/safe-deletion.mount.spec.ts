// Attempts of a user to make the driver delete data that is not the volume's: nothing is deleted, and the driver reports the
// reason. Runs inside `lustre-cloud-emulator exec`.
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  createDirectory,
  directoryRequest,
  eventually,
  LookingGlass,
  prepareGeneric,
  run,
  stateDirectory,
  type CreatedVolume,
  type PreparedHost,
} from '../testing/directory-bench.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';

const driverName = 'generic.lustre-csi';
const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;

let stateDir: string;
let host: PreparedHost;
let look: LookingGlass;
let driver: DriverProcess;
/** Creates a volume with a unique name for each test. */
let mine: CreatedVolume;
let others: CreatedVolume;
let names: readonly string[];
let made = 0;

beforeAll(async () => {
  stateDir = stateDirectory();
  host = prepareGeneric();
  look = new LookingGlass(host.source);
  driver = await startLustreCsi({ driverName, args: ['--state-dir', stateDir] });
});

afterAll(async () => {
  await driver.stop();
  look.close();
});

beforeEach(async () => {
  names = ['mine', 'others'].map((name) => `team-${made}/${name}`);
  made += 1;
  const make = (subPath: string): Promise<CreatedVolume> =>
    createDirectory(driver, directoryRequest(subPath.replace('/', '-'), host, { subPath }));
  [mine, others] = (await Promise.all(names.map(make))) as [CreatedVolume, CreatedVolume];
  for (const name of names) writeFileSync(look.path(name, 'file'), name);
});

const remove = ({ volumeId }: CreatedVolume): Promise<unknown> =>
  driver.client.controller.deleteVolume({ volumeId, secrets: {} });
const emptied = (): Promise<void> =>
  eventually(() => readdirSync(look.registry('trash')).length === 0, 'the trash is empty');
const keyOf = ({ volumeId }: CreatedVolume): string => volumeId.split(':')[3] ?? '';
const entryFile = (volume: CreatedVolume): string => look.registry('volumes', keyOf(volume));
const fateFile = (volume: CreatedVolume): string => {
  const [name = ''] = readdirSync(look.registry('fates')).filter((each) => each.startsWith(keyOf(volume)));
  return look.registry('fates', name);
};
const readJson = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
/** Path of the registry in the driver's own mount of the file system. */
const inController = (...path: readonly string[]): string => {
  const mounts = join(stateDir, 'controller/mounts');
  return join(mounts, readdirSync(mounts)[0] ?? '', 'csi-volumes', ...path);
};

/** Changes a file.
 *  @returns the reverse */
function rewrite(file: string, text: string): () => void {
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, text);
  return () => writeFileSync(file, before);
}

/** Mounts in the driver's mount namespace.
 *  @returns the reverse */
function mount(args: readonly string[], target: string): () => void {
  run('mount', [...args, target]);
  return () => void run('umount', [target]);
}

interface Attack {
  readonly what: string;
  /** Makes the change.
   *  @returns the reverse */
  readonly attack: () => () => void;
  readonly code?: number;
  readonly words: RegExp;
}

const path = (which: 0 | 1, ...more: readonly string[]): string => look.path(names[which] ?? '', ...more);

/** Replaces the directory at the volume's path. */
function replaceMine(put: (at: string) => void): () => void {
  const at = path(0);
  renameSync(at, `${at}-moved`);
  put(at);
  return () => {
    rmSync(at, { recursive: true });
    renameSync(`${at}-moved`, at);
  };
}

const attacks: readonly Attack[] = [
  {
    what: 'a symbolic link in place of the directory',
    attack: () => replaceMine((at) => symlinkSync(path(1), at)),
    words: /is no longer the directory that was created for the volume \(inode \d+ instead of \d+\)/,
  },
  {
    what: 'another directory in its place',
    attack: () =>
      replaceMine((at) => {
        mkdirSync(at);
        writeFileSync(join(at, 'file'), 'of another user');
      }),
    words: /is no longer the directory that was created for the volume \(inode \d+ instead of \d+\)/,
  },
  {
    what: 'a symbolic link on the way to it',
    attack: () => {
      const team = join(path(0), '..');
      renameSync(team, `${team}-moved`);
      symlinkSync(`${team}-moved`, team);
      return () => {
        rmSync(team);
        renameSync(`${team}-moved`, team);
      };
    },
    code: INVALID_ARGUMENT,
    words: /is a symbolic link/,
  },
  {
    what: 'a base path that is a symbolic link',
    attack: () => {
      renameSync(look.path(), join(look.root, 'moved'));
      symlinkSync('moved', look.path());
      return () => {
        rmSync(look.path());
        renameSync(join(look.root, 'moved'), look.path());
      };
    },
    code: INVALID_ARGUMENT,
    words: /is a symbolic link/,
  },
  {
    what: 'a registry that was moved away',
    attack: () => {
      renameSync(look.registry(), join(look.root, 'registry-moved'));
      return () => renameSync(join(look.root, 'registry-moved'), look.registry());
    },
    words: /\.lustre-csi of the file system .* does not exist, although the volume was created by it/,
  },
  {
    what: 'a mount point in its place',
    attack: () => mount(['-t', 'tmpfs', 'tmpfs'], inController(names[0] ?? '')),
    words: /is no longer the directory|is a mount point/,
  },
  {
    what: 'the directory itself, mounted on itself',
    attack: () => mount(['--bind', path(0)], inController(names[0] ?? '')),
    words: /is a mount point \(EBUSY\)/,
  },
  {
    what: 'another file system on the way to it',
    attack: () => mount(['-t', 'tmpfs', 'tmpfs'], join(inController(names[0] ?? ''), '..')),
    words: /lies on another file system/,
  },
  {
    what: 'the mark of another volume, as a copy',
    attack: () => rewrite(entryFile(mine), readFileSync(entryFile(others), 'utf8')),
    words: /is damaged/,
  },
  {
    what: 'the mark of another volume, as a hard link',
    attack: () => {
      const file = entryFile(mine);
      const before = readFileSync(file);
      rmSync(file);
      linkSync(entryFile(others), file);
      return () => {
        rmSync(file);
        writeFileSync(file, before);
      };
    },
    words: /is damaged/,
  },
  {
    what: 'a mark that names the directory of another volume',
    attack: () => {
      const { path: theirs } = readJson(entryFile(others));
      const { inode } = readJson(fateFile(others));
      const undo = [
        rewrite(entryFile(mine), JSON.stringify({ ...readJson(entryFile(mine)), path: theirs })),
        rewrite(fateFile(mine), JSON.stringify({ ...readJson(fateFile(mine)), inode })),
      ];
      return () => undo.forEach((each) => each());
    },
    words: /another volume has its path/,
  },
  {
    what: 'a mark that leads out of the base path',
    attack: () =>
      rewrite(entryFile(mine), JSON.stringify({ ...readJson(entryFile(mine)), path: ['..', 'precious'] })),
    words: /is damaged/,
  },
  {
    what: 'a mark that leads out of the registry',
    attack: () => {
      const building = `${basename(fateFile(mine))}.x`;
      const inode = statSync(join(look.root, 'precious'), { bigint: true }).ino.toString();
      mkdirSync(look.registry('new', building));
      const fate = { ...readJson(fateFile(mine)), building: `${building}/../../../../precious`, inode };
      const undo = rewrite(fateFile(mine), JSON.stringify(fate));
      return () => {
        rmdirSync(look.registry('new', building));
        undo();
      };
    },
    words: /is damaged/,
  },
  {
    what: 'a mark that was cut off',
    attack: () => rewrite(entryFile(mine), readFileSync(entryFile(mine), 'utf8').slice(0, 40)),
    words: /is damaged/,
  },
  {
    what: 'a registry that other users may write',
    attack: () => {
      chmodSync(look.registry(), 0o777);
      return () => chmodSync(look.registry(), 0o700);
    },
    words: /can be written by others/,
  },
  {
    what: 'a registry of another user',
    attack: () => {
      chownSync(look.registry(), 1000, 1000);
      return () => chownSync(look.registry(), 0, 0);
    },
    words: /can be written by others/,
  },
];

it.each(attacks)('deletes nothing: $what', async ({ attack, code = FAILED_PRECONDITION, words }) => {
  mkdirSync(join(look.root, 'precious'), { recursive: true });
  writeFileSync(join(look.root, 'precious/file'), 'precious');
  const undo = attack();
  const before = run('find', [look.root, '!', '-path', '*/tmp/*']);
  try {
    await expect(remove(mine)).rejects.toMatchObject({
      code,
      details: expect.stringMatching(words) as string,
    });
    expect(run('find', [look.root, '!', '-path', '*/tmp/*'])).toBe(before);
  } finally {
    undo();
  }
  for (const which of [0, 1] as const) expect(readFileSync(path(which, 'file'), 'utf8')).toBe(names[which]);
  // The change is reversed: the volume is deleted, and nothing else.
  await remove(mine);
  expect(existsSync(path(0))).toBe(false);
  expect(readFileSync(path(1, 'file'), 'utf8')).toBe(names[1]);
  expect(readFileSync(join(look.root, 'precious/file'), 'utf8')).toBe('precious');
  await remove(others);
  await emptied();
});

it('deletes nothing of a directory that was moved away', async () => {
  renameSync(path(0), join(look.root, 'moved-away'));
  await remove(mine);
  await remove(others);
  await emptied();
  expect(readFileSync(join(look.root, 'moved-away/file'), 'utf8')).toBe(names[0]);
  rmSync(join(look.root, 'moved-away'), { recursive: true });
});

it('removes nothing of a file system that is mounted in a deleted directory', async () => {
  mkdirSync(path(0, 'inside'));
  const mounted = join(inController(names[0] ?? ''), 'inside');
  run('mount', ['-t', 'tmpfs', 'tmpfs', mounted]);
  writeFileSync(join(mounted, 'precious'), 'of another file system');
  await remove(mine);
  const trashed = (): string | undefined =>
    readdirSync(look.registry('trash')).find((name) => !name.endsWith('.json'));
  const inTrash = inController('.lustre-csi/trash', trashed() ?? '', 'inside');
  await eventually(() => !existsSync(look.registry('trash', trashed() ?? '', 'file')), 'the rest is removed');
  await eventually(() => driver.log().includes('another file system is mounted there'), 'it is logged');
  expect(readFileSync(join(inTrash, 'precious'), 'utf8')).toBe('of another file system');
  run('umount', [inTrash]);
  await remove(others); // The call triggers a check of the trash, too.
  await emptied();
});

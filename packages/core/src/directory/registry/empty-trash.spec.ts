import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directoryKey } from '../directory-handle.js';
import { ScratchBase } from '../testing/scratch-base.js';

let base: ScratchBase;
/** Of a deleted volume, in the trash. */
let directory: string;
let record: string;

beforeEach(() => {
  base = new ScratchBase();
  base.make('a');
  writeFileSync(base.path('team/a/file'), 'deleted');
  base.delete('a');
  const [name = ''] = readdirSync(base.registry('trash')).filter((each) => !each.endsWith('.json'));
  directory = base.registry('trash', name);
  record = `${directory}.json`;
});
afterEach(() => base.remove());

describe('emptying the trash', () => {
  it('removes what was deleted, and its record', () => {
    expect(base.sweep()).toMatchObject({ isDone: true, failures: [] });
    expect(readdirSync(base.registry('trash'))).toEqual([]);
  });

  it('leaves a directory that is not the deleted one, and says so', () => {
    const moved = join(base.top, 'moved');
    renameSync(directory, moved);
    mkdirSync(directory);
    writeFileSync(join(directory, 'precious'), 'of another user');
    expect(base.sweep().failures).toEqual([
      expect.stringContaining('it is not the directory that was deleted') as string,
    ]);
    expect(readFileSync(join(directory, 'precious'), 'utf8')).toBe('of another user');
    rmSync(directory, { recursive: true });
    renameSync(moved, directory);
    expect(base.sweep()).toMatchObject({ isDone: true, failures: [] });
    expect(readdirSync(base.registry('trash'))).toEqual([]);
  });

  it.each([
    ['is damaged', () => writeFileSync(record, '{')],
    ['is missing', () => rmSync(record)],
  ])('leaves a directory whose record %s', (_, damage) => {
    damage();
    base.sweep();
    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('deleted');
  });

  it('removes nothing of a directory that was taken out of it', () => {
    const restored = base.path('restored');
    renameSync(directory, restored);
    expect(base.sweep()).toMatchObject({ isDone: true, failures: [] });
    expect(readFileSync(join(restored, 'file'), 'utf8')).toBe('deleted');
    expect(readdirSync(base.registry('trash'))).toEqual([]);
  });
});

it('keeps what the trash needs while orphans are removed, and with it the project id', () => {
  base.sweep(true);
  expect(readdirSync(base.registry('trash'))).toEqual([]);
  expect(readdirSync(base.registry('fates'))).toEqual([]);
});

it('does not take the commit of a deleted volume for that of a new one of its name', () => {
  base.make('a');
  rmSync(base.path('team/a'), { recursive: true });
  const fates = readdirSync(base.registry('fates'));
  expect(fates).toHaveLength(2);
  const { incarnation } = JSON.parse(readFileSync(base.registry('volumes', directoryKey('a')), 'utf8')) as {
    incarnation: string;
  };
  rmSync(base.registry('fates', `${directoryKey('a')}.${incarnation}`));
  // It is too young to be given up.
  expect(base.sweep(true).hasUnfinished).toBe(true);
});

it('reads the records of earlier versions, which hold the commit', () => {
  const [fate = ''] = readdirSync(base.registry('fates'));
  const parts = [readFileSync(record, 'utf8'), readFileSync(base.registry('fates', fate), 'utf8')];
  const merged = Object.assign({}, ...parts.map((text) => JSON.parse(text) as object)) as object;
  writeFileSync(record, JSON.stringify(merged));
  rmSync(base.registry('fates', fate));
  expect(base.sweep()).toMatchObject({ isDone: true, failures: [] });
  expect(readdirSync(base.registry('trash'))).toEqual([]);
});

/** Deletes a volume after a client has filled it. @returns its name in the trash */
function trash(name: string, fill: (path: string) => void): string {
  base.make(name);
  fill(base.path('team', name));
  const before = new Set(readdirSync(base.registry('trash')));
  base.delete(name);
  const after = readdirSync(base.registry('trash')).filter((each) => !before.has(each));
  return after.find((each) => !each.endsWith('.json')) ?? '';
}

const bytes = (path: string, ...name: readonly number[]): Buffer =>
  Buffer.concat([Buffer.from(`${path}/`), Buffer.from(name)]);

it('removes files and directories whose names are not UTF-8', () => {
  trash('b', (path) => {
    writeFileSync(bytes(path, 0xff), '');
    mkdirSync(bytes(path, 0x61, 0xc3));
    writeFileSync(Buffer.concat([bytes(path, 0x61, 0xc3), Buffer.from('/\n')]), '');
  });
  expect(base.sweep()).toMatchObject({ isDone: true, failures: [] });
  expect(readdirSync(base.registry('trash'))).toEqual([]);
});

it('removes directories that lie deeper than a process may hold descriptors', () => {
  trash('deep', (path) => {
    let at = path;
    for (let depth = 0; depth < 450; depth += 1) mkdirSync((at = `${at}/d`));
  });
  for (let slice = 0; slice < 20; slice += 1) if (base.sweep().isDone) break;
  expect(readdirSync(base.registry('trash'))).toEqual([]);
});

// A mount point is busy for root, too.
describe.runIf(process.getuid?.() === 0)('a volume with directories that cannot be removed', () => {
  const BUSY = 120;
  let troubled: string;

  beforeEach(() => {
    troubled = trash('troubled', (path) => {
      mkdirSync(bytes(path, 0x67, 0xff));
      for (let number = 0; number < BUSY; number += 1) mkdirSync(`${path}/busy-${number}`);
    });
    // In one process for all of them.
    const table = join(base.top, 'fstab');
    const lines = busy().map((directory) => `${directory} ${directory} none bind 0 0\n`);
    writeFileSync(table, lines.join(''));
    execFileSync('mount', ['--all', '--fstab', table]);
  });
  afterEach(() => execFileSync('umount', busy()));

  const busy = (): string[] =>
    Array.from({ length: BUSY }, (_, number) => base.registry('trash', troubled, `busy-${number}`));

  it('is described with paths and the name of the volume, and counted', () => {
    base.sweep();
    const { failures, failed, stuck, isDone } = base.sweep();
    expect([failed, stuck, isDone]).toEqual([BUSY, [troubled], true]);
    const trashPath = `/${base.location.base.join('/')}/.lustre-csi/trash`;
    const description = `${trashPath}/${troubled} (volume troubled)/busy-`;
    expect(failures).toEqual(Array(2).fill(expect.stringContaining(description)));
    expect(failures[0]).toMatch(/\d: EBUSY$/);
  });

  it('leaves its neighbours a share of every slice', () => {
    ['n1', 'n2', 'n3'].forEach((name) => trash(name, (path) => writeFileSync(`${path}/file`, '')));
    base.sweep();
    const left = readdirSync(base.registry('trash')).filter((each) => !each.endsWith('.json'));
    expect(left).toEqual([troubled]);
    expect(base.sweep().stuck).toEqual([troubled]);
    expect(base.sweep(false, { skip: [troubled], turn: 3 })).toMatchObject({ failed: 0, isDone: true });
  });
});

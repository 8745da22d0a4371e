import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directoryKey } from '../directory-handle.js';
import { runTask } from './directory-tasks.js';
import { ScratchBase } from '../testing/scratch-base.js';
import type { Occupants, WorkerResults } from './worker-protocol.js';

let base: ScratchBase;

beforeEach(() => {
  base = new ScratchBase();
});
afterEach(() => base.remove());

const look = (): Occupants => runTask({ operation: 'occupants', location: base.location }) as Occupants;
const entryOf = (name: string): string => base.registry('volumes', directoryKey(name));
const fateOf = (name: string): string => {
  const fates = readdirSync(base.registry('fates'));
  return base.registry('fates', fates.find((each) => each.startsWith(directoryKey(name))) ?? '');
};

const nothing: Occupants = { hasRegistry: true, volumes: [], more: 0, unfinished: [], damaged: [] };

describe('what keeps a file system from being deleted', () => {
  it('is nothing where all volumes are deleted, and that differs from a registry that is lost', () => {
    expect(look()).toEqual({ ...nothing, hasRegistry: false });
    base.make('a');
    base.make('kept', { onDelete: 'retain' });
    base.delete('a');
    base.delete('kept');
    expect(look()).toEqual(nothing);
    renameSync(base.path(), join(base.top, 'moved'));
    expect(look().hasRegistry).toBe(false);
  });

  it('is any volume: some are named', () => {
    ['a', 'b', 'c', 'd', 'e'].forEach((name) => base.make(name));
    const { volumes, more } = look();
    expect([volumes.length, more]).toEqual([3, 2]);
    expect(volumes[0]).toMatch(/^team\/[a-e]$/);
  });

  it('is a creation that is not decided, and none that was given up', () => {
    base.make('a');
    rmSync(base.path('team/a'), { recursive: true });
    rmSync(fateOf('a'));
    expect(look()).toEqual({ ...nothing, unfinished: ['team/a'] });
    const { incarnation } = JSON.parse(readFileSync(entryOf('a'), 'utf8')) as { incarnation: string };
    writeFileSync(base.registry('fates', `${directoryKey('a')}.${incarnation}`), '{"isAbandoned":true}');
    expect(look()).toEqual(nothing);
  });

  it.each<readonly [string, (name: string) => string, (file: string) => void]>([
    ['an entry that was cut off', entryOf, (file) => writeFileSync(file, '{')],
    ['a commit that was cut off', fateOf, (file) => writeFileSync(file, '{')],
    [
      'a directory in the place of an entry',
      entryOf,
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ])('is %s', (_, fileOf, damage) => {
    base.make('a');
    const file = fileOf('a');
    damage(file);
    expect(look()).toEqual({ ...nothing, damaged: [base.fromRoot(file)] });
    // ListVolumes shows the others all the same.
    base.make('b');
    const listed = runTask({ operation: 'list', location: base.location, after: '', limit: 10 });
    const { found } = listed as WorkerResults['list'];
    expect(found.map(({ entry }) => entry.name)).toEqual(['b']);
  });

  it('is a directory whose entry is lost, and no claim of a path where nothing is', () => {
    base.make('a');
    rmSync(entryOf('a'));
    expect(look()).toEqual({ ...nothing, damaged: [base.fromRoot(base.registry('paths/team/a'))] });
    rmSync(base.path('team/a'), { recursive: true });
    expect(look()).toEqual(nothing);
  });

  it.each(['volumes', 'paths'])('cannot be found out without the %s of the registry', (part) => {
    base.make('a');
    base.delete('a');
    rmSync(base.registry(part), { recursive: true });
    expect(look).toThrow(/ENOENT/);
  });

  it('cannot be found out where the base path is a symbolic link', () => {
    base.make('a');
    renameSync(base.path(), join(base.top, 'moved'));
    symlinkSync('moved', base.path());
    expect(look).toThrow(/symlink/);
  });
});

import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

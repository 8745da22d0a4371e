import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directoryKey } from '../directory-handle.js';
import { DirectoryWorker } from '../directory-worker.js';
import { ScratchBase } from '../testing/scratch-base.js';

let base: ScratchBase;

beforeEach(() => {
  base = new ScratchBase();
});
afterEach(() => base.remove());

const removing = { removeEmptyParents: true };
const exists = (...names: readonly string[]): boolean => existsSync(base.path(...names));

describe('the parents of a deleted directory', () => {
  it('stay without the setting', () => {
    base.make('a', {}, ['x', 'y', 'a']);
    base.delete('a');
    expect([exists('x', 'y', 'a'), exists('x', 'y')]).toEqual([false, true]);
  });

  it('are removed with it, up to the base path', () => {
    base.make('a', removing, ['x', 'y', 'a']);
    base.delete('a');
    expect([exists('x'), exists()]).toEqual([false, true]);
    base.delete('a');
    base.make('a', removing, ['x', 'y', 'a']);
    expect(exists('x', 'y', 'a')).toBe(true);
  });

  it('stay as far as they hold something', () => {
    base.make('a', removing, ['x', 'y', 'a']);
    writeFileSync(base.path('x', 'file'), 'of a user');
    base.delete('a');
    expect([exists('x', 'y'), exists('x', 'file')]).toEqual([false, true]);
  });

  it('stay while another volume has a path in them, though its directory was moved away', () => {
    base.make('a', removing, ['x', 'a']);
    base.make('b', {}, ['x', 'b']);
    base.delete('a');
    expect(exists('x', 'b')).toBe(true);
    base.delete('b');
    expect(exists('x')).toBe(true);
  });

  it('stay where the directory is archived above them, or retained', () => {
    base.make('a', { ...removing, onDelete: 'retain' }, ['x', 'a']);
    base.make('b', { ...removing, onDelete: 'archive' }, ['y', 'b']);
    base.delete('a');
    base.delete('b');
    expect([exists('x', 'a'), exists('y')]).toEqual([true, false]);
  });

  it('are not followed where they were replaced by a link', () => {
    base.make('a', removing, ['x', 'a']);
    base.delete('a');
    mkdirSync(`${base.top}/elsewhere`);
    base.make('b', removing, ['x', 'b']);
    base.make('c', removing, ['z', 'c']);
    base.delete('b');
    symlinkSync(`${base.top}/elsewhere`, base.path('x'));
    base.delete('c');
    expect(existsSync(`${base.top}/elsewhere`)).toBe(true);
    expect(exists('z')).toBe(false);
  });
});

/** Removes the parents again and again, as deletions by other controllers do. */
const remover = `
const { rmdirSync } = require('node:fs');
const pause = new Int32Array(new SharedArrayBuffer(4));
process.stdout.write('begun');
for (;;) {
  for (const path of process.argv.slice(1)) try { rmdirSync(path); } catch {}
  Atomics.wait(pause, 0, 0, Math.random());
}`;

describe('a directory that is made while deletions remove its empty parents', () => {
  it('is there whenever its creation succeeds, and each creation does', async () => {
    const { signal } = new AbortController();
    const { location } = base;
    const paths = [base.path('x', 'y'), base.path('x')];
    const deletions = spawn(process.execPath, ['-e', remover, '--', ...paths], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const worker = new DirectoryWorker(location.root, 'the file system');
    const key = directoryKey('a');
    try {
      await once(deletions.stdout, 'data');
      for (let round = 0; round < 150; round += 1) {
        await worker.run(base.creation('a', removing, ['x', 'y', 'a']), signal);
        expect(exists('x', 'y', 'a')).toBe(true);
        await worker.run({ operation: 'delete', location, key }, signal);
      }
      base.make('b', {}, ['b']);
      expect([exists('x'), exists('b')]).toEqual([false, true]);
    } finally {
      deletions.kill('SIGKILL');
      await worker.stop();
    }
  });
});

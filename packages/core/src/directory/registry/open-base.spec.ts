import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directoryKey } from '../directory-handle.js';
import { ScratchBase } from '../testing/scratch-base.js';
import { runTask } from './directory-tasks.js';
import type { WorkerResults } from './worker-protocol.js';

let scratch: ScratchBase;

beforeEach(() => {
  scratch = new ScratchBase();
});
afterEach(() => scratch.remove());

const top = (): string => scratch.location.base[0] ?? '';
const locationOf = (...base: readonly string[]): typeof scratch.location => ({
  root: scratch.location.root,
  base: [top(), ...base],
});
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** Creates a volume of this path below a base path. */
function make(base: readonly string[], ...path: readonly string[]): void {
  const name = path.join('-');
  runTask({
    operation: 'create',
    location: locationOf(...base),
    desired: {
      name,
      key: directoryKey(name),
      path,
      capacityBytes: '0',
      range: {},
      settings: { ...owner, mode: 0o755, stripe: [], quota: 'none', onDelete: 'delete', node: {} },
      projectIds: { first: 1, last: 2 },
    },
  });
}

function pathsBelow(...base: readonly string[]): readonly string[] {
  const task = { operation: 'list', location: locationOf(...base), after: '', limit: 10 } as const;
  return (runTask(task) as WorkerResults['list']).found.map(({ entry }) => entry.path.join('/'));
}

const hasRegistry = (...base: readonly string[]): boolean =>
  existsSync(join(scratch.top, ...base, '.lustre-csi'));

describe('a base path above another', () => {
  it('leaves nothing behind if its first volume would lie in the other', () => {
    make(['a', 'b'], 'x');
    expect(() => make([], 'a', 'b', 'y')).toThrow(/nested-base/);
    expect(hasRegistry()).toBe(false);
    expect(pathsBelow('a', 'b')).toEqual(['x']);
  });

  it('may be created, and locks out nothing below it', () => {
    make(['a', 'b'], 'x');
    make(['a'], 'y');
    make(['a', 'b'], 'z');
    expect([...pathsBelow('a', 'b')].sort()).toEqual(['x', 'z']);
    expect(pathsBelow('a')).toEqual(['y']);
    // Neither a volume in the other base path, nor one that holds it.
    expect(() => make(['a'], 'b', 'v')).toThrow(/nested-base/);
    expect(() => make(['a'], 'b')).toThrow(/path-exists/);
    expect([...pathsBelow('a', 'b')].sort()).toEqual(['x', 'z']);
  });
});

describe('a base path inside another', () => {
  it.each([['with a volume'], ['without volumes']])('is not created: one %s', (state) => {
    make(['a'], 'x');
    if (state === 'without volumes')
      runTask({ operation: 'delete', location: locationOf('a'), key: directoryKey('x') });
    expect(() => make(['a', 'b', 'c'], 'y')).toThrow(/nested-base/);
    expect(readdirSync(join(scratch.top, 'a'))).not.toContain('b');
  });
});

describe('a .lustre-csi above a base path that the driver has not made', () => {
  it.each<readonly [string, (path: string) => void]>([
    ['a dangling link', (path) => symlinkSync('nowhere', path)],
    ['a link to a directory', (path) => symlinkSync('/tmp', path)],
    ['an empty directory', (path) => mkdirSync(path)],
    [
      'a directory that others may write',
      (path) => {
        mkdirSync(join(path, 'volumes'), { recursive: true });
        chmodSync(path, 0o777);
      },
    ],
  ])('is no veto: %s', (_, plant) => {
    make(['a'], 'x');
    plant(join(scratch.top, '.lustre-csi'));
    make(['a'], 'y');
    make(['new'], 'z');
    expect([...pathsBelow('a'), ...pathsBelow('new')].sort()).toEqual(['x', 'y', 'z']);
  });
});

it('a link in the place of the own registry is refused, and named', () => {
  mkdirSync(join(scratch.top, 'a'));
  symlinkSync('nowhere', join(scratch.top, 'a', '.lustre-csi'));
  expect(() => make(['a'], 'x')).toThrow(/a\/\.lustre-csi: untrusted-registry/);
});

describe('the registry', () => {
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  it.each([
    ['succeeds', 0],
    ['is refused', 1],
  ])('requests a layout on the MDT before it has parts, once: lfs %s', (_, status) => {
    const bin = join(scratch.top, 'bin');
    const calls = join(scratch.top, 'calls');
    mkdirSync(bin);
    const script = `#!/bin/sh\necho "$(pwd -P) $(ls -A) $*" >> ${calls}\nexit ${status}\n`;
    writeFileSync(join(bin, 'lfs'), script, { mode: 0o755 });
    process.env['PATH'] = `${bin}:${path}`;
    make(['a'], 'x');
    make(['a'], 'y');
    const registry = join(scratch.top, 'a', '.lustre-csi');
    expect(readFileSync(calls, 'utf8')).toBe(`${registry}  setstripe -E 64K -L mdt -E -1 -c 1 .\n`);
    expect([...pathsBelow('a')].sort()).toEqual(['x', 'y']);
  });
});

// A descriptor that stays open makes the mount busy for as long as the worker lives, and a worker has only so many.
describe('a task that fails', () => {
  function replaceRegistry(): void {
    make(['base'], 'x');
    renameSync(join(scratch.top, 'base/.lustre-csi'), join(scratch.top, 'base/moved'));
    writeFileSync(join(scratch.top, 'base/.lustre-csi'), '');
  }
  const openFiles = (): number => readdirSync('/proc/self/fd').length;

  it.each<[string, () => void]>([
    ['the base path does not exist', () => {}],
    ['a file is at the base path', () => writeFileSync(join(scratch.top, 'base'), '')],
    ['a symbolic link is at the base path', () => symlinkSync('elsewhere', join(scratch.top, 'base'))],
    ['the registry is a file', replaceRegistry],
  ])('leaves nothing open if %s', (_what, prepare) => {
    prepare();
    const before = openFiles();
    for (let round = 0; round < 5; round += 1) {
      try {
        pathsBelow('base', 'below');
      } catch {
        // Only what is left open counts.
      }
      try {
        make(['base'], 'a', 'b');
        pathsBelow('base');
      } catch {
        // Likewise.
      }
    }
    expect(openFiles()).toBe(before);
  });
});

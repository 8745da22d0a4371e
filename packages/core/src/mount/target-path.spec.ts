import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseMountInfo } from './table/mount-table.js';
import {
  isMissing,
  isMountPoint,
  makeTarget,
  mountPointOf,
  removeTarget,
  removeUnlessMounted,
  targetKey,
} from './target-path.js';

const noMounts = parseMountInfo('');

describe('targetKey', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/a//b/', '/a/b'],
    ['/a/./c/../b', '/a/b'],
  ])('%s is %s', (path, key) => expect(targetKey(path)).toBe(key));

  it.each(['', 'a/b', '/', '/a/..', '/a\0b'])('refuses %j', (path) => {
    expect(() => targetKey(path)).toThrow(expect.objectContaining({ kind: 'invalid-argument' }) as Error);
  });
});

describe('the target directory', () => {
  let base = '';
  beforeEach(async () => (base = await mkdtemp(join(tmpdir(), 'target-'))));
  afterEach(() => rm(base, { recursive: true, force: true }));

  it('is looked for where the mount table shows it', async () => {
    await mkdir(join(base, 'real'));
    await symlink('real', join(base, 'link'));
    expect(await mountPointOf(join(base, 'link', 'mount'), noMounts)).toBe(join(base, 'real', 'mount'));
    expect(await mountPointOf(join(base, 'missing', 'mount'), noMounts)).toBe(join(base, 'missing', 'mount'));
  });

  it('is not looked for in a volume, whose server may be dead', async () => {
    const table = parseMountInfo(`9 1 0:9 / ${base} rw - lustre 127.0.0.4@tcp:/lustrefs rw`);
    await expect(mountPointOf(join(base, 'mount'), table)).rejects.toThrow('lies in a Lustre volume');
    expect(await mountPointOf(`${base}x/mount`, table)).toBe(`${base}x/mount`);
  });

  it('is missing if its parent does not list it, and never where the parent cannot be read', async () => {
    expect(await isMissing(join(base, 'mount'))).toBe(true);
    expect(await isMissing(join(base, 'gone', 'mount'))).toBe(false);
    await makeTarget(join(base, 'mount'));
    expect(await isMissing(join(base, 'mount'))).toBe(false);
  });

  it('is removed unless the kernel uses it as a mount point', async () => {
    await makeTarget(join(base, 'mount'));
    expect(await removeUnlessMounted(join(base, 'mount'))).toBe(true);
    expect(await removeUnlessMounted(join(base, 'mount'))).toBe(true);
    expect(await removeUnlessMounted('/proc')).toBe(false);
  });

  it('that is the driver’s own is a mount point if it cannot be renamed', async () => {
    const directory = join(base, 'client');
    await mkdir(directory);
    expect(await isMountPoint(directory)).toBe(false);
    expect((await stat(directory)).isDirectory()).toBe(true);
    expect(await isMountPoint('/proc')).toBe(true);
    await expect(isMountPoint(join(base, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is made once, and only itself', async () => {
    expect(await makeTarget(join(base, 'mount'))).toBe(true);
    expect(await makeTarget(join(base, 'mount'))).toBe(false);
    await expect(makeTarget(join(base, 'gone', 'mount'))).rejects.toMatchObject({
      kind: 'failed-precondition',
    });
    await expect(stat(join(base, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is no file and no symlink', async () => {
    await writeFile(join(base, 'file'), '');
    await symlink('/etc', join(base, 'link'));
    await expect(makeTarget(join(base, 'file'))).rejects.toThrow('is a file');
    await expect(makeTarget(join(base, 'link'))).rejects.toThrow('is a symlink');
  });

  it('is not mounted over while files are in it', async () => {
    await mkdir(join(base, 'mount'));
    await writeFile(join(base, 'mount', 'data'), 'precious');
    await expect(makeTarget(join(base, 'mount'))).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringContaining('is not empty, and a mount would hide its files') as string,
    });
    await rm(join(base, 'mount', 'data'));
    expect(await makeTarget(join(base, 'mount'))).toBe(false);
  });

  it('is removed if it is empty, and never with something in it', async () => {
    await mkdir(join(base, 'mount'));
    await writeFile(join(base, 'mount', 'data'), 'precious');
    await expect(removeTarget(join(base, 'mount'))).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringContaining('never deletes') as string,
    });
    await rm(join(base, 'mount', 'data'));
    await removeTarget(join(base, 'mount'));
    await removeTarget(join(base, 'mount'));
    await expect(stat(join(base, 'mount'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../process/command.js';
import { describePresentParts, describeVersions, readClientVersions } from './client-versions.js';

const printing = (stdout: string, exitCode = 0) => ({
  run: async (): Promise<CommandResult> => ({ pid: 1, exitCode, signal: null, stdout, stderr: '' }),
});
const missing = { run: () => Promise.reject(new Error('ENOENT')) };

describe('readClientVersions', () => {
  let root = '';
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'versions-'))));
  afterEach(() => rm(root, { recursive: true }));

  it('reads both halves', async () => {
    await mkdir(join(root, 'sys/module/lustre'), { recursive: true });
    await writeFile(join(root, 'sys/module/lustre/version'), '2.15.6-fsx18\n');
    expect(await readClientVersions(root, printing('mount.lustre 2.17.0\n'))).toEqual({
      module: '2.15.6-fsx18',
      utilities: '2.17.0',
    });
  });

  it('reads the other place of the module, and does without the rest', async () => {
    expect(await readClientVersions(root, printing('mount.lustre 2.17.0\n'))).toEqual({});
    await mkdir(join(root, 'sys/fs/lustre'), { recursive: true });
    await writeFile(join(root, 'sys/fs/lustre/version'), '2.16.1\n');
    expect(await readClientVersions(root, missing)).toEqual({ module: '2.16.1' });
    expect(await readClientVersions(root, printing('usage: mount.lustre', 1))).toEqual({ module: '2.16.1' });
  });

  it.each([
    [false, true, 'module: not loaded; mount.lustre: 2.17.0'],
    [true, false, 'module: 2.15.6; mount.lustre: not installed'],
    [false, false, 'module: not loaded; mount.lustre: not installed'],
  ])('describes what is present: module %s, mount.lustre %s', async (hasModule, hasHelper, text) => {
    await mkdir(join(root, 'sys/module/lustre'), { recursive: true });
    await writeFile(join(root, 'sys/module/lustre/version'), '2.15.6\n');
    const runner = printing('mount.lustre 2.17.0\n');
    expect(await describePresentParts({ hasHelper, hasModule }, root, runner)).toBe(text);
  });

  it('describes parts of unknown release', async () => {
    expect(await describePresentParts({ hasHelper: true, hasModule: true }, root, missing)).toBe(
      'module: of unknown release; mount.lustre: of unknown release',
    );
  });
});

describe('describeVersions', () => {
  it.each([
    [{}],
    [{ module: '2.15.6' }],
    [{ utilities: '2.17.0' }],
    [{ module: '2.15.6-fsx18', utilities: '2.15.8' }],
    [{ module: 'unknown', utilities: '2.15.8' }],
  ])('finds no trouble in %j', (versions) => expect(describeVersions(versions)).toBeUndefined());

  it.each([
    [{ module: '2.16.1', utilities: '2.17.0' }, 'an option that it does not know (EINVAL)'],
    [{ module: '2.15.8', utilities: '2.17.0' }, 'lfs and lctl'],
    [{ module: '2.17.0', utilities: '2.15.8' }, 'lfs and lctl'],
  ])('reports %j', (versions, words) => {
    const text = describeVersions(versions);
    expect(text).toContain(words);
    expect(text).toContain(`are ${versions.utilities}, and the node's module is ${versions.module}`);
  });
});

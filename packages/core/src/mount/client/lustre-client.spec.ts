import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeMissingClient, readClientParts } from './lustre-client.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'client-'));
  for (const name of ['sbin', 'proc']) await mkdir(join(root, name));
  await writeFile(join(root, 'proc/filesystems'), 'nodev\tsysfs\n\text4\n');
});
afterEach(() => rm(root, { recursive: true }));

describe('readClientParts', () => {
  it('sees what appears', async () => {
    expect(await readClientParts(root)).toEqual({ hasHelper: false, hasModule: false });
    await writeFile(join(root, 'sbin/mount.lustre'), '');
    expect(await readClientParts(root)).toEqual({ hasHelper: true, hasModule: false });
    await writeFile(join(root, 'proc/filesystems'), 'nodev\tlustre_tgt\nnodev\tlustre\n\text4\n');
    expect(await readClientParts(root)).toEqual({ hasHelper: true, hasModule: true });
  });

  it('takes a server-side type for no client, and an absent table for none', async () => {
    await writeFile(join(root, 'proc/filesystems'), 'nodev\tlustre_tgt\n');
    expect((await readClientParts(root)).hasModule).toBe(false);
    await rm(join(root, 'proc/filesystems'));
    expect((await readClientParts(root)).hasModule).toBe(false);
  });
});

describe('describeMissingClient', () => {
  it.each([
    [false, false, 'neither the module nor mount.lustre'],
    [true, false, 'module lustre is not loaded'],
    [false, true, "mount.lustre is not in the node plugin's container"],
    [true, true, 'modprobe -v lustre'],
  ])('helper %s, module %s: %s', (hasHelper, hasModule, words) => {
    const message = describeMissingClient({ hasHelper, hasModule }, '6.8.0-1021-azure');
    expect(message).toContain(words);
    expect(message).toContain('6.8.0-1021-azure');
    expect(message).toContain('without a restart');
  });
});

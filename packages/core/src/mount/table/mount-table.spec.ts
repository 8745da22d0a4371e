import { describe, expect, it } from 'vitest';
import { isReadOnlyMount, mountAround, MountTable, parseMountInfo } from './mount-table.js';

const mountinfo = [
  '22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw',
  '90 22 0:50 / /pods/a/mount rw,noatime shared:7 master:3 - lustre 127.0.0.4@tcp:/lustrefs rw,flock,lazystatfs',
  '91 22 0:50 / /pods/b/mount ro,relatime - lustre 127.0.0.4@tcp:/lustrefs/team rw,flock',
  '92 22 0:50 /team\\040one /pods/with\\040blank\\134x rw - tmpfs 127.0.0.4@tcp:/lustrefs rw',
  '94 93 0:60 / /pods/stacked rw - lustre 127.0.0.9@tcp:/upper rw',
  '93 22 0:50 / /pods/stacked rw - lustre 127.0.0.4@tcp:/lower rw',
  '95 22 0:51 /gone//deleted /pods/c/mount//deleted rw - lustre 127.0.0.4@tcp:/lustrefs rw',
  '96 22 0:70 / /pods/none rw - fuse.x \\043odd rw',
  'nonsense',
  '97 22 0:70 / /pods/short rw - ',
].join('\n');

describe('parseMountInfo', () => {
  const table = parseMountInfo(`${mountinfo}\n`);

  it('reads source, type, root and options past any number of optional fields', () => {
    expect(table.at('/pods/a/mount')).toEqual({
      id: 90,
      parentId: 22,
      root: '/',
      mountPoint: '/pods/a/mount',
      options: ['rw', 'noatime'],
      isShared: true,
      peerGroup: '7',
      fsType: 'lustre',
      source: '127.0.0.4@tcp:/lustrefs',
      superOptions: ['rw', 'flock', 'lazystatfs'],
      deleted: false,
    });
    expect(table.at('/')?.source).toBe('/dev/vda1');
  });

  it('shows the propagation to other mount namespaces', () => {
    expect(table.at('/pods/a/mount')?.isShared).toBe(true);
    expect(table.at('/pods/b/mount')?.isShared).toBe(false);
    expect(table.at('/pods/none')?.isShared).toBe(false);
  });

  it('finds the mount around another one', () => {
    expect(mountAround(table.at('/pods/a/mount')!, table)?.mountPoint).toBe('/');
    expect(mountAround(table.at('/pods/stacked')!, table)?.id).toBe(93);
    expect(mountAround(table.at('/')!, table)).toBeUndefined();
  });

  it('distinguishes a read-only mount from its writable file system', () => {
    expect(isReadOnlyMount(table.at('/pods/a/mount')!)).toBe(false);
    expect(isReadOnlyMount(table.at('/pods/b/mount')!)).toBe(true);
  });

  it('undoes the octal escapes', () => {
    expect(table.at('/pods/with blank\\x')?.root).toBe('/team one');
    expect(table.at('/pods/none')?.source).toBe('#odd');
  });

  it('sees the mount that covers the others, in any order of the lines', () => {
    expect(table.at('/pods/stacked')?.source).toBe('127.0.0.9@tcp:/upper');
    expect(table.all('/pods/stacked').map(({ id }) => id)).toEqual([93, 94]);
  });

  it('keeps mounts whose directory was removed', () => {
    expect(table.at('/pods/c/mount')).toMatchObject({ root: '/gone', deleted: true });
  });

  it('knows nothing of paths without a mount, and leaves out lines without a meaning', () => {
    expect(table.at('/pods/a')).toBeUndefined();
    expect(table.all('/pods/a')).toEqual([]);
    expect(table.entries.map(({ id }) => id)).toEqual([22, 90, 91, 92, 94, 93, 95, 96, 97]);
  });
});

describe('MountTable', () => {
  it('answers each of many questions alike', () => {
    const { entries } = parseMountInfo(mountinfo);
    const table = new MountTable(entries);
    for (let question = 0; question < 20; question += 1) {
      expect(table.at('/pods/stacked')?.id).toBe(94);
      expect(table.at('/pods/none')?.id).toBe(96);
      expect(table.at('/nowhere')).toBeUndefined();
    }
  });
});

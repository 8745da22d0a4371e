import { expect, it } from 'vitest';
import { parseMountInfo, readMountTable } from './mount-table.js';

it('parseMountInfo reads the fields on both sides of the optional ones, and unescapes them', () => {
  const text = [
    '36 35 0:31 /sub\\040dir /mnt/a\\134b rw,noatime master:1 shared:2 - tmpfs 10.0.0.4@tcp:/lustrefs rw,size=1k',
    '37 35 0:32 / / rw - ext4 /dev/vda1 rw',
    '',
  ].join('\n');
  expect(parseMountInfo(text)).toEqual([
    { root: '/sub dir', target: '/mnt/a\\b', source: '10.0.0.4@tcp:/lustrefs', group: '1' },
    { root: '/', target: '/', source: '/dev/vda1' },
  ]);
});

it.runIf(process.platform === 'linux')('readMountTable finds the root of this machine', () => {
  expect(readMountTable().map(({ target }) => target)).toContain('/');
});

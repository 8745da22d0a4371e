import { describe, expect, it } from 'vitest';
import { isMountable, isNameTooLong, parseMountSource } from './mount-source.js';

const nids = (text: string): string[] => parseMountSource(text).nids.map(({ host, net }) => `${host}@${net}`);

describe('parseMountSource', () => {
  it.each([
    ['10.0.0.4@tcp:/lustrefs', ['10.0.0.4@tcp'], 'lustrefs', ''],
    ['10.0.0.4:/lustrefs', ['10.0.0.4@tcp'], 'lustrefs', ''],
    ['10.0.0.4@tcp0:/lustrefs/', ['10.0.0.4@tcp'], 'lustrefs', ''],
    ['10.0.0.4@tcp1:/lustrefs', ['10.0.0.4@tcp1'], 'lustrefs', ''],
    ['10.0.0.4@tcp://lustrefs//a///b/', ['10.0.0.4@tcp'], 'lustrefs', '/a/b'],
    [
      'fs-0a1.fsx.us-west-2.amazonaws.com@tcp:/foebrb4v',
      ['fs-0a1.fsx.us-west-2.amazonaws.com@tcp'],
      'foebrb4v',
      '',
    ],
    ['a@o2ib:b@o2ib:/fs', ['a@o2ib', 'b@o2ib'], 'fs', ''],
    [
      'mgs1@tcp0,mgs1ib@o2ib0:mgs2@tcp0,mgs2ib@o2ib1:/testfs/dir',
      ['mgs1@tcp', 'mgs1ib@o2ib', 'mgs2@tcp', 'mgs2ib@o2ib1'],
      'testfs',
      '/dir',
    ],
    ['10.0.0.4@tcp:/fs/a:/b', ['10.0.0.4@tcp'], 'fs', '/a:/b'],
  ])('%s', (text, expected, fsname, subdir) => {
    expect(nids(text)).toEqual(expected);
    expect(parseMountSource(text)).toMatchObject({ text, fsname, subdir });
  });

  it.each([
    ['10.0.0.4@tcp', 19, 'mount.lustre: 10.0.0.4@tcp has not been formatted with mkfs.lustre'],
    ['/dev/sdb', 19, 'or the backend filesystem type is not supported by this tool'],
    [':/fs', 22, "mount.lustre: Can't parse NID ''"],
    ['10.0.0.4@ether:/fs', 22, "mount.lustre: Can't parse NID '10.0.0.4@ether'"],
    ['10.0.0.4@tcp@tcp:/fs', 22, "mount.lustre: Can't parse NID '10.0.0.4@tcp@tcp'"],
    ['10.0.0.4@tcp::/fs', 22, "mount.lustre: Can't parse NID ''"],
    ['a b@tcp:/fs', 22, "mount.lustre: Can't parse NID 'a b@tcp'"],
  ])('refuses %s as the helper does, with status %d', (text, exitStatus, message) => {
    expect(() => parseMountSource(text, '2.17')).toThrow(
      expect.objectContaining({
        exitStatus,
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });
});

describe('isMountable', () => {
  it.each([
    ['h:/fs', true],
    ['h:/eightchr/a/b', true],
    ['h:/', false],
    ['h:/fs/..', false],
    ['h:/fs/a/./b', false],
    ['h:/fs/..a/b..', true],
  ])('%s: %s', (text, expected) => {
    expect(isMountable(parseMountSource(text))).toBe(expected);
  });
});

it('isNameTooLong accepts file system names of up to 8 characters', () => {
  const names = ['fs', 'eightchr', 'ninechars'].map((name) => isNameTooLong(parseMountSource(`h:/${name}`)));
  expect(names).toEqual([false, false, true]);
});

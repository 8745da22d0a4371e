import { describe, expect, it } from 'vitest';
import { isMountable, parseMountSource } from './mount-source.js';

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
    ['10.0.0.4@tcp', 'mount.lustre: cannot mount 10.0.0.4@tcp: no server support'],
    ['/dev/sdb', 'mount.lustre: cannot mount /dev/sdb: no server support'],
    [':/fs', "mount.lustre: Can't parse NID ''"],
    ['10.0.0.4@ether:/fs', "mount.lustre: Can't parse NID '10.0.0.4@ether'"],
    ['10.0.0.4@tcp@tcp:/fs', "mount.lustre: Can't parse NID '10.0.0.4@tcp@tcp'"],
    ['10.0.0.4@tcp::/fs', "mount.lustre: Can't parse NID ''"],
    ['a b@tcp:/fs', "mount.lustre: Can't parse NID 'a b@tcp'"],
  ])('refuses %s as the helper does, with EINVAL', (text, message) => {
    expect(() => parseMountSource(text)).toThrow(
      expect.objectContaining({
        exitStatus: 22,
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });
});

describe('isMountable', () => {
  it.each([
    ['h:/fs', true],
    ['h:/eightchr/a/b', true],
    ['h:/ninechars', false],
    ['h:/', false],
    ['h:/fs/..', false],
    ['h:/fs/a/./b', false],
    ['h:/fs/..a/b..', true],
  ])('%s: %s', (text, expected) => {
    expect(isMountable(parseMountSource(text))).toBe(expected);
  });
});

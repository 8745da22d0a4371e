import { describe, expect, it } from 'vitest';
import { canonicalNid, formatMountSource, createMountSource, parseMountSource } from './mount-source.js';

const refusal = (words: string): object => ({
  kind: 'invalid-argument',
  message: expect.stringContaining(words) as string,
});

const caught = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return error;
  }
};

describe('a mount source', () => {
  it.each([
    ['10.0.0.4@tcp:/lustrefs', [['10.0.0.4@tcp']], 'lustrefs', ''],
    ['172.31.45.171@tcp:/foebrb4v', [['172.31.45.171@tcp']], 'foebrb4v', ''],
    [
      'fs-0123.fsx.us-west-2.amazonaws.com@tcp:/fsx',
      [['fs-0123.fsx.us-west-2.amazonaws.com@tcp']],
      'fsx',
      '',
    ],
    ['mgs1@tcp0:/fs', [['mgs1@tcp0']], 'fs', ''],
    ['a@o2ib:b@o2ib:/fs', [['a@o2ib'], ['b@o2ib']], 'fs', ''],
    ['10.0.0.4@o2ib1:/fs', [['10.0.0.4@o2ib1']], 'fs', ''],
    ['10.0.0.4@efa:/fs', [['10.0.0.4@efa']], 'fs', ''],
    ['10.0.0.4@tcp,10.0.1.4@tcp1:/fs', [['10.0.0.4@tcp', '10.0.1.4@tcp1']], 'fs', ''],
    [
      'mgs1@tcp0,mgs1ib@o2ib0:mgs2@tcp0,mgs2ib@o2ib0:/testfs/dir',
      [
        ['mgs1@tcp0', 'mgs1ib@o2ib0'],
        ['mgs2@tcp0', 'mgs2ib@o2ib0'],
      ],
      'testfs',
      'dir',
    ],
    ['10.0.0.4@tcp:/fs/a/b c/ü', [['10.0.0.4@tcp']], 'fs', 'a/b c/ü'],
    ['10.0.0.4@tcp:/fs/a:/b', [['10.0.0.4@tcp']], 'fs', 'a:/b'],
    ['10.0.0.4@tcp:/my_fs-12', [['10.0.0.4@tcp']], 'my_fs-12', ''],
  ])('%s is read, and written as it was', (text, mgsNodes, fsname, subdir) => {
    const source = parseMountSource(text);
    expect(source).toEqual({ mgsNodes, fsname, subdir });
    expect(formatMountSource(source)).toBe(text);
  });

  it('is read without the dot at the end of a DNS name', () => {
    expect(parseMountSource('mgs.example.com.@tcp:/fs').mgsNodes).toEqual([['mgs.example.com@tcp']]);
  });

  it.each(['10.0.0.4@tcp:/fs/', '10.0.0.4@tcp:/fs//', '10.0.0.4@tcp:/fs/sub/', '10.0.0.4@tcp:/fs//sub'])(
    '%s is read without its empty parts',
    (text) => expect(['', 'sub']).toContain(parseMountSource(text).subdir),
  );

  it.each([
    ['', 'it must read NID'],
    ['lustrefs', 'it must read NID'],
    ['/lustrefs', 'it must read NID'],
    [':/lustrefs', 'it must read NID'],
    ['10.0.0.4@tcp', 'it must read NID'],
    ['10.0.0.4:/fs', '"10.0.0.4" is not a NID'],
    ['@tcp:/fs', '"@tcp" is not a NID'],
    ['10.0.0.4@:/fs', '"10.0.0.4@" is not a NID'],
    ['10.0.0.4@0:/fs', '"10.0.0.4@0" is not a NID'],
    ['10.0.0.4@tcp,:/fs', '"" is not a NID'],
    ['10.0.0.4@tcp::10.0.0.5@tcp:/fs', '"" is not a NID'],
    ['-oremount@tcp:/fs', '"-oremount@tcp" is not a NID'],
    ['10.0.0.4@tcp -o x:/fs', 'is not a NID'],
    ['10.0.0.4@tcp\n:/fs', 'is not a NID'],
    ['10.0.0.4@tcp:/', '"" is not a Lustre fsname'],
    ['10.0.0.4@tcp:/ninechars', '"ninechars" is not a Lustre fsname'],
    ['10.0.0.4@tcp:/f.s', '"f.s" is not a Lustre fsname'],
    ['10.0.0.4@tcp:/fs/..', 'relative path without'],
    ['10.0.0.4@tcp:/fs/a/../../b', 'relative path without'],
    ['10.0.0.4@tcp:/fs/./a', 'relative path without'],
    ['10.0.0.4@tcp:/fs/a\0b', 'relative path without'],
  ])('%j is refused', (text, words) => {
    expect(caught(() => parseMountSource(text))).toMatchObject(refusal(words));
  });

  it.each([
    [[], 'it names no MGS'],
    [[[]], 'it names no MGS'],
    [[['10.0.0.4@tcp'], []], 'it names no MGS'],
    [[['10.0.0.4']], '"10.0.0.4" is not a NID'],
  ])('of the nodes %j is not built', (nodes, words) => {
    expect(caught(() => createMountSource(nodes, 'fs'))).toMatchObject(refusal(words));
  });

  it.each(['/a', 'a/', 'a//b', '..', 'a/..', '.'])('of the sub-directory %j is not built', (subdir) => {
    expect(caught(() => createMountSource([['a@tcp']], 'fs', subdir))).toMatchObject(refusal(`"${subdir}"`));
  });
});

describe('canonicalNid', () => {
  it.each([
    ['10.0.0.4@tcp', '10.0.0.4@tcp'],
    ['10.0.0.4@tcp0', '10.0.0.4@tcp'],
    ['10.0.0.4@tcp1', '10.0.0.4@tcp1'],
    ['10.0.0.4@tcp10', '10.0.0.4@tcp10'],
    ['a@o2ib0', 'a@o2ib'],
    ['a@o2ib', 'a@o2ib'],
    ['a@o2ib10', 'a@o2ib10'],
    ['MGS1.Example@tcp0', 'mgs1.example@tcp'],
  ])('%s is %s', (nid, canonical) => expect(canonicalNid(nid)).toBe(canonical));
});

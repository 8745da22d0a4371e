import { formatMountSource, isDriverError } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { FsxNode } from './node-identity.js';
import { fromVolumeContext, toVolumeContext } from './volume-context.js';
import { parseVolumeHandle } from './volume-handle.js';

const dnsname = 'fs-0e0c30b4b41a1fd69.fsx.us-west-2.amazonaws.com';
const id = 'fs-0e0c30b4b41a1fd69';
const node = new FsxNode();
const source = (volumeId: string, context: Record<string, string>): string =>
  formatMountSource(node.mountSource({ volumeId, context }));

describe('FsxNode.mountSource', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['what CreateVolume gives', id, { dnsname, mountname: 'fsx12345' }, `${dnsname}@tcp:/fsx12345`],
    ['a static volume without mountname', id, { dnsname }, `${dnsname}@tcp:/fsx`],
    ['an empty mountname', id, { dnsname, mountname: '' }, `${dnsname}@tcp:/fsx`],
    ['an address', id, { dnsname: '10.0.0.17', mountname: 'abcd' }, '10.0.0.17@tcp:/abcd'],
    [
      'a sub-directory in mountname',
      id,
      { dnsname, mountname: 'fsx/models/v1/' },
      `${dnsname}@tcp:/fsx/models/v1`,
    ],
    ['a sub-directory in the handle', `${id}:/models/v1`, { dnsname }, `${dnsname}@tcp:/fsx/models/v1`],
    [
      'both: the context wins',
      `${id}:/models`,
      { dnsname, mountname: 'fsx/data' },
      `${dnsname}@tcp:/fsx/data`,
    ],
    ['the names of the API', id, { DNSName: dnsname, MountName: '/fsx12345/' }, `${dnsname}@tcp:/fsx12345`],
    ['separators', id, { 'dns-name': dnsname, mount_name: 'abcd' }, `${dnsname}@tcp:/abcd`],
    ['a newline and the dot of the root', id, { dnsname: `${dnsname}.\n` }, `${dnsname}@tcp:/fsx`],
    ['subDir', id, { dnsname, subDir: '/team/a/' }, `${dnsname}@tcp:/fsx/team/a`],
    [
      'sub-dir below mountname',
      id,
      { dnsname, mountname: 'fsx/a', 'sub-dir': 'b' },
      `${dnsname}@tcp:/fsx/a/b`,
    ],
    ['a handle without the slash', `${id}:team`, { dnsname }, `${dnsname}@tcp:/fsx/team`],
    ['the root in the handle', `${id}:/`, { dnsname }, `${dnsname}@tcp:/fsx`],
    ['a handle with an id', `${id}#second`, { dnsname }, `${dnsname}@tcp:/fsx`],
    ['a handle of any kind', 'whatever:/x', { dnsname }, `${dnsname}@tcp:/fsx`],
  ])('%s', (_name, volumeId, context, expected) => {
    expect(source(volumeId, context)).toBe(expected);
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['no dnsname', id, { mountname: 'fsx' }, '"dnsname" is missing'],
    ['a directory in another spelling', id, { dnsname, path: '/team' }, 'write "subDir"'],
    ['a handle with another separator', `${id}/team`, { dnsname }, 'FILE-SYSTEM-ID:/PATH'],
    ['no host name', id, { dnsname: 'a b' }, 'volume context "dnsname", "mountname"'],
    ['no fsname', id, { dnsname, mountname: 'far-too-long' }, 'is not a Lustre fsname'],
    ['a way out of the file system', id, { dnsname, mountname: 'fsx/../x' }, 'sub-directory'],
    ['a way out in the handle', `${id}:/a/../../b`, { dnsname }, 'write the plain path'],
  ])('refuses %s', (_name, volumeId, context, words) => {
    let thrown: unknown;
    try {
      source(volumeId, context);
    } catch (error) {
      thrown = error;
    }
    expect(isDriverError(thrown, 'invalid-argument')).toBe(true);
    expect((thrown as Error).message).toContain(words);
  });
});

describe('volume context', () => {
  it.each([
    { dnsname, mountname: 'fsx12345' },
    { dnsname: '10.0.0.17', mountname: 'fsx/a/b' },
  ])('is read as it was written: %o', (context) => {
    expect(toVolumeContext(fromVolumeContext(context))).toEqual(context);
  });

  it('has the keys that the node reads', () => {
    expect(node.contextKeys).toEqual(['dnsname', 'mountname', 'subDir']);
  });
});

describe('parseVolumeHandle', () => {
  it.each([
    [id, { fileSystemId: id, shared: false, subdir: '' }],
    ['fs-0123abcd', { fileSystemId: 'fs-0123abcd', shared: false, subdir: '' }],
    [`${id}:/a//b/`, { fileSystemId: id, shared: true, subdir: 'a/b' }],
    [`${id}:/`, { fileSystemId: id, shared: true, subdir: '' }],
    [`${id}#x:/y`, { fileSystemId: id, shared: true, subdir: '' }],
  ])('reads %s', (handle, expected) => {
    expect(parseVolumeHandle(handle)).toEqual(expected);
  });

  it.each([
    '',
    'fake-vol-id',
    'fs-xyz',
    'fs-123',
    `${id}#`,
    `${id}/a`,
    ` ${id}`,
    `${id}\n`,
    'fs-0e0c30b4b41a1fd690',
  ])('does not read %j', (handle) => {
    expect(parseVolumeHandle(handle)).toBeUndefined();
  });
});

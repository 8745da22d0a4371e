import { Capacity, createMountSource, type FileSystem } from '@lustre-csi/core';
import { expect, it } from 'vitest';
import { fsxParentFileSystems } from './parent-file-systems.js';
import { toFileSystem } from '../plan/to-file-system.js';
import { fromVolumeContext } from '../node/volume-context.js';

const tagged: Record<string, string>[] = [];
const hosts = fsxParentFileSystems('us-west-2', {
  tag: async (_arn, tags) => {
    tagged.push({ ...tags });
  },
});

it('names a file system by its id, and finds it in the region', () => {
  expect(hosts.parentOf({ fileSystemId: 'fs-0123456789abcdef0' })).toBe('fs-0123456789abcdef0');
  expect(hosts.referenceTo('fs-0123456789abcdef0')).toEqual({
    id: 'fs-0123456789abcdef0',
    listingScope: 'us-west-2',
  });
  expect(hosts.referenceTo('lustre-rg/x')).toBeUndefined();
  expect(() => hosts.parentOf({})).toThrow('"fileSystemId" is missing');
});

it('has nodes mount the sub-directory', () => {
  const source = createMountSource(
    [['fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com@tcp']],
    'abcdef',
    'csi-volumes/a/b',
  );
  expect(fromVolumeContext(hosts.contextFor(source))).toEqual(source);
});

it.each([
  ['2.10', /project quotas from 2\.15 on/],
  ['2.12', /project quotas from 2\.15 on/],
  ['2.15', undefined],
  [undefined, undefined],
])('quotas on Lustre %s', (version, objection) => {
  const fileSystem: FileSystem = {
    id: 'fs-0123456789abcdef0',
    listingScope: 'us-west-2',
    state: 'available',
    cloudState: 'AVAILABLE',
    capacity: Capacity.gibibytes(1200),
    attempt: 1,
    attributes: version === undefined ? {} : { fileSystemTypeVersion: version },
  };
  const said = hosts.quotaRefusalReason?.(fileSystem);
  if (objection) expect(said).toMatch(objection);
  else expect(said).toBeUndefined();
});

it('notes on the file system below which base paths volumes are directories, and reads it back', async () => {
  const { signal } = new AbortController();
  const view = { region: 'us-west-2', clusterId: '' };
  const found = {
    FileSystemType: 'LUSTRE',
    FileSystemId: 'fs-0123456789abcdef0',
    ResourceARN: 'arn:aws:fsx:us-west-2:123456789012:file-system/fs-0123456789abcdef0',
  } as const;
  const before = toFileSystem(found, view);
  if (!before) throw new Error('no file system');
  expect(before.directoryBases).toBeUndefined();
  await hosts.noteBase?.(before, '/csi-volumes', signal);
  await hosts.noteBase?.(before, '/team=20a', signal);
  const tags = Object.assign({}, ...tagged) as Record<string, string>;
  expect(Object.keys(tags)).toHaveLength(3);
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const after = toFileSystem({ ...found, Tags }, view);
  if (!after) throw new Error('no file system');
  expect(after.directoryBases).toEqual(['/csi-volumes', '/team=20a']);
  tagged.length = 0;
  await hosts.noteBase?.(after, '/csi-volumes', signal);
  expect(tagged).toEqual([]);
});

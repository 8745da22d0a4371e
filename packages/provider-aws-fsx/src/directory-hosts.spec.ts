import { Capacity, mountSource, type FileSystem } from '@lustre-csi/core';
import { expect, it } from 'vitest';
import { fsxDirectoryHosts } from './directory-hosts.js';
import { fromVolumeContext } from './volume-context.js';

const hosts = fsxDirectoryHosts('us-west-2');

it('names a file system by its id, and finds it in the region', () => {
  expect(hosts.hostOf({ fileSystemId: 'fs-0123456789abcdef0' })).toBe('fs-0123456789abcdef0');
  expect(hosts.referenceTo('fs-0123456789abcdef0')).toEqual({
    id: 'fs-0123456789abcdef0',
    scope: 'us-west-2',
  });
  expect(hosts.referenceTo('lustre-rg/x')).toBeUndefined();
  expect(() => hosts.hostOf({})).toThrow('"fileSystemId" is missing');
});

it('has nodes mount the sub-directory', () => {
  const source = mountSource(
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
    scope: 'us-west-2',
    state: 'available',
    cloudState: 'AVAILABLE',
    capacity: Capacity.gibibytes(1200),
    attempt: 1,
    attributes: version === undefined ? {} : { fileSystemTypeVersion: version },
  };
  const said = hosts.quotaObjection?.(fileSystem);
  if (objection) expect(said).toMatch(objection);
  else expect(said).toBeUndefined();
});

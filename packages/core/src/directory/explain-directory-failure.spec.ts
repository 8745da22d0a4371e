import { expect, it } from 'vitest';
import { explainDirectoryFailure, isMountLost } from './explain-directory-failure.js';
import type { DirectoryFailure } from './registry/worker-protocol.js';

it.each([
  ['symlink', 'ENOTDIR', 'invalid-argument', /symbolic link/],
  ['not-a-directory', 'ENOTDIR', 'failed-precondition', /is a file/],
  ['path-taken', 'a volume at x', 'already-exists', /another volume \(a volume at x\)/],
  ['path-exists', 'EEXIST', 'already-exists', /was not created by the driver/],
  ['conflict', 'uid is 1 (requested: 2)', 'already-exists', /uid is 1 \(requested: 2\)/],
  ['lfs-partial', '/a', 'unavailable', /retried automatically/],
  ['nested-base', '/a', 'failed-precondition', /inside another base path/],
  ['untrusted-registry', 'owner 1000', 'failed-precondition', /others than the driver/],
  ['registry-lost', 'ENOENT', 'failed-precondition', /put it back.*Retain/],
  ['replaced', 'EEXIST', 'failed-precondition', /deletes only what it has created/],
  ['no-project-id', '1-2', 'resource-exhausted', /ids of projectIdRange are taken/],
  ['below-use', '9 bytes are used', 'out-of-range', /9 bytes are used/],
  ['lfs-missing', 'ENOENT', 'failed-precondition', /lustre-client/],
  ['lfs', 'quotas are not enabled', 'failed-precondition', /quotas are not enabled/],
  ['system', 'EPERM', 'failed-precondition', /root squash/],
  ['system', 'EACCES', 'failed-precondition', /root squash/],
  ['system', 'ENOSPC', 'resource-exhausted', /is full/],
  ['system', 'EXDEV', 'failed-precondition', /project of its own/],
  ['system', 'EIO', 'unavailable', /retried automatically/],
] as const)('%s (%s) is %s', (reason, code, kind, message) => {
  const failure: DirectoryFailure = { reason, path: 'csi-volumes/x', code };
  const error = explainDirectoryFailure('10.0.0.4@tcp:/lustrefs', failure);
  expect(error.kind).toBe(kind);
  expect(error.message).toMatch(message);
  expect(error.message).toContain('/csi-volumes/x of the file system 10.0.0.4@tcp:/lustrefs');
});

it.each([
  ['not-mounted', 'ENOTCONN', true],
  ['system', 'ESTALE', true],
  ['system', 'ESHUTDOWN', true],
  ['system', 'EIO', false],
  ['replaced', 'ESTALE', false],
] as const)('%s (%s): the mount is lost: %s', (reason, code, isLost) => {
  expect(isMountLost(explainDirectoryFailure('mgs:/fs', { reason, path: '', code }))).toBe(isLost);
});

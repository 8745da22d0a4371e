import { describe, expect, it } from 'vitest';
import { explainSubDirectoryFailure, subDirectoryParts, type SubDirectoryFailure } from './sub-directory.js';

describe('subDirectoryParts', () => {
  it.each([
    ['a', ['a']],
    ['team/a b/ü', ['team', 'a b', 'ü']],
    ['..a/b..', ['..a', 'b..']],
    ['n'.repeat(255), ['n'.repeat(255)]],
  ])('%j', (subdir, parts) => expect(subDirectoryParts(subdir)).toEqual(parts));

  it.each([
    ['', '".."'],
    ['..', '".."'],
    ['a/../b', '".."'],
    ['/etc', '".."'],
    ['a//b', '".."'],
    ['a/', '".."'],
    ['./a', '".."'],
    ['a\0b', 'control character'],
    ['a\nb', 'control character'],
    ['caf\ufffd', 'UTF-8'],
    ['\ud800', 'UTF-8'],
    ['ü'.repeat(128), '255 bytes'],
    [Array.from({ length: 2100 }, () => 'a').join('/'), '4095 bytes'],
  ])('refuses %j', (subdir, words) => {
    expect(() => subDirectoryParts(subdir)).toThrow(
      expect.objectContaining({
        kind: 'invalid-argument',
        message: expect.stringContaining(words) as string,
      }) as Error,
    );
  });
});

describe('explainSubDirectoryFailure', () => {
  it.each<[SubDirectoryFailure['reason'], string, string, string]>([
    ['symlink', 'ENOTDIR', 'failed-precondition', 'symbolic link'],
    ['not-a-directory', 'ENOTDIR', 'failed-precondition', 'it is a file'],
    ['missing', 'ENOENT', 'not-found', 'read-only volume'],
    ['not-mounted', 'ENOTCONN', 'unavailable', 'mounts it again'],
    ['system', 'EACCES', 'permission-denied', 'root squash'],
    ['system', 'EPERM', 'permission-denied', 'owner or permissions'],
    ['system', 'EDQUOT', 'resource-exhausted', 'quota'],
    ['system', 'ENOSPC', 'resource-exhausted', 'full'],
    ['system', 'EROFS', 'failed-precondition', 'read-only'],
    ['system', 'ENAMETOOLONG', 'invalid-argument', 'shorten'],
    ['system', 'ESHUTDOWN', 'unavailable', 'kernel log'],
  ])('%s %s', (reason, code, kind, words) => {
    const error = explainSubDirectoryFailure('/m', { reason, path: 'team/a', code });
    expect(error).toMatchObject({ kind });
    expect(error.message).toMatch(/"team\/a".*\((?:E[A-Z]+)\)/);
    expect(error.message).toContain(words);
  });
});

import { isDriverError, type DriverError } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import {
  associationRequest,
  parseDataRepositoryAssociations,
  repositoriesDigest,
} from './data-repository-associations.js';
import { repositoryStep } from './repository-links.js';

const yaml = `
- fileSystemPath: /images/
  dataRepositoryPath: s3://training-data/images/
  batchImportMetaDataOnCreate: true
  importedFileChunkSize: 2048
  autoImportEvents: [DELETED, NEW]
- fileSystemPath: /results
  dataRepositoryPath: s3://training-results
  autoExportEvents: [CHANGED]
`;
const one = (change: object = {}): object => ({
  fileSystemPath: '/a',
  dataRepositoryPath: 's3://bucket/a',
  ...change,
});
const parse = (...entries: object[]): unknown => parseDataRepositoryAssociations(JSON.stringify(entries));

describe('parseDataRepositoryAssociations', () => {
  it('reads YAML', () => {
    expect(parseDataRepositoryAssociations(yaml)).toEqual([
      {
        fileSystemPath: '/images',
        dataRepositoryPath: 's3://training-data/images',
        batchImportMetaDataOnCreate: true,
        importedFileChunkSize: 2048,
        autoImportEvents: ['NEW', 'DELETED'],
      },
      {
        fileSystemPath: '/results',
        dataRepositoryPath: 's3://training-results',
        autoExportEvents: ['CHANGED'],
      },
    ]);
  });

  it('reads JSON', () => {
    expect(parse(one(), one({ fileSystemPath: '/ab', dataRepositoryPath: 's3://bucket/ab' }))).toHaveLength(
      2,
    );
  });

  it.each<[string, string, string]>([
    ['what is no YAML', '- [', 'neither YAML nor JSON'],
    ['no list', 'fileSystemPath: /a', 'not a list'],
    ['nothing', '[]', 'it has 0 entries'],
    [
      'nine',
      JSON.stringify(Array.from({ length: 9 }, () => one())),
      'it has 9 entries, and a file system takes 1 to 8',
    ],
    ['a text', '- /a', 'entry 1 is not an object'],
    ['no path', '[{"dataRepositoryPath": "s3://bucket"}]', 'entry 1 has no "fileSystemPath"'],
    ['no bucket', '[{"fileSystemPath": "/a"}]', 'entry 1 has no "dataRepositoryPath"'],
    [
      'an unknown member',
      JSON.stringify([one({ colour: 1 })]),
      'entry 1 has "colour", known are fileSystemPath, ',
    ],
    [
      'a relative path',
      JSON.stringify([one({ fileSystemPath: 'a' })]),
      '"fileSystemPath" of entry 1 must be a path',
    ],
    ['a path that leaves', JSON.stringify([one({ fileSystemPath: '/../a' })]), 'without "." and ".."'],
    ['another store', JSON.stringify([one({ dataRepositoryPath: 'nfs://host' })]), 's3://BUCKET'],
    ['no flag', JSON.stringify([one({ batchImportMetaDataOnCreate: 'yes' })]), 'must be true or false'],
    ['a large chunk', JSON.stringify([one({ importedFileChunkSize: 512_001 })]), 'from 1 to 512000'],
    [
      'an unknown event',
      JSON.stringify([one({ autoImportEvents: ['MOVED'] })]),
      'a list of NEW, CHANGED, DELETED',
    ],
    ['an event twice', JSON.stringify([one({ autoExportEvents: ['NEW', 'NEW'] })]), 'each at most once'],
    [
      'the root beside another',
      JSON.stringify([one({ fileSystemPath: '/' }), one({ dataRepositoryPath: 's3://other' })]),
      'fileSystemPath "/" and "/a" overlap',
    ],
    [
      'a path within another',
      JSON.stringify([one(), one({ fileSystemPath: '/a/b', dataRepositoryPath: 's3://other' })]),
      'fileSystemPath "/a" and "/a/b" overlap',
    ],
    [
      'a prefix within another',
      JSON.stringify([one(), one({ fileSystemPath: '/b', dataRepositoryPath: 's3://bucket' })]),
      'dataRepositoryPath "s3://bucket/a" and "s3://bucket" overlap',
    ],
  ])('refuses %s', (_name, text, words) => {
    expect(() => parseDataRepositoryAssociations(text)).toThrow(words);
  });
});

describe('repositoriesDigest', () => {
  const [images, results] = parseDataRepositoryAssociations(yaml);

  it('does not depend on the order, and tells everything else apart', () => {
    if (!images || !results) throw new Error('two are expected');
    expect(repositoriesDigest([images, results])).toBe(repositoriesDigest([results, images]));
    expect(repositoriesDigest([images])).not.toBe(
      repositoriesDigest([{ ...images, importedFileChunkSize: 1 }]),
    );
    expect(repositoriesDigest(undefined)).toBe('none');
  });
});

describe('associationRequest', () => {
  it('says what was asked for, with a token of its own', () => {
    const [images, results] = parseDataRepositoryAssociations(yaml);
    if (!images || !results) throw new Error('two are expected');
    expect(JSON.parse(JSON.stringify(associationRequest('fs-01234567', images)))).toEqual({
      FileSystemId: 'fs-01234567',
      FileSystemPath: '/images',
      DataRepositoryPath: 's3://training-data/images',
      BatchImportMetaDataOnCreate: true,
      ImportedFileChunkSize: 2048,
      S3: { AutoImportPolicy: { Events: ['NEW', 'DELETED'] } },
      ClientRequestToken: expect.stringMatching(/^csi-associate-[0-9a-f]{48}$/) as unknown,
    });
    const tokens = [
      associationRequest('fs-01234567', images),
      associationRequest('fs-01234567', results),
      associationRequest('fs-76543210', images),
    ].map(({ ClientRequestToken }) => ClientRequestToken);
    expect(new Set(tokens).size).toBe(3);
  });
});

describe('repositoryStep', () => {
  const wanted = parseDataRepositoryAssociations(yaml);
  const now = Date.UTC(2026, 0, 1);
  const images = { AssociationId: 'dra-1', FileSystemPath: '/images/', CreationTime: new Date(now) };
  const results = { AssociationId: 'dra-2', FileSystemPath: '/results' };

  it.each<[string, Parameters<typeof repositoryStep>[1], object]>([
    ['begins with the first', [], { kind: 'create', association: wanted[0] }],
    ['waits for it', [{ ...images, Lifecycle: 'CREATING' }], { kind: 'wait' }],
    ['goes on', [{ ...images, Lifecycle: 'AVAILABLE' }], { kind: 'create', association: wanted[1] }],
    [
      'is done with the last',
      [
        { ...images, Lifecycle: 'AVAILABLE' },
        { ...results, Lifecycle: 'AVAILABLE' },
      ],
      { kind: 'done' },
    ],
    ['waits for what is going', [{ ...images, Lifecycle: 'DELETING' }], { kind: 'wait' }],
  ])('%s', (_name, existing, step) => {
    expect(repositoryStep(wanted, existing, now)).toMatchObject(step);
  });

  const failed = { ...images, Lifecycle: 'FAILED', FailureDetails: { Message: 'Access denied.' } } as const;

  it('tells why one has failed, and makes it anew later', () => {
    const error = thrownBy(() => repositoryStep(wanted, [failed], now + 60_000));
    expect(isDriverError(error, 'unavailable')).toBe(true);
    expect(error.message).toMatch(
      /dra-1 of \/images\/ .* is FAILED: Access denied\..*2026-01-01T00:10:00.000Z/,
    );
    expect(repositoryStep(wanted, [failed], now + 600_000)).toMatchObject({
      kind: 'discard',
      associationId: 'dra-1',
    });
  });

  it('takes away nothing that was in use, and nothing of others', () => {
    const later = now + 3_600_000;
    expect(() => repositoryStep(wanted, [{ ...failed, Lifecycle: 'MISCONFIGURED' }], later)).toThrow(
      'is MISCONFIGURED',
    );
    expect(() => repositoryStep(wanted, [{ ...failed, FileSystemPath: '/theirs' }], later)).toThrow(
      '/theirs',
    );
  });
});

function thrownBy(work: () => unknown): DriverError {
  try {
    work();
  } catch (error) {
    return error as DriverError;
  }
  throw new Error('nothing was thrown');
}

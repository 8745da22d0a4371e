import { describe, expect, it } from 'vitest';
import { parseDataRepositoryAssociations, repositoriesDigest } from './data-repository-associations.js';

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
      'it has 9 entries; legal: 1 to 8 for each file system',
    ],
    ['a text', '- /a', 'entry 1 is not an object'],
    ['no path', '[{"dataRepositoryPath": "s3://bucket"}]', 'entry 1 has no "fileSystemPath"'],
    ['no bucket', '[{"fileSystemPath": "/a"}]', 'entry 1 has no "dataRepositoryPath"'],
    [
      'an unknown member',
      JSON.stringify([one({ colour: 1 })]),
      'entry 1 has the unknown member "colour"; known: fileSystemPath, ',
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

  it('does not depend on the order, and differs in every other case', () => {
    if (!images || !results) throw new Error('two are expected');
    expect(repositoriesDigest([images, results])).toBe(repositoriesDigest([results, images]));
    expect(repositoriesDigest([images])).not.toBe(
      repositoriesDigest([{ ...images, importedFileChunkSize: 1 }]),
    );
    expect(repositoriesDigest(undefined)).toBe('none');
  });
});

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

  it('reads the members of the API request CreateDataRepositoryAssociation, as the same associations', () => {
    const request = [
      {
        FileSystemPath: '/images/',
        DataRepositoryPath: 's3://training-data/images/',
        BatchImportMetaDataOnCreate: true,
        ImportedFileChunkSize: 2048,
        S3: { AutoImportPolicy: { Events: ['DELETED', 'NEW'] } },
      },
      {
        FileSystemPath: '/results',
        DataRepositoryPath: 's3://training-results',
        S3: { AutoExportPolicy: { Events: ['CHANGED'] } },
      },
    ];
    const read = parseDataRepositoryAssociations(JSON.stringify(request));
    expect(read).toEqual(parseDataRepositoryAssociations(yaml));
    expect(repositoriesDigest(read)).toBe(repositoriesDigest(parseDataRepositoryAssociations(yaml)));
  });

  it('reports all faults, each with its entry and the wrong part alone', () => {
    const entries = [
      one({ colour: 1, autoImportEvents: ['MOVED'] }),
      one({ fileSystemPath: '/fine', dataRepositoryPath: 's3://bucket/fine' }),
      { fileSystemPath: 'relative' },
    ];
    const refusal = (): unknown => parseDataRepositoryAssociations(JSON.stringify(entries));
    expect(refusal).toThrow(
      'entry 1 has the unknown member "colour"; known: fileSystemPath, dataRepositoryPath, batchImportMetaDataOnCreate, ' +
        'importedFileChunkSize, autoImportEvents, autoExportEvents; "autoImportEvents" of entry 1 must be a list of NEW, ' +
        'CHANGED, DELETED, each at most once: it is ["MOVED"]; entry 3 has no "dataRepositoryPath"; "fileSystemPath" of ' +
        'entry 3 must be a path that begins with "/", without "." and "..": it is "relative"',
    );
    expect(refusal).not.toThrow('fine');
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
      'what the driver writes itself',
      JSON.stringify([one({ FileSystemId: 'fs-1' })]),
      'entry 1 has the member "FileSystemId"; the driver creates the file system',
    ],
    ['a member twice', JSON.stringify([one({ FileSystemPath: '/b' })]), 'entry 1 has "fileSystemPath" twice'],
    [
      'an unknown policy',
      JSON.stringify([one({ S3: { Other: {} } })]),
      'entry 1 has the unknown member "S3.Other"',
    ],
    [
      'a policy without events',
      JSON.stringify([one({ S3: { AutoImportPolicy: {} } })]),
      '"autoImportEvents" of entry 1 must be a list',
    ],
    ['a prototype', '[{"constructor": 1}]', 'entry 1 has the unknown member "constructor"'],
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

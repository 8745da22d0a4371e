import { describe, expect, it } from 'vitest';
import { blobJobKinds, type BlobJobKindName } from './blob-job-kind.js';
import { parseBlobJobChange, parseRequestedBlobJob } from './requested-blob-job.js';

const kind = (wanted: BlobJobKindName) => {
  const found = blobJobKinds.find(({ name }) => name === wanted);
  if (!found) throw new Error(`no kind ${wanted}`);
  return found;
};

describe('parseRequestedBlobJob', () => {
  it.each<[BlobJobKindName, object]>([
    [
      'importJobs',
      { adminStatus: 'Active', prefixes: ['/'], rules: { conflictResolutionMode: 'Fail', maximumErrors: 0 } },
    ],
    [
      'autoImportJobs',
      {
        adminStatus: 'Enable',
        prefixes: ['/'],
        rules: { conflictResolutionMode: 'Skip', maximumErrors: 0, enableDeletions: false },
      },
    ],
    ['autoExportJobs', { adminStatus: 'Enable', prefixes: ['/'], rules: {} }],
  ])('fills in the defaults of %s', (name, expected) => {
    expect(parseRequestedBlobJob(kind(name), { location: 'eastus' })).toEqual({ ...expected, tags: {} });
  });

  it('reads the given values', () => {
    const properties = {
      adminStatus: 'Disable',
      autoImportPrefixes: ['/a', '/b'],
      conflictResolutionMode: 'OverwriteIfDirty',
      maximumErrors: -1,
      enableDeletions: true,
    };
    const body = { location: 'eastus', tags: { a: '1' }, properties };
    expect(parseRequestedBlobJob(kind('autoImportJobs'), body)).toEqual({
      adminStatus: 'Disable',
      prefixes: ['/a', '/b'],
      rules: { conflictResolutionMode: 'OverwriteIfDirty', maximumErrors: -1, enableDeletions: true },
      tags: { a: '1' },
    });
  });

  const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `/${index}`);
  it.each<[BlobJobKindName, Record<string, unknown>, string]>([
    ['importJobs', { adminStatus: 'Enable' }, 'properties.adminStatus'],
    ['autoExportJobs', { adminStatus: 'Cancel' }, 'properties.adminStatus'],
    ['importJobs', { importPrefixes: ['data'] }, 'properties.importPrefixes'],
    ['autoImportJobs', { autoImportPrefixes: many(101) }, 'properties.autoImportPrefixes'],
    ['autoExportJobs', { autoExportPrefixes: many(2) }, 'properties.autoExportPrefixes'],
    ['importJobs', { conflictResolutionMode: 'Ask' }, 'properties.conflictResolutionMode'],
    ['importJobs', { maximumErrors: -2 }, 'properties.maximumErrors'],
    ['autoImportJobs', { maximumErrors: 0.5 }, 'properties.maximumErrors'],
  ])('refuses in %s %j', (name, properties, target) => {
    expect(() => parseRequestedBlobJob(kind(name), { location: 'eastus', properties })).toThrow(
      expect.objectContaining({ code: 'InvalidParameter', details: { target } }),
    );
  });

  it('needs a location, and the right types', () => {
    expect(() => parseRequestedBlobJob(kind('importJobs'), {})).toThrow("'location' is missing");
    const properties = { enableDeletions: 'yes' };
    expect(() => parseRequestedBlobJob(kind('autoImportJobs'), { location: 'eastus', properties })).toThrow(
      "'properties.enableDeletions' must be true or false",
    );
  });
});

describe('parseBlobJobChange', () => {
  it.each([
    [{}, {}],
    [{ tags: { a: '1' } }, { tags: { a: '1' } }],
    [{ properties: { adminStatus: 'Cancel' } }, { adminStatus: 'Cancel' }],
  ])('reads %j', (body, expected) => {
    expect(parseBlobJobChange(kind('importJobs'), body)).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { associationRequest } from './association-request.js';

const images = {
  fileSystemPath: '/images',
  dataRepositoryPath: 's3://training-data/images',
  batchImportMetaDataOnCreate: true,
  importedFileChunkSize: 2048,
  autoImportEvents: ['NEW', 'DELETED'],
} as const;
const results = {
  fileSystemPath: '/results',
  dataRepositoryPath: 's3://training-results',
  autoExportEvents: ['CHANGED'],
} as const;

describe('associationRequest', () => {
  it('contains the association, with a token of its own', () => {
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

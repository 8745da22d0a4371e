import type { CreateDataRepositoryAssociationRequest } from '@aws-sdk/client-fsx';
import { clientRequestToken } from '../api/client-request-token.js';
import type { DataRepositoryAssociation } from '../parameters/data-repository-associations.js';

/** Builds the request that creates the association; equal ones have equal tokens. */
export function associationRequest(
  fileSystemId: string,
  association: DataRepositoryAssociation,
): CreateDataRepositoryAssociationRequest {
  const { fileSystemPath, dataRepositoryPath, autoImportEvents, autoExportEvents } = association;
  const policies = {
    ...(autoImportEvents ? { AutoImportPolicy: { Events: [...autoImportEvents] } } : {}),
    ...(autoExportEvents ? { AutoExportPolicy: { Events: [...autoExportEvents] } } : {}),
  };
  return {
    FileSystemId: fileSystemId,
    FileSystemPath: fileSystemPath,
    DataRepositoryPath: dataRepositoryPath,
    BatchImportMetaDataOnCreate: association.batchImportMetaDataOnCreate,
    ImportedFileChunkSize: association.importedFileChunkSize,
    ...(Object.keys(policies).length > 0 ? { S3: policies } : {}),
    ClientRequestToken: clientRequestToken('associate', [fileSystemId, JSON.stringify(association)]),
  };
}

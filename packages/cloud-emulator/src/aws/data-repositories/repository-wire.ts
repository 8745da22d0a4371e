import type { Tag } from '../protocol/fsx-members.js';
import type { CreateAssociationRequest, CreateTaskRequest } from './repository-shapes.js';

/** A link to S3 as DescribeDataRepositoryAssociations shows it. Times are epoch seconds with a fraction. */
export interface WireAssociation {
  readonly AssociationId: string;
  readonly ResourceARN: string;
  readonly FileSystemId: string;
  Lifecycle: 'CREATING' | 'AVAILABLE' | 'UPDATING' | 'DELETING' | 'FAILED';
  FailureDetails?: { readonly Message: string };
  readonly FileSystemPath: string;
  readonly DataRepositoryPath: string;
  readonly BatchImportMetaDataOnCreate: boolean;
  /** MiB. */
  ImportedFileChunkSize: number;
  S3?: NonNullable<CreateAssociationRequest['S3']>;
  Tags: readonly Tag[];
  readonly CreationTime: number;
}

/** A task as DescribeDataRepositoryTasks shows it. */
export interface WireTask {
  readonly TaskId: string;
  Lifecycle: 'PENDING' | 'EXECUTING' | 'SUCCEEDED' | 'FAILED' | 'CANCELING' | 'CANCELED';
  FailureDetails?: { readonly Message: string };
  readonly Type: CreateTaskRequest['Type'];
  readonly CreationTime: number;
  StartTime?: number;
  EndTime?: number;
  readonly ResourceARN: string;
  Tags: readonly Tag[];
  readonly FileSystemId: string;
  readonly Paths: readonly string[];
  /** Counts of files: nothing is copied here, so they stay 0. */
  Status: {
    readonly TotalCount: number;
    readonly SucceededCount: number;
    readonly FailedCount: number;
    readonly LastUpdatedTime: number;
  };
  readonly Report: CreateTaskRequest['Report'];
}

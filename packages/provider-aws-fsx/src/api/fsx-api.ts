import type {
  Backup,
  CreateBackupRequest,
  CreateDataRepositoryAssociationRequest,
  CreateFileSystemFromBackupRequest,
  CreateFileSystemRequest,
  DataRepositoryAssociation,
  DeleteFileSystemLustreConfiguration,
  FSxClient,
  Filter,
  FileSystem as SdkFileSystem,
  UpdateFileSystemRequest,
} from '@aws-sdk/client-fsx';
import {
  DriverError,
  GatheredLookups,
  isDriverError,
  systemClock,
  type CloudRequests,
} from '@lustre-csi/core';
import { checkDeleted, describedBy, pageOf, resourceIn, type AnsweredPage } from './answer-shape.js';
import { AwsCaller } from './aws-operation.js';
import { clientRequestToken } from './client-request-token.js';
import { fsxOperations as operations } from './fsx-operations.js';
import { sdkTags, type Tags } from '../parameters/tags.js';

/** Largest page that the API serves (API reference, DescribeFileSystems: FileSystems, at most 50 items). */
const PAGE_SIZE = 50;
/** API reference, DescribeDataRepositoryAssociations: MaxResults. */
const ASSOCIATIONS_PAGE_SIZE = 25;
/** Limit of pages, far beyond the quota of any account: a longer listing would never end. */
const MAX_PAGES = 2000;

/** Calls of FSx with errors translated; the only user of the SDK's client. */
export class FsxApi {
  readonly #caller: AwsCaller<FSxClient>;
  /** Lookups of many calls, in few requests. */
  readonly #fileSystems = new GatheredLookups<SdkFileSystem>(
    {
      one: (id, signal) => this.#describeOne(id, signal),
      several: (ids, signal) => orNone(this.#describeThese(ids, signal)),
      all: (signal) => this.describeAll(signal),
      idOf: ({ FileSystemId }) => FileSystemId,
    },
    systemClock,
  );
  readonly #backupLookups = new GatheredLookups<Backup>(
    {
      one: (id, signal) => this.#describeOneBackup(id, signal),
      several: (ids, signal) => orNone(this.#describeTheseBackups(ids, signal)),
      all: (signal) => this.describeAllBackups(signal),
      idOf: ({ BackupId }) => BackupId,
    },
    systemClock,
  );

  constructor(newClient: () => FSxClient | Promise<FSxClient>, requests?: CloudRequests) {
    this.#caller = new AwsCaller(newClient, requests);
  }

  /** Lists every file system of the account in the region, of all types. Complete, or it throws. */
  async describeAll(signal: AbortSignal): Promise<readonly SdkFileSystem[]> {
    const operation = operations.DescribeFileSystems;
    const all = await allPages(operation.name, async (NextToken) => {
      const page = await this.#caller.call(operation, { MaxResults: PAGE_SIZE, NextToken }, signal);
      return pageOf<SdkFileSystem>(operation.name, page, 'FileSystems', 'FileSystemId');
    });
    return unique(all, ({ FileSystemId }) => FileSystemId);
  }

  /** Looks up one file system; undefined where FSx reports that it does not exist. */
  describe(fileSystemId: string, signal: AbortSignal): Promise<SdkFileSystem | undefined> {
    return this.#fileSystems.find(fileSystemId, signal);
  }

  async #describeOne(fileSystemId: string, signal: AbortSignal): Promise<SdkFileSystem | undefined> {
    const found = await this.#describeThese([fileSystemId], signal);
    return found?.[0];
  }

  /** Looks up file systems; undefined where FSx reports that one of them does not exist. It does not say which. */
  async #describeThese(
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly SdkFileSystem[] | undefined> {
    const input = { FileSystemIds: [...ids] };
    const absent = ['FileSystemNotFound'];
    const operation = operations.DescribeFileSystems;
    const answer = await this.#caller.callUnless(operation, input, { signal, absent });
    return answer && describedBy<SdkFileSystem>(operation.name, answer, 'FileSystems', 'FileSystemId', ids);
  }

  /** Starts a creation. The request's token keeps repetitions, the SDK's own included, from creating twice. */
  async create(request: CreateFileSystemRequest, signal: AbortSignal): Promise<SdkFileSystem> {
    const operation = operations.CreateFileSystem;
    const answer = await this.#caller.call(operation, request, signal);
    return resourceIn<SdkFileSystem>(operation.name, answer, 'FileSystem', 'FileSystemId');
  }

  /** Starts a creation with the data of a backup, otherwise like `create`. */
  async restore(request: CreateFileSystemFromBackupRequest, signal: AbortSignal): Promise<SdkFileSystem> {
    const operation = operations.CreateFileSystemFromBackup;
    const answer = await this.#caller.call(operation, request, signal);
    return resourceIn<SdkFileSystem>(operation.name, answer, 'FileSystem', 'FileSystemId');
  }

  /** Starts an update; returns the file system in its state after the request. */
  async update(request: UpdateFileSystemRequest, signal: AbortSignal): Promise<SdkFileSystem> {
    const operation = operations.UpdateFileSystem;
    const answer = await this.#caller.call(operation, request, signal);
    return resourceIn<SdkFileSystem>(operation.name, answer, 'FileSystem', 'FileSystemId');
  }

  /** Starts a deletion; no error where the file system does not exist. */
  async delete(
    fileSystemId: string,
    configuration: DeleteFileSystemLustreConfiguration | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const how = configuration ? [JSON.stringify(configuration)] : [];
    const input = {
      FileSystemId: fileSystemId,
      ClientRequestToken: clientRequestToken('delete', [fileSystemId, ...how]),
      LustreConfiguration: configuration,
    };
    const absent = ['FileSystemNotFound'];
    const operation = operations.DeleteFileSystem;
    const answer = await this.#caller.callUnless(operation, input, { signal, absent });
    if (answer) checkDeleted(operation.name, answer, 'FileSystemId', fileSystemId);
  }

  /** Lists every backup of the account in the region that FSx shows. Complete, or it throws. */
  async describeAllBackups(signal: AbortSignal): Promise<readonly Backup[]> {
    return this.#backups({ Name: 'file-system-type', Values: ['LUSTRE'] }, signal);
  }

  /** Lists every backup of one file system. Complete, or it throws. */
  async describeBackupsOf(fileSystemId: string, signal: AbortSignal): Promise<readonly Backup[]> {
    return this.#backups({ Name: 'file-system-id', Values: [fileSystemId] }, signal);
  }

  async #backups(filter: Filter, signal: AbortSignal): Promise<readonly Backup[]> {
    const operation = operations.DescribeBackups;
    const Filters = [filter];
    const all = await allPages(operation.name, async (NextToken) => {
      const page = await this.#caller.call(operation, { Filters, MaxResults: PAGE_SIZE, NextToken }, signal);
      return pageOf<Backup>(operation.name, page, 'Backups', 'BackupId');
    });
    return unique(all, ({ BackupId }) => BackupId);
  }

  /** Looks up one backup; undefined where FSx reports that it does not exist. */
  describeBackup(backupId: string, signal: AbortSignal): Promise<Backup | undefined> {
    return this.#backupLookups.find(backupId, signal);
  }

  async #describeOneBackup(backupId: string, signal: AbortSignal): Promise<Backup | undefined> {
    const found = await this.#describeTheseBackups([backupId], signal);
    return found?.[0];
  }

  async #describeTheseBackups(
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Backup[] | undefined> {
    const input = { BackupIds: [...ids] };
    const absent = ['BackupNotFound'];
    const operation = operations.DescribeBackups;
    const answer = await this.#caller.callUnless(operation, input, { signal, absent });
    return answer && describedBy<Backup>(operation.name, answer, 'Backups', 'BackupId', ids);
  }

  /** Starts a backup. */
  async createBackup(request: CreateBackupRequest, signal: AbortSignal): Promise<Backup> {
    const operation = operations.CreateBackup;
    const answer = await this.#caller.call(operation, request, signal);
    return resourceIn<Backup>(operation.name, answer, 'Backup', 'BackupId');
  }

  /** Deletes a backup; no error where it does not exist. */
  async deleteBackup(backupId: string, signal: AbortSignal): Promise<void> {
    const input = {
      BackupId: backupId,
      ClientRequestToken: clientRequestToken('delete', [backupId]),
    };
    const operation = operations.DeleteBackup;
    const answer = await this.#caller.callUnless(operation, input, { signal, absent: ['BackupNotFound'] });
    if (answer) checkDeleted(operation.name, answer, 'BackupId', backupId);
  }

  /** Adds tags to a resource, or gives them new values. */
  async tag(arn: string, tags: Tags, signal: AbortSignal): Promise<void> {
    await this.#caller.call(operations.TagResource, { ResourceARN: arn, Tags: sdkTags(tags) }, signal);
  }

  /** Lists every data repository association of a file system. Complete, or it throws. */
  async describeAssociations(
    fileSystemId: string,
    signal: AbortSignal,
  ): Promise<readonly DataRepositoryAssociation[]> {
    const operation = operations.DescribeDataRepositoryAssociations;
    const Filters = [{ Name: 'file-system-id' as const, Values: [fileSystemId] }];
    const all = await allPages(operation.name, async (NextToken) => {
      const input = { Filters, MaxResults: ASSOCIATIONS_PAGE_SIZE, NextToken };
      const page = await this.#caller.call(operation, input, signal);
      return pageOf<DataRepositoryAssociation>(operation.name, page, 'Associations', 'AssociationId');
    });
    return unique(all, ({ AssociationId }) => AssociationId);
  }

  /** Starts the creation of an association, which links a directory to S3. */
  async createAssociation(
    request: CreateDataRepositoryAssociationRequest,
    signal: AbortSignal,
  ): Promise<void> {
    const operation = operations.CreateDataRepositoryAssociation;
    const answer = await this.#caller.call(operation, request, signal);
    resourceIn<DataRepositoryAssociation>(operation.name, answer, 'Association', 'AssociationId');
  }

  /** Starts the deletion of an association but not of its files; no error where it does not exist. */
  async deleteAssociation(associationId: string, signal: AbortSignal): Promise<void> {
    const input = {
      AssociationId: associationId,
      ClientRequestToken: clientRequestToken('delete', [associationId]),
      DeleteDataInFileSystem: false,
    };
    const absent = ['DataRepositoryAssociationNotFound'];
    const operation = operations.DeleteDataRepositoryAssociation;
    const answer = await this.#caller.callUnless(operation, input, { signal, absent });
    if (answer) checkDeleted(operation.name, answer, 'AssociationId', associationId);
  }
}

/** Passes the answer to a lookup of several resources on; undefined where FSx refuses it for the sake of one of them. */
const orNone = <T>(lookup: Promise<readonly T[] | undefined>): Promise<readonly T[] | undefined> =>
  lookup.catch((error: unknown) => {
    if (isDriverError(error, 'invalid-argument')) return undefined;
    throw error;
  });

/** Reads page after page. */
async function allPages<T>(
  operation: string,
  read: (token: string | undefined) => Promise<AnsweredPage<T>>,
): Promise<readonly T[]> {
  const all: T[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await read(token);
    all.push(...page.items);
    token = page.next;
    if (token !== undefined && (seen.has(token) || seen.size >= MAX_PAGES)) {
      throw endlessListing(operation, seen.size);
    }
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
  return all;
}

/** Removes duplicates: items that are created or deleted during a listing shift others to a second page. The later one
 *  counts. */
const unique = <T>(all: readonly T[], idOf: (each: T) => string | undefined): readonly T[] => [
  ...new Map(all.map((each) => [idOf(each), each])).values(),
];

const endlessListing = (operation: string, pages: number): DriverError =>
  new DriverError(
    'unavailable',
    `${operation} failed: after ${pages + 1} pages the listing repeats a NextToken or does not end. ` +
      'The listing is retried automatically; if this persists, report it to AWS',
  );

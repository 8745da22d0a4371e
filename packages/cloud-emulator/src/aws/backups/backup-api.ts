import type { FsxAccount, FsxOperations } from '../fsx-account.js';
import { AwsError } from '../protocol/aws-error.js';
import { parseRequest } from '../protocol/request-shape.js';
import { checkTags } from '../tags/resource-tags.js';
import { checkBackupPossible } from './backup-rules.js';
import {
  createBackupShape,
  deleteBackupShape,
  describeBackupsShape,
  type DescribeBackupsRequest,
} from './backup-shapes.js';
import type { Backup } from './backups.js';

const defaultFailure = 'Amazon FSx was unable to create the backup. Delete the backup and try again.';

/** The operations on backups. */
export class BackupApi {
  readonly operations: FsxOperations = new Map([
    ['CreateBackup', (body: unknown) => this.#create(body)],
    ['DescribeBackups', (body: unknown) => this.#describe(body)],
    ['DeleteBackup', (body: unknown) => this.#delete(body)],
  ]);

  constructor(private readonly account: FsxAccount) {}

  #create(body: unknown): object {
    const request = parseRequest(createBackupShape, body);
    const { backups, fileSystems, tokens } = this.account;
    const known = backups.find(tokens.recall('CreateBackup', request) ?? '');
    if (known) return { Backup: known.wire };
    checkTags(request.Tags ?? []);
    const fileSystem = fileSystems.get(request.FileSystemId);
    const { wire } = fileSystem;
    checkBackupPossible(wire, this.account.isAssociated(fileSystem));
    if (backups.isInProgress(request.FileSystemId))
      throw new AwsError('BackupInProgress', `Another backup of ${request.FileSystemId} is in progress.`);
    this.#checkQuota();
    const tags = request.Tags ?? (wire.LustreConfiguration.CopyTagsToBackups ? wire.Tags : []);
    const backup = backups.take(fileSystem, tags, this.account.failureOf('CreateBackup', defaultFailure));
    tokens.remember('CreateBackup', request, backup.wire.BackupId);
    return { Backup: backup.wire };
  }

  #checkQuota(): void {
    const { backups, seed } = this.account;
    if (backups.all().length < seed.backupQuota) return;
    throw new AwsError(
      'ServiceLimitExceeded',
      `The maximum number of user-initiated backups (${seed.backupQuota}) in this account and Region is reached.`,
      { Limit: 'TOTAL_USER_INITIATED_BACKUPS' },
    );
  }

  #describe(body: unknown): object {
    const request = parseRequest(describeBackupsShape, body);
    const { wires, NextToken } = this.account.page('DescribeBackups', this.#selected(request), request);
    return { Backups: wires, NextToken };
  }

  /** Ids override filters. */
  #selected({ BackupIds: ids = [], Filters: filters = [] }: DescribeBackupsRequest): readonly Backup[] {
    const { backups } = this.account;
    if (ids.length > 0) return backups.select(ids);
    return backups
      .all()
      .filter((each) =>
        filters.every(({ Name: name, Values: values = [] }) => values.includes(filterValue(each, name))),
      );
  }

  #delete(body: unknown): object {
    const request = parseRequest(deleteBackupShape, body);
    const { backups, fileSystems } = this.account;
    const backup = backups.get(request.BackupId);
    if (backups.isInProgress(backup.wire.FileSystem.FileSystemId) && isUnfinished(backup))
      throw new AwsError('BackupInProgress', `Backup ${request.BackupId} is still being taken.`);
    const restoring = fileSystems
      .all()
      .find(({ backupId, wire }) => backupId === request.BackupId && wire.Lifecycle === 'CREATING');
    if (restoring)
      throw new AwsError('BackupRestoring', `Backup ${request.BackupId} is being restored.`, {
        FileSystemId: restoring.wire.FileSystemId,
      });
    backups.delete(backup);
    return { BackupId: request.BackupId, Lifecycle: 'DELETED' };
  }
}

const isUnfinished = ({ wire }: Backup): boolean => !['AVAILABLE', 'FAILED'].includes(wire.Lifecycle);

type FilterName = NonNullable<NonNullable<DescribeBackupsRequest['Filters']>[number]['Name']>;

/** Value that a filter compares; empty for the filters of other services than Lustre. */
function filterValue({ wire }: Backup, name: FilterName | undefined): string {
  switch (name) {
    case 'file-system-id':
      return wire.FileSystem.FileSystemId;
    case 'backup-type':
      return wire.Type;
    case 'file-system-type':
      return wire.FileSystem.FileSystemType;
    default:
      return '';
  }
}

import { checkBackupPossible, restoreRequest } from '../backups/backup-rules.js';
import type { FsxAccount, FsxOperations } from '../fsx-account.js';
import { badRequest } from '../protocol/aws-error.js';
import type { TokenedRequest } from '../protocol/client-tokens.js';
import { epochSeconds } from '../protocol/identifiers.js';
import { parseRequest, type ValueOf } from '../protocol/request-shape.js';
import { checkTags } from '../tags/resource-tags.js';
import {
  createFileSystemFromBackupShape,
  createFileSystemShape,
  deleteFileSystemShape,
  describeFileSystemsShape,
  updateFileSystemShape,
  type CreateFileSystemRequest,
  type UpdateFileSystemRequest,
} from './file-system-shapes.js';
import type { LustreFileSystem } from './file-systems.js';
import { planCreation } from './lustre-rules.js';
import { planUpdate } from './lustre-update-rules.js';

const defaultFailure =
  'File system creation failed: there is not enough capacity in the Availability Zone to fulfill your request. ' +
  'Delete the file system and try again later or in another subnet.';

const defaultUpdateFailure = 'The update failed because of an internal error. Try again later.';

const defaultBackupFailure = 'Amazon FSx was unable to create the final backup. The file system is kept.';

/** The operations on file systems. */
export class FileSystemApi {
  readonly operations: FsxOperations = new Map([
    ['CreateFileSystem', (body: unknown) => this.#create(body)],
    ['CreateFileSystemFromBackup', (body: unknown) => this.#restore(body)],
    ['DescribeFileSystems', (body: unknown) => this.#describe(body)],
    ['UpdateFileSystem', (body: unknown) => this.#update(body)],
    ['DeleteFileSystem', (body: unknown) => this.#delete(body)],
  ]);

  constructor(private readonly account: FsxAccount) {}

  #create(body: unknown): object {
    const request = parseRequest(createFileSystemShape, body);
    return this.#once('CreateFileSystem', request, () => this.#begin('CreateFileSystem', request));
  }

  #restore(body: unknown): object {
    const request = parseRequest(createFileSystemFromBackupShape, body);
    return this.#once('CreateFileSystemFromBackup', request, () => {
      const { wire: backup } = this.account.backups.get(request.BackupId);
      return this.#begin('CreateFileSystemFromBackup', restoreRequest(backup, request), request.BackupId);
    });
  }

  /** Reply with the file system that the token created before, or, where it is deleted by now, with a new one. */
  #once(operation: string, request: TokenedRequest, make: () => LustreFileSystem): object {
    const { tokens, fileSystems } = this.account;
    const id = tokens.recall(operation, request);
    const known = id === undefined ? undefined : fileSystems.find(id);
    if (known) return { FileSystem: known.wire };
    const made = make();
    tokens.remember(operation, request, made.wire.FileSystemId);
    return { FileSystem: made.wire };
  }

  #begin(operation: string, request: CreateFileSystemRequest, backupId?: string): LustreFileSystem {
    checkTags(request.Tags ?? []);
    const plan = planCreation(request);
    this.account.checkQuota(plan);
    return this.account.fileSystems.create(request, plan, {
      backupId,
      // Decided last, so that a refused request does not use the fault up.
      failure: () => this.account.failureOf(operation, defaultFailure),
    });
  }

  #describe(body: unknown): object {
    const request = parseRequest(describeFileSystemsShape, body);
    const selected = this.account.fileSystems.select(request.FileSystemIds);
    const { wires, NextToken } = this.account.page('DescribeFileSystems', selected, request);
    return { FileSystems: wires, NextToken };
  }

  #update(body: unknown): object {
    const request = parseRequest(updateFileSystemShape, body);
    const { fileSystems, tokens, updates, world, options } = this.account;
    const fileSystem = fileSystems.get(request.FileSystemId);
    if (tokens.recall('UpdateFileSystem', request) === undefined) {
      this.#checkAutomaticBackups(fileSystem, request);
      const clock = { now: epochSeconds(world.now()), coolDownSeconds: options.coolDownSeconds };
      updates.start(fileSystem, planUpdate(fileSystem.wire, request, clock), () =>
        this.account.failureOf('UpdateFileSystem', defaultUpdateFailure),
      );
      tokens.remember('UpdateFileSystem', request, request.FileSystemId);
    }
    return { FileSystem: fileSystem.wire };
  }

  /** Refuses automatic backups of a file system with associations, as FSx does with the older way to link to S3. */
  #checkAutomaticBackups(
    fileSystem: LustreFileSystem,
    { LustreConfiguration }: UpdateFileSystemRequest,
  ): void {
    if (!LustreConfiguration?.AutomaticBackupRetentionDays || !this.account.isAssociated(fileSystem)) return;
    throw badRequest('Backups are not supported on file systems linked to an Amazon S3 data repository.');
  }

  #delete(body: unknown): object {
    const request = parseRequest(deleteFileSystemShape, body);
    const id = request.FileSystemId;
    const { fileSystems, tokens } = this.account;
    const fileSystem = fileSystems.get(id);
    const foreign = (['WindowsConfiguration', 'OpenZFSConfiguration'] as const).find((name) => request[name]);
    if (foreign) throw badRequest(`${foreign} cannot be applied to delete a LUSTRE file system.`);
    tokens.recall('DeleteFileSystem', request);
    this.#checkTasks(fileSystem);
    const isDeleting = fileSystem.wire.Lifecycle === 'DELETING';
    const backup = isDeleting ? {} : this.#finalBackup(fileSystem, request.LustreConfiguration ?? {});
    if (backup.failure !== undefined) fileSystems.deleteInVain(fileSystem);
    else fileSystems.delete(fileSystem);
    tokens.remember('DeleteFileSystem', request, id);
    return { FileSystemId: id, Lifecycle: 'DELETING', LustreResponse: backup.response ?? {} };
  }

  #checkTasks(fileSystem: LustreFileSystem): void {
    const running = this.account.tasks
      .of(fileSystem)
      .find(({ wire }) => wire.Lifecycle === 'PENDING' || wire.Lifecycle === 'EXECUTING');
    if (!running) return;
    throw badRequest(
      `Cannot delete ${running.wire.FileSystemId} while data repository task ${running.wire.TaskId} is in ` +
        `${running.wire.Lifecycle} state.`,
    );
  }

  /** Takes a final backup. Unlike other kinds of file system, Lustre has none unless the caller requests one. */
  #finalBackup(
    fileSystem: LustreFileSystem,
    { SkipFinalBackup = true, FinalBackupTags }: DeleteConfiguration,
  ): FinalBackup {
    if (SkipFinalBackup) {
      if (FinalBackupTags)
        throw badRequest('FinalBackupTags can only be specified when a final backup is taken.');
      return {};
    }
    checkTags(FinalBackupTags ?? []);
    checkBackupPossible(fileSystem.wire, this.account.isAssociated(fileSystem));
    const failure = this.account.failureOf('DeleteFileSystem', defaultBackupFailure);
    const { wire } = this.account.backups.take(fileSystem, FinalBackupTags ?? [], failure);
    return { failure, response: { FinalBackupId: wire.BackupId, FinalBackupTags } };
  }
}

interface FinalBackup {
  readonly response?: object;
  /** The reason with which it is to fail. */
  readonly failure?: string | undefined;
}

type DeleteConfiguration = NonNullable<ValueOf<typeof deleteFileSystemShape>['LustreConfiguration']>;

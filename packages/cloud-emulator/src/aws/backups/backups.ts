import type { World } from '../../world/world.js';
import type { LustreFileSystem } from '../file-systems/file-systems.js';
import { AwsError } from '../protocol/aws-error.js';
import type { Tag } from '../protocol/fsx-members.js';
import { epochSeconds, newResourceId } from '../protocol/identifiers.js';
import { ResourceTable } from '../resource-table.js';
import type { Seed } from '../seed.js';
import type { WireBackup } from './wire-backup.js';

export interface Backup {
  /** Grows with each backup; pages are cut along it. */
  readonly sequence: number;
  readonly wire: WireBackup;
}

/**
 * All user-initiated backups of the account. One takes `createSeconds`: PENDING, CREATING, TRANSFERRING, AVAILABLE.
 * SizeInBytes is never shown: what clients have written is not known here.
 */
export class Backups extends ResourceTable<Backup> {
  constructor(
    private readonly world: World,
    private readonly seed: Seed,
  ) {
    super((id) => new AwsError('BackupNotFound', `Backup '${id}' does not exist.`));
  }

  isInProgress(fileSystemId: string): boolean {
    return this.all().some(
      ({ wire }) =>
        wire.FileSystem.FileSystemId === fileSystemId &&
        wire.Lifecycle !== 'AVAILABLE' &&
        wire.Lifecycle !== 'FAILED',
    );
  }

  /** Begins a backup that ends AVAILABLE, or FAILED with that reason. */
  take(fileSystem: LustreFileSystem, tags: readonly Tag[], failure: string | undefined): Backup {
    const backup = { sequence: this.nextSequence(), wire: this.#wire(fileSystem, tags) };
    const { wire } = backup;
    this.add(wire.BackupId, backup);
    const { createSeconds } = this.world.durations;
    this.world.after(createSeconds * 0.2, () => (wire.Lifecycle = 'CREATING'));
    this.world.after(createSeconds * 0.6, () => {
      wire.Lifecycle = 'TRANSFERRING';
      wire.ProgressPercent = 60;
    });
    this.world.after(createSeconds, () => {
      wire.Lifecycle = failure === undefined ? 'AVAILABLE' : 'FAILED';
      if (failure === undefined) wire.ProgressPercent = 100;
      else wire.FailureDetails = { Message: failure };
    });
    return backup;
  }

  /** Deletes a backup at once, as FSx does. */
  delete(backup: Backup): void {
    this.remove(backup.wire.BackupId);
  }

  #wire({ wire: fileSystem }: LustreFileSystem, tags: readonly Tag[]): WireBackup {
    const id = newResourceId('backup');
    const { region, accountId } = this.seed;
    return {
      BackupId: id,
      Lifecycle: 'PENDING',
      Type: 'USER_INITIATED',
      ProgressPercent: 0,
      CreationTime: epochSeconds(this.world.now()),
      ...(fileSystem.KmsKeyId === undefined ? {} : { KmsKeyId: fileSystem.KmsKeyId }),
      ResourceARN: `arn:aws:fsx:${region}:${accountId}:backup/${id}`,
      Tags: tags,
      OwnerId: accountId,
      ResourceType: 'FILE_SYSTEM',
      FileSystem: structuredClone(fileSystem),
    };
  }
}

import type { World } from '../../world/world.js';
import type { FileSystems, LustreFileSystem } from '../file-systems/file-systems.js';
import { AwsError, badRequest } from '../protocol/aws-error.js';
import { epochSeconds, newResourceId } from '../protocol/identifiers.js';
import { ResourceTable } from '../resource-table.js';
import type { Seed } from '../seed.js';
import type { CreateAssociationRequest, UpdateAssociationRequest } from './repository-shapes.js';
import type { WireAssociation } from './repository-wire.js';

/** Data repository association, with the state that a Describe does not show. */
export interface Association {
  /** Grows with each creation; pages are cut along it. */
  readonly sequence: number;
  readonly wire: WireAssociation;
  readonly fileSystem: LustreFileSystem;
}

export interface AssociationOutcome {
  /** Reason for which it ends FAILED; absent: it ends AVAILABLE. */
  readonly failure: string | undefined;
  /** Called when it is AVAILABLE. */
  readonly linked: () => void;
}

/**
 * The links between file systems and S3. A file system works on one of its associations at a time, however many
 * requests are queued: a creation takes `createSeconds`, a change `updateSeconds`, a deletion `deleteSeconds`. They go
 * with their file system.
 */
export class Associations extends ResourceTable<Association> {
  /** Time at which each file system has done all queued work, in milliseconds since the epoch. */
  readonly #busyUntil = new WeakMap<LustreFileSystem, number>();

  constructor(
    private readonly world: World,
    private readonly seed: Seed,
    private readonly fileSystems: FileSystems,
  ) {
    super(
      (id) =>
        new AwsError(
          'DataRepositoryAssociationNotFound',
          `Data repository association '${id}' does not exist.`,
        ),
    );
    fileSystems.onDeletion((fileSystem) => {
      for (const { wire } of this.of(fileSystem)) wire.Lifecycle = 'DELETING';
      return () => {
        for (const { wire } of this.of(fileSystem)) this.remove(wire.AssociationId);
      };
    });
  }

  of(fileSystem: LustreFileSystem): readonly Association[] {
    return this.all().filter((each) => each.fileSystem === fileSystem);
  }

  create(
    fileSystem: LustreFileSystem,
    request: CreateAssociationRequest,
    { failure, linked }: AssociationOutcome,
  ): Association {
    const association = { sequence: this.nextSequence(), fileSystem, wire: this.#wire(request) };
    const { wire } = association;
    this.add(wire.AssociationId, association);
    this.#queue(association, this.world.durations.createSeconds, () => {
      wire.Lifecycle = failure === undefined ? 'AVAILABLE' : 'FAILED';
      if (failure === undefined) linked();
      else wire.FailureDetails = { Message: failure };
    });
    return association;
  }

  /** Throws BadRequest where it is not AVAILABLE. */
  update(association: Association, { ImportedFileChunkSize, S3 }: UpdateAssociationRequest): void {
    const { wire } = association;
    if (wire.Lifecycle !== 'AVAILABLE')
      throw badRequest(
        `Cannot update data repository association ${wire.AssociationId} while in ${wire.Lifecycle} state.`,
      );
    wire.Lifecycle = 'UPDATING';
    this.#queue(association, this.world.durations.updateSeconds, () => {
      wire.Lifecycle = 'AVAILABLE';
      if (ImportedFileChunkSize !== undefined) wire.ImportedFileChunkSize = ImportedFileChunkSize;
      if (S3) wire.S3 = { ...wire.S3, ...S3 };
    });
  }

  /** Begins the deletion; a second call changes nothing. */
  delete(association: Association): void {
    const { wire } = association;
    if (wire.Lifecycle === 'DELETING') return;
    wire.Lifecycle = 'DELETING';
    this.#queue(association, this.world.durations.deleteSeconds, () => this.remove(wire.AssociationId));
  }

  /** Queues work. Work that was queued for an association before its deletion has no effect. */
  #queue({ fileSystem, wire }: Association, seconds: number, happen: () => void): void {
    const now = this.world.now();
    const end = Math.max(now, this.#busyUntil.get(fileSystem) ?? 0) + seconds * 1000;
    this.#busyUntil.set(fileSystem, end);
    const begunAs = wire.Lifecycle;
    this.fileSystems.after(fileSystem, (end - now) / 1000, () => {
      if (wire.Lifecycle === begunAs) happen();
    });
  }

  #wire(request: CreateAssociationRequest): WireAssociation {
    const { region, accountId } = this.seed;
    const id = newResourceId('dra');
    return {
      AssociationId: id,
      ResourceARN: `arn:aws:fsx:${region}:${accountId}:association/${request.FileSystemId}/${id}`,
      FileSystemId: request.FileSystemId,
      Lifecycle: 'CREATING',
      FileSystemPath: request.FileSystemPath ?? '/',
      DataRepositoryPath: request.DataRepositoryPath,
      BatchImportMetaDataOnCreate: request.BatchImportMetaDataOnCreate ?? false,
      ImportedFileChunkSize: request.ImportedFileChunkSize ?? 1024,
      ...(request.S3 ? { S3: request.S3 } : {}),
      Tags: request.Tags ?? [],
      CreationTime: epochSeconds(this.world.now()),
    };
  }
}

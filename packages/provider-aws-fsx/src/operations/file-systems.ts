import type { DeleteFileSystemLustreConfiguration } from '@aws-sdk/client-fsx';
import {
  DriverError,
  isDriverError,
  type Capacity,
  type CapacityRange,
  type ControllerProvider,
  type ParentFileSystems,
  type FileSystem,
  type Log,
  type Snapshot,
  type Volume,
  type VolumeExpansion,
  type VolumeModification,
  type VolumeReference,
  type VolumeRequest,
  type VolumeSnapshots,
} from '@lustre-csi/core';
import { smallestCapacity } from '../plan/capacity-rules.js';
import { createRequest, restoreRequest } from '../plan/create-request.js';
import { fsxParentFileSystems } from './parent-file-systems.js';
import { isRefusal } from '../api/errors.js';
import { refuseAfterFailedBackup, withoutFinalBackup } from './final-backup-failure.js';
import type { FsxApi } from '../api/fsx-api.js';
import type { MountAddresses } from './mount-addresses.js';
import { handsOutExisting, planExisting, readExisting } from '../plan/existing-file-system.js';
import { accessibleTopology, place } from '../plan/placement.js';
import { planFileSystem, type FsxPlan, type PlanContext } from '../plan/plan.js';
import { claimForCluster } from './cluster-claim.js';
import { copiedName } from './copied-name.js';
import { linkRepositories } from './repository-links.js';
import { restoredCapacity } from '../plan/restore.js';
import type { SubnetZones } from '../api/subnet-zones.js';
import { sdkTags, tagKeys } from '../parameters/tags.js';
import { isFsxFileSystem, toFileSystem, withoutCopies } from '../plan/to-file-system.js';
import { toVolumeContext } from '../node/volume-context.js';
import { existingHandle, parseVolumeHandle } from '../node/volume-handle.js';

/** Options of the provider besides its parts. */
export interface FsxFileSystemsOptions extends PlanContext {
  readonly log: Log;
}

/** Longest look for an existing file system. Milliseconds. */
const LOOK_MS = 30_000;

type CompletionStep = Awaited<ReturnType<Required<ControllerProvider>['complete']>>;

/** Parts of the provider for one region. */
export interface FsxParts {
  readonly api: FsxApi;
  readonly subnetZones: SubnetZones;
  readonly mountAddresses: MountAddresses;
  readonly expansion: VolumeExpansion;
  readonly modification: VolumeModification;
  readonly snapshots: VolumeSnapshots;
}

/** The controller's port to Amazon FSx for Lustre in one region of one account. */
export class FsxFileSystems implements ControllerProvider<FsxPlan> {
  /** Seconds; a creation takes 5 to 10 minutes (Lustre User Guide, and measured). */
  readonly typicalDurations = { create: 480, delete: 240 } as const;

  readonly parentFileSystems: ParentFileSystems;
  readonly expansion: VolumeExpansion;
  readonly modification: VolumeModification;
  readonly snapshots: VolumeSnapshots;

  constructor(
    readonly parts: FsxParts,
    private readonly options: FsxFileSystemsOptions,
  ) {
    this.parentFileSystems = fsxParentFileSystems(options.region, parts.api);
    this.expansion = parts.expansion;
    this.modification = parts.modification;
    this.snapshots = parts.snapshots;
  }

  async plan(request: VolumeRequest, source?: Snapshot): Promise<FsxPlan> {
    if (handsOutExisting(request.parameters)) return this.#planExisting(request);
    return place(planFileSystem(request, this.options, source), this.parts.subnetZones);
  }

  /** Looks the file system up: its size and its address are those of the volume. */
  async #planExisting(request: VolumeRequest): Promise<FsxPlan> {
    const given = readExisting(request);
    const { fileSystemId } = given;
    const signal = AbortSignal.timeout(LOOK_MS);
    const shown = await this.parts.api.describe(fileSystemId, signal);
    const fileSystem = shown && toFileSystem(shown, this.options);
    if (!fileSystem) throw noFileSystem(fileSystemId);
    const plan = planExisting(request, given, fileSystem, shown);
    if (given.mountEndpoint === 'ip') await this.parts.mountAddresses.lookUp(fileSystem, signal);
    const id = existingHandle(fileSystemId, request.name);
    return { ...plan, existingVolume: { ...this.toVolume(fileSystem, plan), id } };
  }

  async capacityFor(plan: FsxPlan, range: CapacityRange): Promise<Capacity> {
    const { snapshot, settings } = plan;
    const elastic = settings.storageType === 'INTELLIGENT_TIERING';
    return snapshot && !elastic ? restoredCapacity(snapshot, range) : smallestCapacity(settings, range);
  }

  listingScopes(): readonly string[] {
    return [this.options.region];
  }

  async list(_listingScope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const found = await this.parts.api.describeAll(signal);
    return withoutCopies(found.flatMap((each) => toFileSystem(each, this.options) ?? []));
  }

  /**
   * Finds a file system by its handle. A handle that contains more than the id of the file system comes from an
   * administrator, see `parseVolumeId`. Its result carries that handle as its id and no volume name: such a volume does
   * not own the file system, so that its deletion must not delete it.
   */
  async find(reference: VolumeReference, signal: AbortSignal): Promise<FileSystem | undefined> {
    const handle = parseVolumeHandle(reference.id);
    if (!handle) return undefined;
    const found = await this.parts.api.describe(handle.fileSystemId, signal);
    const fileSystem = found && toFileSystem(found, this.options);
    if (!fileSystem || !handle.shared) return fileSystem;
    const { volumeName: _owner, ...unowned } = fileSystem;
    return { ...unowned, id: reference.id };
  }

  /**
   * Starts the creation. Where FSx knows the token of the attempt it answers with the file system of the first request,
   * in its present state, which the caller checks.
   */
  async create(plan: FsxPlan, capacity: Capacity, attempt: number, signal: AbortSignal): Promise<FileSystem> {
    for (const warning of plan.warnings) this.options.log.warn({ volumeName: plan.volumeName }, warning);
    const { clusterId } = this.options;
    const request = { ...plan, clusterId, capacity, attempt };
    const created = plan.snapshot
      ? await this.parts.api.restore(restoreRequest(request, plan.snapshot.id), signal)
      : await this.parts.api.create(createRequest(request), signal);
    const fileSystem = toFileSystem(created, this.options);
    if (fileSystem) return fileSystem;
    throw new DriverError(
      'unavailable',
      'CreateFileSystem failed: the answer cannot be read as a Lustre file system. The next listing shows what exists',
    );
  }

  contradiction(plan: FsxPlan, fileSystem: FileSystem): string | undefined {
    return isFsxFileSystem(fileSystem) ? copiedName(fileSystem, plan, Date.now()) : undefined;
  }

  /**
   * Completes a usable file system before CreateVolume answers: its data repository associations, its address, and the
   * mark that it was handed out, which must exist before a pod can write to it.
   */
  async complete(plan: FsxPlan, fileSystem: FileSystem, signal: AbortSignal): Promise<CompletionStep> {
    if (fileSystem.cloudState === 'FAILED') throw broken(fileSystem);
    await claimForCluster(this.parts.api, fileSystem, this.options.clusterId, signal);
    const wanted = plan.settings.dataRepositoryAssociations;
    if (wanted) {
      const step = await linkRepositories(
        this.parts.api,
        { fileSystemId: fileSystem.id, wanted, now: Date.now() },
        signal,
      );
      if (step !== 'done') return step;
    }
    if (plan.settings.mountEndpoint === 'ip') await this.parts.mountAddresses.lookUp(fileSystem, signal);
    if (!isFsxFileSystem(fileSystem) || fileSystem.handedOut) return 'done';
    if (fileSystem.arn === undefined) return { waitingFor: 'FSx does not report its ARN yet' };
    await this.parts.api.tag(fileSystem.arn, { [tagKeys.handedOut]: 'true' }, signal);
    return 'done';
  }

  /** Starts the deletion. It includes a final backup where the tags request one, but not of failed attempts. */
  async delete(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    if (parseVolumeHandle(fileSystem.id)?.shared) throw sharedHandle(fileSystem.id);
    if (fileSystem.state === 'deleting') return;
    const backup = finalBackup(fileSystem);
    if (backup) {
      const backups = await this.parts.api.describeBackupsOf(fileSystem.id, signal);
      refuseAfterFailedBackup(fileSystem.id, backups, Date.now());
    }
    try {
      await this.parts.api.delete(fileSystem.id, backup, signal);
    } catch (error) {
      // Another deletion may have come first, and FSx does not accept a second one in every state.
      if (!isDriverError(error) || !isRefusal(error)) throw error;
      const current = await this.find(fileSystem, signal);
      if (current && current.state !== 'deleting') throw notDeletable(error, backup !== undefined);
    }
  }

  toVolume(fileSystem: FileSystem, plan?: FsxPlan): Volume {
    const source =
      plan?.settings.mountEndpoint === 'ip'
        ? this.parts.mountAddresses.mountSource(fileSystem)
        : fileSystem.mountSource;
    if (plan && !source) throw notMountable(fileSystem);
    const topology = plan && accessibleTopology(plan, fileSystem);
    return {
      id: fileSystem.id,
      capacity: fileSystem.capacity,
      context: source ? toVolumeContext(source) : {},
      ...(topology ? { topology } : {}),
    };
  }

  /**
   * Reads a handle. CreateVolume returns `fs-…`, or `fs-…#existing#NAME` where the class hands out an existing file system; administrators write `fs-…:/path` and `fs-…#anything` for several
   * static volumes on one file system. These do not say what is mounted (the volume context does), so they are looked
   * up like any other, by the whole handle.
   */
  parseVolumeId(volumeId: string): VolumeReference | undefined {
    const handle = parseVolumeHandle(volumeId);
    const reference = { id: volumeId, listingScope: this.options.region };
    return handle && { ...reference, ...(handle.isExisting ? { isExisting: true } : {}) };
  }
}

/**
 * Request for a final backup; FSx makes none for Lustre without it (API reference, DeleteFileSystemLustreConfiguration).
 * The driver requests it in every state of a volume: where FSx refuses, the volume stays.
 */
function finalBackup(fileSystem: FileSystem): DeleteFileSystemLustreConfiguration | undefined {
  const tags = isFsxFileSystem(fileSystem) && fileSystem.handedOut ? fileSystem.finalBackup : undefined;
  if (!tags) return undefined;
  return {
    SkipFinalBackup: false,
    ...(Object.keys(tags).length > 0 ? { FinalBackupTags: sdkTags(tags) } : {}),
  };
}

/** Translates FSx's refusal to delete, while a data repository task runs for example: it is no lasting error. */
const notDeletable = (error: DriverError, backsUp: boolean): DriverError =>
  error.kind === 'invalid-argument'
    ? new DriverError(
        'failed-precondition',
        backsUp ? `${error.message}. ${withoutFinalBackup}` : error.message,
        { cause: error },
      )
    : error;

const broken = ({ id, stateDetail }: FileSystem): DriverError =>
  new DriverError(
    'unavailable',
    `file system ${id} is FAILED (${stateDetail ?? 'FSx gives no reason'}), and may have been in use before: the driver ` +
      'does not delete it automatically. Check it; if its data is not needed, delete it, and the volume is recreated',
  );

const noFileSystem = (id: string): DriverError =>
  new DriverError(
    'not-found',
    `there is no FSx for Lustre file system ${id} in the region of the driver: name one that exists in the StorageClass`,
  );

const sharedHandle = (handle: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `volume "${handle}" is one of several on its file system, which is not deleted with it. Set the reclaim policy ` +
      'of its PersistentVolume to Retain and delete the PersistentVolume',
  );

const notMountable = ({ id }: FileSystem): DriverError =>
  new DriverError(
    'unavailable',
    `FSx does not report the DNSName and MountName of file system ${id} yet; the call is retried automatically`,
  );

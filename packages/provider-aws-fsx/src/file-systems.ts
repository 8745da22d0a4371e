import {
  DriverError,
  type Capacity,
  type CapacityRange,
  type ControllerProvider,
  type FileSystem,
  type Log,
  type Volume,
  type VolumeReference,
  type VolumeRequest,
} from '@lustre-csi/core';
import { smallestCapacity } from './capacity-rules.js';
import { createRequest } from './create-request.js';
import { isRefusal } from './errors.js';
import type { FsxApi } from './fsx-api.js';
import { planFileSystem, type FsxPlan, type PlanContext } from './plan.js';
import { toFileSystem } from './to-file-system.js';
import { toVolumeContext } from './volume-context.js';
import { parseVolumeHandle } from './volume-handle.js';

/** What the provider works with beside the API. */
export interface FsxFileSystemsOptions extends PlanContext {
  readonly log: Log;
}

/** The controller's port to Amazon FSx for Lustre in one region of one account. */
export class FsxFileSystems implements ControllerProvider<FsxPlan> {
  /** Lustre User Guide and measured creations: about 5 to 10 minutes. */
  readonly usualSeconds = { create: 480, delete: 240 } as const;

  constructor(
    private readonly api: FsxApi,
    private readonly options: FsxFileSystemsOptions,
  ) {}

  async plan(request: VolumeRequest): Promise<FsxPlan> {
    return planFileSystem(request, this.options);
  }

  async capacityFor(plan: FsxPlan, range: CapacityRange): Promise<Capacity> {
    return smallestCapacity(plan.settings, range);
  }

  scopes(): readonly string[] {
    return [this.options.region];
  }

  async list(_scope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const found = await this.api.describeAll(signal);
    return found.flatMap((each) => toFileSystem(each, this.options) ?? []);
  }

  /**
   * A handle that says more than the file system's id is an administrator's, see `parseVolumeId`. What it finds
   * carries that handle as its id and no volume name: the volume is not the file system's owner, whoever made the
   * file system, and must not take it along when it is deleted.
   */
  async find(reference: VolumeReference, signal: AbortSignal): Promise<FileSystem | undefined> {
    const handle = parseVolumeHandle(reference.id);
    if (!handle) return undefined;
    const found = await this.api.describe(handle.fileSystemId, signal);
    const fileSystem = found && toFileSystem(found, this.options);
    if (!fileSystem || !handle.shared) return fileSystem;
    const { volumeName: _owner, ...unowned } = fileSystem;
    return { ...unowned, id: reference.id };
  }

  /**
   * Starts the creation. Where FSx remembers the attempt's token it answers with the file system of that time, in
   * whatever state it is by now; the caller sees its state.
   */
  async create(plan: FsxPlan, capacity: Capacity, attempt: number, signal: AbortSignal): Promise<FileSystem> {
    for (const warning of plan.warnings) this.options.log.warn({ volumeName: plan.volumeName }, warning);
    const { clusterId } = this.options;
    const created = await this.api.create(createRequest({ ...plan, clusterId, capacity, attempt }), signal);
    const fileSystem = toFileSystem(created, this.options);
    if (fileSystem) return fileSystem;
    throw new DriverError(
      'unavailable',
      'CreateFileSystem failed: the answer cannot be read as a Lustre file system. The next listing tells what exists',
    );
  }

  async delete(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    if (parseVolumeHandle(fileSystem.id)?.shared) throw sharedHandle(fileSystem.id);
    if (fileSystem.state === 'deleting') return;
    try {
      await this.api.delete(fileSystem.id, signal);
    } catch (error) {
      // Somebody else's deletion may have come between, and FSx does not take a second one in every state.
      if (!(error instanceof DriverError) || !isRefusal(error)) throw error;
      const current = await this.find(fileSystem, signal);
      if (current && current.state !== 'deleting') throw error;
    }
  }

  toVolume(fileSystem: FileSystem, plan?: FsxPlan): Volume {
    const source = fileSystem.mountSource;
    if (plan && !source) throw notMountable(fileSystem);
    return {
      id: fileSystem.id,
      capacity: fileSystem.capacity,
      context: source ? toVolumeContext(source) : {},
    };
  }

  /**
   * `fs-…` is what CreateVolume gives out. `fs-…:/path` and `fs-…#anything` are administrators' spellings for
   * several static volumes on one file system; they do not say what is mounted (the volume context does), so they
   * are looked up like any other, by the whole handle.
   */
  parseVolumeId(volumeId: string): VolumeReference | undefined {
    return parseVolumeHandle(volumeId) && { id: volumeId, scope: this.options.region };
  }
}

const sharedHandle = (handle: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `volume "${handle}" is one of several on its file system, which is not deleted with it. Set the reclaim policy ` +
      'of its PersistentVolume to Retain and delete the PersistentVolume',
  );

const notMountable = ({ id }: FileSystem): DriverError =>
  new DriverError(
    'unavailable',
    `FSx does not tell the DNSName and MountName of file system ${id} yet; the call is repeated by itself`,
  );

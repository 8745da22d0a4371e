import { untilAborted } from '../concurrency/abort.js';
import type { Clock } from '../concurrency/clock.js';
import { Coalescer } from '../concurrency/coalescer.js';
import { fingerprint } from '../concurrency/fingerprint.js';
import { joinOrRun } from '../concurrency/join-or-run.js';
import type { Work } from '../concurrency/poll-until.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import { Capacity, type CapacityRange } from '../model/capacity.js';
import { isUsable, type FileSystem } from '../model/file-system.js';
import { conditionOf, type ListedVolume, type VolumeCondition } from '../model/listed-volume.js';
import type { Log } from '../model/log.js';
import type { VolumeReference } from '../model/volume-reference.js';
import type { Volume, VolumeRequest } from '../model/volume-request.js';
import type { ControllerProvider, FileSystemPlan } from '../provider/controller-provider.js';
import type { VolumeModification } from '../provider/volume-modification.js';
import type { Snapshot } from '../provider/volume-snapshots.js';
import type { DirectoryOperations } from './directory-operations.js';
import { ExpandVolume } from './expand-volume.js';
import { FileSystemListing } from './file-system-listing.js';
import { FileSystemRemoval } from './file-system-removal.js';
import { IdempotentFileSystems } from './idempotent-file-systems.js';
import { ModifyVolume } from './modify-volume.js';
import { refuseOtherClusters } from './refuse-other-clusters.js';
import { withLastLook } from './last-look.js';
import type { VolumeKind, WaitingCaller } from './volume-kind.js';
import type { VolumeLimits } from './volume-limits.js';

/** Services that whole file systems are managed with. */
export interface WholeFileSystemsParts {
  readonly provider: ControllerProvider;
  readonly log: Log;
  readonly clock: Clock;
  /** Absent: no volume is a directory. */
  readonly directories?: DirectoryOperations;
  readonly limits?: VolumeLimits;
}

/** Volumes that are file systems of their own. */
export class WholeFileSystems implements VolumeKind {
  readonly #provider: ControllerProvider;
  readonly #listing: FileSystemListing;
  readonly #fileSystems: IdempotentFileSystems<FileSystemPlan>;
  readonly #removal: FileSystemRemoval;
  readonly #exclusive = new Coalescer();

  constructor(private readonly parts: WholeFileSystemsParts) {
    const { provider, clock, log, limits } = parts;
    this.#provider = provider;
    this.#listing = new FileSystemListing(provider, clock);
    this.#fileSystems = new IdempotentFileSystems(provider, this.#listing, clock, log, limits);
    this.#removal = new FileSystemRemoval(provider, this.#listing, clock, log, limits);
  }

  async create(request: VolumeRequest, caller: WaitingCaller, source?: Snapshot): Promise<Volume> {
    const plan = await this.#provider.plan(this.#forProvider(request), source);
    if (plan.existingVolume) return asRequested(plan.existingVolume, request);
    const capacity = await this.#capacityFor(plan, request);
    const creation = { plan, range: request.capacityRange, capacity };
    const fileSystem = await this.#withLastLook(plan.listingScope, caller, () =>
      this.#exclusively(
        `volume ${plan.volumeName}`,
        fingerprint(['create', request]),
        (work) => this.#fileSystems.ensure(creation, work),
        caller.signal,
      ),
    );
    return asRequested(this.#provider.toVolume(fileSystem, plan), request);
  }

  /** The file system may exist and be billed already, although its snapshot is gone. */
  async withoutSource(error: unknown, request: VolumeRequest, signal: AbortSignal): Promise<unknown> {
    const plan = await this.#provider.plan(this.#forProvider(request)).catch(() => undefined);
    return plan ? this.#fileSystems.endedBy(error, plan, signal) : error;
  }

  /** Returns once the file system is gone. */
  async delete(volumeId: string, caller: WaitingCaller): Promise<void> {
    const { signal } = caller;
    const reference = this.#provider.parseVolumeId(volumeId);
    if (!reference || reference.staticSource || reference.isExisting) return;
    const found = await this.#removal.find(reference, signal);
    if (!found) return;
    const { fileSystem } = found;
    const remove = (work: Work): Promise<void> =>
      this.#removal.remove(found, work, async (current) =>
        this.parts.directories?.refuseToDelete(current, work.signal),
      );
    const key = `volume ${fileSystem.volumeName ?? volumeId}`;
    await this.#withLastLook(fileSystem.listingScope, caller, () =>
      this.#exclusively(key, 'delete', remove, signal),
    );
  }

  #withLastLook<T>(scope: string, caller: WaitingCaller, work: () => Promise<T>): Promise<T> {
    return withLastLook({ listing: this.#listing, clock: this.parts.clock }, scope, caller, work);
  }

  async expand(volumeId: string, range: CapacityRange, signal: AbortSignal): Promise<Capacity> {
    const { expansion } = this.#provider;
    const reference = this.#cloudReference(volumeId);
    if (reference.isExisting) return this.#sizeOfExisting(reference, range, signal);
    if (!expansion) throw new DriverError('unimplemented', 'this provider cannot expand file systems');
    const expand = new ExpandVolume(expansion, this.parts.clock);
    const run = (work: Work): Promise<Capacity> => expand.run(reference, range, work);
    return this.#exclusively(`size of ${volumeId}`, fingerprint(range), run, signal);
  }

  async modify(
    volumeId: string,
    parameters: Readonly<Record<string, string>>,
    modification: VolumeModification,
    signal: AbortSignal,
  ): Promise<void> {
    const reference = this.#cloudReference(volumeId);
    if (reference.isExisting) throw keepsSettings(volumeId);
    modification.check(parameters);
    const found = await untilAborted(this.#provider.find(reference, signal), signal);
    if (found) refuseOtherClusters(found, 'not modified');
    const modify = new ModifyVolume(modification, this.parts.clock);
    const run = (work: Work): Promise<void> => modify.run(reference, parameters, work);
    await this.#exclusively(`settings of ${volumeId}`, fingerprint(parameters), run, signal);
  }

  async get(volumeId: string, signal: AbortSignal): Promise<ListedVolume> {
    const reference = this.#reference(volumeId);
    if (reference.staticSource) {
      return { volume: { id: volumeId, capacity: Capacity.zero, context: {} }, condition: notQueried };
    }
    const fileSystem = await untilAborted(this.#provider.find(reference, signal), signal);
    if (!fileSystem) throw notFound(volumeId, `there is no file system ${reference.id}`);
    // The handle stays as the caller knows it: older drivers spelled some parts of it differently.
    return {
      volume: { ...this.#provider.toVolume(fileSystem), id: volumeId },
      condition: conditionOf(fileSystem),
    };
  }

  /** Leaves out file systems that are still being created: the cloud may not report all that handle and context need. */
  async list(signal: AbortSignal): Promise<readonly ListedVolume[]> {
    const listings = this.#provider.listingScopes().map((scope) => this.#listing.now(scope));
    const fileSystems = (await untilAborted(Promise.all(listings), signal)).flat();
    return fileSystems
      .filter((fileSystem) => fileSystem.volumeName !== undefined && isUsable(fileSystem))
      .map((fileSystem) => ({
        volume: this.#provider.toVolume(fileSystem),
        condition: conditionOf(fileSystem),
      }));
  }

  /** The claim of an existing file system grows only with that, which its owner expands. */
  async #sizeOfExisting(
    reference: VolumeReference,
    { required }: CapacityRange,
    signal: AbortSignal,
  ): Promise<Capacity> {
    const found = await untilAborted(this.#provider.find(reference, signal), signal);
    if (!found) throw notFound(reference.id, 'its file system is gone');
    const isElastic = found.capacity.equals(Capacity.zero);
    if (!required || isElastic || !found.capacity.isLessThan(required)) return found.capacity;
    throw new DriverError(
      'out-of-range',
      `volume "${reference.id}" is an existing file system of ${found.capacity.toString()}, which the driver does not expand: ` +
        'expand it in the cloud, and the call succeeds',
    );
  }

  async exists(volumeId: string, signal: AbortSignal): Promise<boolean> {
    const reference = this.#provider.parseVolumeId(volumeId);
    if (!reference) return false;
    if (reference.staticSource) return true;
    return (await untilAborted(this.#provider.find(reference, signal), signal)) !== undefined;
  }

  async snapshotSource(volumeId: string, signal: AbortSignal): Promise<FileSystem> {
    const reference = this.#provider.parseVolumeId(volumeId);
    const found =
      reference && !reference.staticSource ? await this.#provider.find(reference, signal) : undefined;
    if (found) return found;
    throw notFound(volumeId, 'there is nothing to take a snapshot of');
  }

  #exclusively<T>(
    key: string,
    identity: string,
    work: (work: Work) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const job = {
      key,
      fingerprint: identity,
      work: (stopped: AbortSignal, report: Work['report']) => work({ signal: stopped, report }),
    };
    return joinOrRun(this.#exclusive, job, signal);
  }

  /** Removes the mode, which core has read, from the parameters. */
  #forProvider(request: VolumeRequest): VolumeRequest {
    if (!this.parts.directories) return request;
    const parameters = Object.entries(request.parameters).filter(
      ([name, value]) => !isProvisioningMode(name) || value === EXISTING,
    );
    return { ...request, parameters: Object.fromEntries(parameters) };
  }

  #reference(volumeId: string): VolumeReference {
    const reference = this.#provider.parseVolumeId(volumeId);
    if (reference) return reference;
    throw notFound(volumeId, 'this driver creates no handles of that form');
  }

  /** Reference to a volume whose file system the cloud manages. @throws DriverError not-found, invalid-argument */
  #cloudReference(volumeId: string): VolumeReference {
    const reference = this.#reference(volumeId);
    if (!reference.staticSource) return reference;
    throw new DriverError(
      'invalid-argument',
      `volume "${volumeId}" is static: its handle names what is mounted, not a file system in the cloud`,
    );
  }

  /** An impossible size is not an error yet: if the volume exists, CreateVolume reports that it has another size. */
  async #capacityFor(plan: FileSystemPlan, request: VolumeRequest): Promise<Capacity | DriverError> {
    try {
      return await this.#provider.capacityFor(plan, request.capacityRange);
    } catch (error) {
      if (isDriverError(error, 'out-of-range')) return error;
      throw error;
    }
  }
}

const notFound = (volumeId: string, why: string): DriverError =>
  new DriverError('not-found', `volume "${volumeId}" does not exist: ${why}`);

/** The mode that providers read: an existing file system, handed out whole. */
const EXISTING = 'existing';

const keepsSettings = (volumeId: string): DriverError =>
  new DriverError(
    'invalid-argument',
    `volume "${volumeId}" is an existing file system, whose settings the driver does not change: change them in the cloud`,
  );

const isProvisioningMode = (name: string): boolean => name.toLowerCase() === 'provisioningmode';

/** Adds what the request says of the volume beyond the provider. */
const asRequested = (volume: Volume, { nodeSettings, contentSource }: VolumeRequest): Volume => ({
  ...volume,
  context: { ...volume.context, ...nodeSettings },
  ...(contentSource ? { contentSource } : {}),
});

const notQueried: VolumeCondition = {
  abnormal: false,
  message: 'a static volume: the driver does not query the cloud about its file system',
};

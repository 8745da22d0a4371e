import type { VolumeReference } from '../model/volume-reference.js';
import type { Log } from '../model/log.js';
import { untilAborted } from '../concurrency/abort.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { Coalescer } from '../concurrency/coalescer.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import type { ControllerProvider, FileSystemPlan } from '../provider/controller-provider.js';
import type { Snapshot } from '../provider/volume-snapshots.js';
import { Capacity, type CapacityRange } from '../model/capacity.js';
import type { DirectoryOperations } from './directory-operations.js';
import { joinOrRun } from '../concurrency/join-or-run.js';
import { ExpandVolume } from './expand-volume.js';
import { forExpansion, forModification } from './resizer-errors.js';
import { FileSystemListing } from './file-system-listing.js';
import { isUsable, type FileSystem } from '../model/file-system.js';
import { fingerprint } from '../concurrency/fingerprint.js';
import { IdempotentFileSystems } from './idempotent-file-systems.js';
import type { Work } from '../concurrency/poll-until.js';
import { conditionOf, type ListedVolume, type VolumeCondition } from '../model/listed-volume.js';
import { ModifyVolume } from './modify-volume.js';
import type { OperationContext } from '../model/operation-context.js';
import { pageOf, type Page, type PageRequest } from './paging.js';
import { SnapshotOperations } from './snapshot-operations.js';
import type { VolumeCapability } from '../model/volume-capability.js';
import type { Volume, VolumeRequest } from '../model/volume-request.js';

type Settings = Readonly<Record<string, string>>;

/** What ValidateVolumeCapabilities asks. */
export interface CapabilitiesQuestion {
  readonly volumeId: string;
  readonly capabilities: readonly VolumeCapability[];
  /** What stands against capabilities that no provider's volumes can have, in words. */
  readonly objection?: string;
}

/** Everything that the controller does with volumes, for one provider. */
export class VolumeOperations {
  readonly #listing: FileSystemListing;
  readonly #fileSystems: IdempotentFileSystems<FileSystemPlan>;
  readonly #exclusive = new Coalescer();
  /** Absent: the provider has no snapshots. */
  readonly snapshots: SnapshotOperations | undefined;

  constructor(
    private readonly provider: ControllerProvider,
    log: Log,
    private readonly clock: Clock = systemClock,
    /** Volumes that are directories; absent: there are none. */
    private readonly directories?: DirectoryOperations,
  ) {
    this.snapshots =
      provider.snapshots && new SnapshotOperations(provider, provider.snapshots, clock, directories);
    this.#listing = new FileSystemListing(provider, clock);
    this.#fileSystems = new IdempotentFileSystems(provider, this.#listing, clock, log);
  }

  /** What the provider can do beyond its obligatory port. */
  get features(): {
    readonly expansion: boolean;
    readonly modification: boolean;
    readonly snapshots: boolean;
  } {
    const { expansion, modification, snapshots } = this.provider;
    return {
      expansion: expansion !== undefined || this.directories !== undefined,
      modification: modification !== undefined,
      snapshots: snapshots !== undefined,
    };
  }

  /** CreateVolume: the volume of that name, made if it does not exist, once it is usable. */
  async create(request: VolumeRequest, { signal }: OperationContext): Promise<Volume> {
    const objection = this.#objection(request.capabilities);
    if (objection) throw new DriverError('invalid-argument', objection);
    const source = await this.#snapshotOf(request, signal).catch((error: unknown) =>
      this.#withoutSource(error, request, signal),
    );
    if (this.directories?.isAskedFor(request.parameters)) return this.directories.create(request, signal);
    const plan = await this.provider.plan(this.#forProvider(request), source);
    if (plan.existingVolume) return asAsked(plan.existingVolume, request);
    const capacity = await this.#capacityFor(plan, request);
    const fileSystem = await joinOrRun(
      this.#exclusive,
      {
        key: `volume ${plan.volumeName}`,
        fingerprint: fingerprint(['create', request]),
        work: (stopped, report) =>
          this.#fileSystems.ensure(
            { plan, range: request.capacityRange, capacity },
            { signal: stopped, report },
          ),
      },
      signal,
    );
    return asAsked(this.provider.toVolume(fileSystem, plan), request);
  }

  /** DeleteVolume: returns when the file system is gone. Unknown handles are gone already. */
  async delete(volumeId: string, { signal }: OperationContext): Promise<void> {
    if (this.directories?.owns(volumeId)) return this.directories.delete(volumeId, signal);
    const reference = this.provider.parseVolumeId(volumeId);
    if (!reference || reference.staticSource) return;
    const fileSystem = await untilAborted(this.provider.find(reference, signal), signal);
    if (!fileSystem) return;
    await joinOrRun(
      this.#exclusive,
      {
        key: `volume ${fileSystem.volumeName ?? volumeId}`,
        fingerprint: 'delete',
        work: (stopped, report) =>
          this.#fileSystems.remove(fileSystem, { signal: stopped, report }, async (current) =>
            this.directories?.refuseToDelete(current, stopped),
          ),
      },
      signal,
    );
  }

  /** ControllerExpandVolume: returns when the capacity can be used.
   *  @throws DriverError not-found, out-of-range, invalid-argument, unimplemented; nothing that stops external-resizer */
  async expand(volumeId: string, range: CapacityRange, { signal }: OperationContext): Promise<Capacity> {
    return this.#expand(volumeId, range, signal).catch((error: unknown) => {
      throw forExpansion(error);
    });
  }

  async #expand(volumeId: string, range: CapacityRange, signal: AbortSignal): Promise<Capacity> {
    if (this.directories?.owns(volumeId)) return this.directories.expand(volumeId, range, signal);
    const { expansion } = this.provider;
    const reference = this.#reference(volumeId);
    if (!expansion) throw new DriverError('unimplemented', 'this provider cannot expand file systems');
    const expand = new ExpandVolume(expansion, this.clock);
    const job = { key: `size of ${volumeId}`, fingerprint: fingerprint(range) };
    const work = (stopped: AbortSignal, report: Work['report']): Promise<Capacity> =>
      expand.run(reference, range, { signal: stopped, report });
    return joinOrRun(this.#exclusive, { ...job, work }, signal);
  }

  /** ControllerModifyVolume: returns when the file system is as asked.
   *  @throws DriverError not-found, invalid-argument, unimplemented */
  async modify(volumeId: string, parameters: Settings, { signal }: OperationContext): Promise<void> {
    const { modification } = this.provider;
    if (!modification) throw new DriverError('unimplemented', 'this provider cannot modify volumes');
    if (this.directories?.owns(volumeId)) throw unmodifiable(volumeId);
    const reference = this.#reference(volumeId);
    modification.check(parameters);
    const modify = new ModifyVolume(modification, this.clock);
    const job = { key: `settings of ${volumeId}`, fingerprint: fingerprint(parameters) };
    const work = (stopped: AbortSignal, report: Work['report']): Promise<void> =>
      modify.run(reference, parameters, { signal: stopped, report });
    return joinOrRun(this.#exclusive, { ...job, work }, signal).catch((error: unknown) => {
      throw forModification(error);
    });
  }

  /** ValidateVolumeCapabilities: what stands against the capabilities, in words; undefined: nothing.
   *  @throws DriverError not-found */
  async objectionTo(question: CapabilitiesQuestion, context: OperationContext): Promise<string | undefined> {
    await this.get(question.volumeId, context);
    return question.objection ?? this.#objection(question.capabilities);
  }

  /** ControllerGetVolume.
   *  @throws DriverError not-found */
  async get(volumeId: string, { signal }: OperationContext): Promise<ListedVolume> {
    if (this.directories?.owns(volumeId)) return this.directories.get(volumeId, signal);
    const fileSystem = await this.#existing(volumeId, signal);
    if (!fileSystem)
      return { volume: { id: volumeId, capacity: Capacity.zero, context: {} }, condition: unasked };
    // The handle stays as the caller knows it: older drivers spelled some parts of it otherwise.
    return {
      volume: { ...this.provider.toVolume(fileSystem), id: volumeId },
      condition: conditionOf(fileSystem),
    };
  }

  /** ListVolumes: the volumes that this driver created and that can be used, in the order of their handles. What is
   *  still being created is no volume yet: its cloud may not tell all that its handle and context need.
   *  @throws DriverError aborted where the token is none of ours */
  async list(request: PageRequest, { signal }: OperationContext): Promise<Page<ListedVolume>> {
    const listings = this.provider.scopes().map((scope) => this.#listing.now(scope));
    const fileSystems = (await untilAborted(Promise.all(listings), signal)).flat();
    const volumes = fileSystems
      .filter((fileSystem) => fileSystem.volumeName !== undefined && isUsable(fileSystem))
      .map((fileSystem) => ({
        volume: this.provider.toVolume(fileSystem),
        condition: conditionOf(fileSystem),
      }));
    const directories = (await this.directories?.list(signal)) ?? [];
    return pageOf([...volumes, ...directories], ({ volume }) => volume.id, request);
  }

  /** The mode was the core's to read. */
  #forProvider(request: VolumeRequest): VolumeRequest {
    if (!this.directories) return request;
    const parameters = Object.entries(request.parameters).filter(([name]) => !isProvisioningMode(name));
    return { ...request, parameters: Object.fromEntries(parameters) };
  }

  /** The handle of a volume that has a file system in the cloud. */
  #reference(volumeId: string): VolumeReference {
    const reference = this.provider.parseVolumeId(volumeId);
    if (!reference) throw notFound(volumeId, 'this driver gives out no handle of that form');
    if (!reference.staticSource) return reference;
    throw new DriverError(
      'invalid-argument',
      `volume "${volumeId}" is static: its handle names what is mounted, not a file system in the cloud`,
    );
  }

  /** The file system of a volume that exists; undefined where the handle is static and the cloud is not asked. */
  async #existing(volumeId: string, signal: AbortSignal): Promise<FileSystem | undefined> {
    const reference = this.provider.parseVolumeId(volumeId);
    if (!reference) throw notFound(volumeId, 'this driver gives out no handle of that form');
    if (reference.staticSource) return undefined;
    const fileSystem = await untilAborted(this.provider.find(reference, signal), signal);
    if (!fileSystem) throw notFound(volumeId, `there is no file system ${reference.id}`);
    return fileSystem;
  }

  async #exists(volumeId: string, signal: AbortSignal): Promise<boolean> {
    const reference = this.provider.parseVolumeId(volumeId);
    if (this.directories?.owns(volumeId) || reference?.staticSource) return true;
    return (
      reference !== undefined &&
      (await untilAborted(this.provider.find(reference, signal), signal)) !== undefined
    );
  }

  /** A size that cannot be is not yet an error: if the volume exists, the answer is that it has another size. */
  async #capacityFor(plan: FileSystemPlan, request: VolumeRequest): Promise<Capacity | DriverError> {
    try {
      return await this.provider.capacityFor(plan, request.capacityRange);
    } catch (error) {
      if (isDriverError(error, 'out-of-range')) return error;
      throw error;
    }
  }

  /** The snapshot to create the volume from. An absent source is not-found, whatever the handle looks like; a volume
   *  that does exist cannot be cloned. */
  async #snapshotOf({ contentSource }: VolumeRequest, signal: AbortSignal): Promise<Snapshot | undefined> {
    if (!contentSource) return undefined;
    const { kind, id } = contentSource;
    const snapshots = kind === 'snapshot' ? this.provider.snapshots : undefined;
    const snapshot = snapshots && (await untilAborted(snapshots.find(id, signal), signal));
    if (kind === 'volume' && (await this.#exists(id, signal))) throw unclonable(id);
    if (!snapshot) throw new DriverError('not-found', `there is no ${kind} "${id}" to create a volume from`);
    if (snapshot.state === 'ready') return snapshot;
    throw new DriverError(
      'unavailable',
      `snapshot ${id} is ${snapshot.cloudState}: it cannot be restored yet`,
    );
  }

  /** The snapshot may have gone after the file system was made of it, which must not be forgotten then. */
  async #withoutSource(error: unknown, request: VolumeRequest, signal: AbortSignal): Promise<never> {
    const cannotExist = !this.provider.snapshots || this.directories?.isAskedFor(request.parameters);
    if (cannotExist || !isDriverError(error, 'not-found')) throw error;
    const plan = await this.provider.plan(this.#forProvider(request)).catch(() => undefined);
    throw plan ? await this.#fileSystems.endedBy(error, plan, signal) : error;
  }

  #objection(capabilities: readonly VolumeCapability[]): string | undefined {
    for (const capability of capabilities) {
      const objection = this.provider.unsupported?.(capability);
      if (objection) return objection;
    }
    return undefined;
  }
}

const notFound = (volumeId: string, why: string): DriverError =>
  new DriverError('not-found', `volume "${volumeId}" does not exist: ${why}`);

const isProvisioningMode = (name: string): boolean => name.toLowerCase() === 'provisioningmode';

const unclonable = (volumeId: string): DriverError =>
  new DriverError(
    'invalid-argument',
    `volume_content_source: volume "${volumeId}" cannot be cloned, this driver does not advertise CLONE_VOLUME; ` +
      'create an empty volume and copy the data, or create it from a snapshot where the driver has them',
  );

const unmodifiable = (volumeId: string): DriverError =>
  new DriverError(
    'invalid-argument',
    `volume "${volumeId}" is a directory, which has no mutable parameters: its file system has, in the cloud`,
  );

/** The volume with what the request says of it beyond the provider. */
const asAsked = (volume: Volume, { nodeSettings, contentSource }: VolumeRequest): Volume => ({
  ...volume,
  context: { ...volume.context, ...nodeSettings },
  ...(contentSource ? { contentSource } : {}),
});

const unasked: VolumeCondition = {
  abnormal: false,
  message: 'a static volume: the cloud is not asked about its file system',
};

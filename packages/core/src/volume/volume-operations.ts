import { untilAborted } from '../concurrency/abort.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import type { Capacity, CapacityRange } from '../model/capacity.js';
import type { ListedVolume } from '../model/listed-volume.js';
import type { Log } from '../model/log.js';
import type { OperationContext } from '../model/operation-context.js';
import type { VolumeCapability } from '../model/volume-capability.js';
import type { Volume, VolumeRequest } from '../model/volume-request.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import type { Snapshot } from '../provider/volume-snapshots.js';
import type { DirectoryOperations } from './directory-operations.js';
import { KeptListings } from './kept-listings.js';
import type { Page, PageRequest } from './paging.js';
import { forExpansion, forModification } from './resizer-errors.js';
import { SnapshotOperations } from './snapshot-operations.js';
import type { VolumeLimits } from './volume-limits.js';
import { VolumeRouter } from './volume-router.js';
import { WholeFileSystems } from './whole-file-systems.js';

type Settings = Readonly<Record<string, string>>;

/** Arguments of ValidateVolumeCapabilities. */
export interface CapabilitiesQuestion {
  readonly volumeId: string;
  readonly capabilities: readonly VolumeCapability[];
  /** Refusal reason of capabilities that no provider's volumes can have. */
  readonly objection?: string;
}

/** Controller operations on the volumes of one provider. */
export class VolumeOperations {
  readonly #router: VolumeRouter;
  readonly #listings: KeptListings<ListedVolume>;
  /** Absent: the provider has no snapshots. */
  readonly snapshots: SnapshotOperations | undefined;

  constructor(
    private readonly provider: ControllerProvider,
    log: Log,
    clock: Clock = systemClock,
    /** Absent: no volume is a directory. */
    private readonly directories?: DirectoryOperations,
    limits: VolumeLimits = {},
  ) {
    this.#listings = new KeptListings(({ volume }) => volume.id, clock);
    const parts = { provider, log, clock, limits, ...(directories ? { directories } : {}) };
    this.#router = new VolumeRouter(new WholeFileSystems(parts), directories);
    this.snapshots = provider.snapshots && new SnapshotOperations(provider.snapshots, this.#router, clock);
  }

  /** Optional operations that the provider supports. */
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

  /** Deleted directories whose content is not removed yet: their number, and the deletion of the oldest in milliseconds since
   *  the epoch. Undefined: no volume is a directory. */
  get trash(): DirectoryOperations['trash'] | undefined {
    return this.directories?.trash;
  }

  /** CreateVolume: the usable volume of that name, created unless it exists. */
  async create(request: VolumeRequest, context: OperationContext): Promise<Volume> {
    const { signal } = context;
    const objection = this.#objection(request.capabilities);
    if (objection) throw new DriverError('invalid-argument', objection);
    const source = await this.#snapshotOf(request, signal).catch((error: unknown) =>
      this.#withoutSource(error, request, signal),
    );
    return this.#router.kindRequestedBy(request.parameters).create(request, context, source);
  }

  /** DeleteVolume. Handles that name nothing count as deleted. */
  async delete(volumeId: string, context: OperationContext): Promise<void> {
    await this.#router.kindOf(volumeId).delete(volumeId, context);
  }

  /** ControllerExpandVolume: returns once the capacity can be used.
   *  @throws DriverError not-found, out-of-range, invalid-argument, unimplemented; none that stops external-resizer */
  async expand(volumeId: string, range: CapacityRange, { signal }: OperationContext): Promise<Capacity> {
    const kind = this.#router.kindOf(volumeId);
    return kind.expand(volumeId, range, signal).catch((error: unknown) => {
      throw forExpansion(error);
    });
  }

  /** ControllerModifyVolume: returns once the file system is as requested.
   *  @throws DriverError not-found, invalid-argument, unimplemented */
  async modify(volumeId: string, parameters: Settings, { signal }: OperationContext): Promise<void> {
    const { modification } = this.provider;
    if (!modification) throw new DriverError('unimplemented', 'this provider cannot modify volumes');
    const kind = this.#router.kindOf(volumeId);
    return kind.modify(volumeId, parameters, modification, signal).catch((error: unknown) => {
      throw forModification(error);
    });
  }

  /** ValidateVolumeCapabilities: the refusal reason, or undefined.
   *  @throws DriverError not-found */
  async objectionTo(question: CapabilitiesQuestion, context: OperationContext): Promise<string | undefined> {
    await this.get(question.volumeId, context);
    return question.objection ?? this.#objection(question.capabilities);
  }

  /** ControllerGetVolume.
   *  @throws DriverError not-found */
  async get(volumeId: string, { signal }: OperationContext): Promise<ListedVolume> {
    return this.#router.kindOf(volumeId).get(volumeId, signal);
  }

  /** ListVolumes: the usable volumes that this driver created, in the order of their handles.
   *  @throws DriverError aborted if the token is not one of this driver's */
  async list(request: PageRequest, { signal }: OperationContext): Promise<Page<ListedVolume>> {
    return this.#listings.page({ ...request, subject: 'volumes', read: () => this.#listAll(signal) });
  }

  async #listAll(signal: AbortSignal): Promise<readonly ListedVolume[]> {
    const volumes: ListedVolume[] = [];
    for (const kind of this.#router.kinds) volumes.push(...(await kind.list(signal)));
    return volumes;
  }

  /** Snapshot to create the volume from. An absent source is not-found, regardless of the handle's form; an existing
   *  volume cannot be cloned. */
  async #snapshotOf({ contentSource }: VolumeRequest, signal: AbortSignal): Promise<Snapshot | undefined> {
    if (!contentSource) return undefined;
    const { kind, id } = contentSource;
    const snapshots = kind === 'snapshot' ? this.provider.snapshots : undefined;
    const snapshot = snapshots && (await untilAborted(snapshots.find(id, signal), signal));
    if (kind === 'volume' && (await this.#router.kindOf(id).exists(id, signal))) throw unclonable(id);
    if (!snapshot) throw new DriverError('not-found', `there is no ${kind} "${id}" to create a volume from`);
    if (snapshot.state === 'ready') return snapshot;
    throw new DriverError(
      'unavailable',
      `snapshot ${id} is ${snapshot.cloudState}: it cannot be restored yet`,
    );
  }

  async #withoutSource(error: unknown, request: VolumeRequest, signal: AbortSignal): Promise<never> {
    if (!this.provider.snapshots) throw error;
    const kind = this.#router.kindRequestedBy(request.parameters);
    throw isDriverError(error, 'not-found') ? await kind.withoutSource(error, request, signal) : error;
  }

  #objection(capabilities: readonly VolumeCapability[]): string | undefined {
    for (const capability of capabilities) {
      const objection = this.provider.refusalReason?.(capability);
      if (objection) return objection;
    }
    return undefined;
  }
}

const unclonable = (volumeId: string): DriverError =>
  new DriverError(
    'invalid-argument',
    `volume_content_source: volume "${volumeId}" cannot be cloned, this driver does not advertise CLONE_VOLUME; ` +
      'create an empty volume and copy the data, or create it from a snapshot if the driver supports them',
  );

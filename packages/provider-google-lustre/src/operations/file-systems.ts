import {
  DriverError,
  isFinal,
  type Capacity,
  type CapacityRange,
  type ControllerProvider,
  type FileSystem,
  type ParentFileSystems,
  type Volume,
  type VolumeReference,
  type VolumeRequest,
} from '@lustre-csi/core';
import { isAbsent, isTaken, toDriverError } from '../api/errors.js';
import { toOperation, type LongRunningOperation, type LongRunningOperations } from '../api/long-running.js';
import type { LustreApi } from '../api/lustre-api.js';
import { lustreOperations } from '../api/lustre-operations.js';
import { formatVolumeHandle, parseVolumeHandle } from '../node/volume-handle.js';
import { smallestCapacity } from '../plan/capacity-rules.js';
import { createRequest } from '../plan/create-request.js';
import { planFor, type InstancePlan } from '../plan/plan.js';
import { scopeOf } from '../plan/to-file-system.js';
import { volumeOf } from '../plan/to-volume.js';
import { claimForCluster } from './cluster-claim.js';
import type { CreationWatch } from './creation-watch.js';
import type { DataImport } from './data-import.js';
import type { InstanceExpansion } from './expansion.js';
import { handleOf, type InstanceReader } from './instance-reader.js';
import type { InstanceModification } from './modification.js';
import { managedLustreParentFileSystems } from './parent-file-systems.js';
import type { DriverProject } from './project.js';
import type { WatchedChanges } from './watched-changes.js';

/** Parts of the provider. */
export interface ManagedLustreParts {
  readonly project: DriverProject;
  readonly reader: InstanceReader;
  readonly operations: LongRunningOperations;
  readonly creations: CreationWatch;
  readonly deletions: WatchedChanges<'deletion'>;
  readonly imports: DataImport;
  readonly expansion: InstanceExpansion;
  readonly modification: InstanceModification;
}

export interface ManagedLustreOptions {
  readonly clusterId: string;
  /** Requests servers on port 6988. */
  readonly legacyPort: boolean;
}

type CompletionStep = Awaited<ReturnType<NonNullable<ControllerProvider['complete']>>>;

/** Scope of all zones of the driver's project. */
const EVERYWHERE = '-';

/** Control plane of Managed Lustre. The id of a file system is its volume handle; its scope is the project and the
 *  region. The id of the instance follows from the volume name. */
export class ManagedLustreFileSystems implements ControllerProvider<InstancePlan> {
  readonly typicalDurations = { create: 900, delete: 600 };
  readonly hasUniqueNames = true as const;
  readonly parentFileSystems: ParentFileSystems;
  readonly expansion: InstanceExpansion;
  readonly modification: InstanceModification;

  constructor(
    private readonly api: LustreApi,
    private readonly parts: ManagedLustreParts,
    private readonly options: ManagedLustreOptions,
  ) {
    this.parentFileSystems = managedLustreParentFileSystems({ ...parts, api });
    this.expansion = parts.expansion;
    this.modification = parts.modification;
  }

  async plan(request: VolumeRequest): Promise<InstancePlan> {
    const { project } = this.parts;
    return planFor(request, { project: await project.id(), zone: () => project.zone() });
  }

  async capacityFor({ tier }: InstancePlan, range: CapacityRange): Promise<Capacity> {
    return smallestCapacity(tier, range);
  }

  listingScopes(): readonly string[] {
    return [EVERYWHERE];
  }

  async list(listingScope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const { project, reader } = this.parts;
    return listingScope === EVERYWHERE
      ? reader.listAll(await project.id(), signal)
      : reader.list(listingScope, signal);
  }

  find(reference: VolumeReference, signal: AbortSignal): Promise<FileSystem | undefined> {
    return this.parts.reader.find(reference, signal);
  }

  /**
   * Starts the creation, unless the region has an instance of the volume. The id of an instance is unique in its zone, so
   * that two replicas that pass this check together create one. A creation that has failed leaves only the record of its
   * operation: it is adopted as the outcome of this call, counted by the core, and deleted before the next one.
   */
  async create(
    plan: InstancePlan,
    capacity: Capacity,
    attempt: number,
    signal: AbortSignal,
  ): Promise<FileSystem> {
    const { project, zone, volumeName: instance } = plan;
    const id = formatVolumeHandle({ project, zone, instance });
    const doing = `cannot create instance ${id} in network ${plan.network}`;
    await this.#throwIfTaken(plan, signal);
    const failed = await this.parts.creations.earlierFailure(id, signal);
    if (failed) return this.#watch(plan, capacity, attempt, failed);
    const { clusterId, legacyPort } = this.options;
    const body = createRequest({ plan, capacity, attempt, clusterId, legacyPort });
    try {
      const input = { project, zone, instance, body };
      const answer = await this.api.call(lustreOperations.createInstance, input, signal);
      return this.#watch(plan, capacity, attempt, toOperation(answer));
    } catch (error) {
      const failure = toDriverError(error, doing, 'effect', signal);
      // Another replica may just have created it, and used the quota with it.
      if (isFinal(failure)) await this.#throwIfTaken(plan, signal, failure);
      if (isTaken(error)) throw lateCreation(id);
      throw failure;
    }
  }

  async complete(plan: InstancePlan, fileSystem: FileSystem, signal: AbortSignal): Promise<CompletionStep> {
    const { creations, imports } = this.parts;
    creations.end(fileSystem.id);
    const services = { ...this.parts, api: this.api };
    if (!(await claimForCluster(services, fileSystem, this.options.clusterId, signal))) {
      return { waitingFor: 'Google has accepted the label of the cluster and does not show it yet' };
    }
    return plan.importPath === undefined ? 'done' : imports.complete(fileSystem, plan.importPath, signal);
  }

  async delete(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    const { creations, deletions } = this.parts;
    if (fileSystem.state === 'deleting') return;
    if (fileSystem.state === 'failed' && (await creations.discard(fileSystem.id, signal))) return;
    await this.#throwIfDeletionFailed(fileSystem, signal);
    try {
      const answer = await this.api.call(lustreOperations.deleteInstance, handleOf(fileSystem.id), signal);
      deletions.remember(fileSystem, toOperation(answer), 'deletion');
    } catch (error) {
      if (isAbsent(error)) return;
      const failure = toDriverError(error, `cannot delete instance ${fileSystem.id}`, 'effect', signal);
      if (failure.kind === 'aborted' && (await this.#isGoing(fileSystem, signal))) return;
      throw failure;
    }
    creations.end(fileSystem.id);
  }

  toVolume(fileSystem: FileSystem): Volume {
    return volumeOf(fileSystem);
  }

  parseVolumeId(volumeId: string): VolumeReference | undefined {
    const handle = parseVolumeHandle(volumeId);
    return handle && { id: volumeId, listingScope: scopeOf(handle.project, handle.zone) };
  }

  /** File system of an accepted creation, as it will be listed. */
  #watch(
    plan: InstancePlan,
    capacity: Capacity,
    attempt: number,
    operation: LongRunningOperation,
  ): FileSystem {
    const { project, zone, volumeName, listingScope, attributes } = plan;
    const id = formatVolumeHandle({ project, zone, instance: volumeName });
    this.parts.creations.remember(id, operation);
    const { clusterId } = this.options;
    return {
      ...{ id, listingScope, volumeName, madeByDriver: true, capacity, attempt, attributes },
      ...(clusterId === '' ? {} : { cluster: clusterId }),
      state: 'creating',
      cloudState: 'CREATING',
      createdAt: operation.startedAt,
    };
  }

  /** @param refused error to throw where the lookup itself is refused */
  async #throwIfTaken(plan: InstancePlan, signal: AbortSignal, refused?: DriverError): Promise<void> {
    const all = await this.parts.reader.list(plan.listingScope, signal).catch((error: unknown) => {
      throw refused && isFinal(error) ? refused : error;
    });
    const existing = all.find(({ id }) => parseVolumeHandle(id)?.instance === plan.volumeName);
    if (existing) throw nameTaken(existing, plan);
  }

  /** Throws where Google accepted an earlier deletion and failed it: reported once, before the next request. */
  async #throwIfDeletionFailed(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    const outcome = await this.parts.deletions.outcomeOf(fileSystem, signal);
    if (outcome?.operation.failure === undefined) return;
    this.parts.deletions.forget(fileSystem);
    throw new DriverError(
      'unavailable',
      `Google failed to delete instance ${fileSystem.id}: ${outcome.operation.failure}. It still exists and is billed; remove ` +
        'the cause, and the deletion is retried automatically',
    );
  }

  async #isGoing(reference: VolumeReference, signal: AbortSignal): Promise<boolean> {
    const found = await this.parts.reader.read(reference, signal);
    return found === undefined || found.fileSystem.state === 'deleting';
  }
}

const lateCreation = (id: string): DriverError =>
  new DriverError(
    'aborted',
    `instance ${id} exists and is not listed yet; the call is retried automatically`,
  );

/** Error for a name that is taken after the first lookup found nothing: a replica was faster, or it has another owner. */
function nameTaken(existing: FileSystem, plan: InstancePlan): DriverError {
  return existing.volumeName === plan.volumeName
    ? new DriverError(
        'aborted',
        `instance ${existing.id} was created after the lookup (${existing.cloudState}); the call is retried automatically`,
      )
    : new DriverError(
        'already-exists',
        `instance ${existing.id} was not created for volume ${plan.volumeName} by this driver, and Google cannot rename it: ` +
          'delete that instance if it is not needed, or create the volume in another region',
      );
}

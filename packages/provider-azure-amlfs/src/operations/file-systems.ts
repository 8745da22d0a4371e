import {
  Capacity,
  DriverError,
  isFinal,
  type CapacityRange,
  type ControllerProvider,
  type ParentFileSystems,
  type FileSystem,
  type Volume,
  type VolumeReference,
  type VolumeRequest,
} from '@lustre-csi/core';
import { isRestError } from '../api/rest-error.js';
import { malformed } from '../api/answer-shape.js';
import { operationUrl } from '../api/arm-operation.js';
import { armOperations } from '../api/arm-operations.js';
import type { Arm } from '../api/arm.js';
import type { AzureConfig } from '../parameters/azure-config.js';
import { isLargeCluster, legalSizes, smallestCapacity } from '../plan/capacity-rules.js';
import { createRequest, demandOf } from '../plan/create-request.js';
import { claimForCluster } from './cluster-claim.js';
import type { DataJobCompletion } from './data-jobs.js';
import { amlParentFileSystems } from './parent-file-systems.js';
import { tagBasePath } from './base-path-tags.js';
import { isAbsent, isSubnetRefusal, toDriverError } from '../api/errors.js';
import type { AmlExpansion } from './expansion.js';
import type { FailedOperations } from '../api/failed-operations.js';
import { operationKey, type FileSystemReader } from './file-system-reader.js';
import type { AmlModification } from './modification.js';
import type { Creation } from '../plan/creation-settings.js';
import { planFor, type AmlPlan } from '../plan/plan.js';
import type { Preflight } from './preflight.js';
import type { SkuCatalogue } from '../api/skus.js';
import type { SubscriptionListing } from './subscription-listing.js';
import { volumeOf } from '../plan/to-volume.js';
import { mountSourceOf, parseVolumeHandle } from '../node/volume-handle.js';

export interface AmlFileSystemsOptions {
  readonly config: AzureConfig;
  readonly clusterId: string;
}

/** Parts of the provider. */
export interface AmlParts {
  readonly skus: SkuCatalogue;
  readonly failed: FailedOperations;
  readonly reader: FileSystemReader;
  readonly listing: SubscriptionListing;
  readonly preflight: Preflight;
  readonly jobs: DataJobCompletion;
  readonly expansion: AmlExpansion;
  readonly modification: AmlModification;
}

type CompletionStep = Awaited<ReturnType<NonNullable<ControllerProvider['complete']>>>;

/** Control plane of Azure Managed Lustre. The scope of a file system is its resource group, in lower case; its id is the
 *  name of its ARM resource, which follows from the volume name. The subscription is a scope only for listing. */
export class AmlFileSystems implements ControllerProvider<AmlPlan> {
  readonly typicalDurations = { create: 900, delete: 600 };
  readonly hasUniqueNames = true as const;
  readonly parentFileSystems: ParentFileSystems;
  readonly expansion: AmlExpansion;
  readonly modification: AmlModification;

  constructor(
    private readonly arm: Arm,
    private readonly parts: AmlParts,
    private readonly options: AmlFileSystemsOptions,
  ) {
    this.parentFileSystems = amlParentFileSystems(options.config.resourceGroup, (fileSystem, base, signal) =>
      tagBasePath({ arm, reader: parts.reader }, fileSystem, base, signal),
    );
    this.expansion = parts.expansion;
    this.modification = parts.modification;
  }

  plan(request: VolumeRequest): Promise<AmlPlan> {
    return planFor(request, this.options.config, this.parts.skus);
  }

  async capacityFor(plan: AmlPlan, range: CapacityRange): Promise<Capacity> {
    if (plan.existingVolume) return plan.existingVolume.capacity;
    const { sku } = creationOf(plan);
    // Without a SKU nothing is created.
    return sku ? smallestCapacity(sku, range) : (range.required ?? Capacity.zero);
  }

  /** Scope of the subscription: a StorageClass may name any of its resource groups. */
  listingScopes(): readonly string[] {
    return [this.parts.listing.scope];
  }

  list(listingScope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const { listing, reader } = this.parts;
    return listingScope === listing.scope ? listing.list(signal) : reader.list(listingScope, signal);
  }

  async find(reference: VolumeReference, signal: AbortSignal): Promise<FileSystem | undefined> {
    return (await this.parts.reader.find(reference, signal))?.fileSystem;
  }

  /**
   * Starts the creation. ARM has no idempotency key: a PUT creates a missing file system and changes an existing one. So
   * the driver puts nothing before a GET in the same call has shown that the name is free; the core has looked the
   * volume up before. Two replicas that pass this check together put the same body twice, which changes nothing.
   */
  async create(plan: AmlPlan, capacity: Capacity, attempt: number, signal: AbortSignal): Promise<FileSystem> {
    const creation = creationOf(plan);
    const { listingScope, resourceName: name } = plan;
    const doing =
      `cannot create file system ${name} in resource group ${creation.resourceGroup}, ` +
      `subnet ${creation.subnetId}`;
    const refused = async (error: unknown): Promise<never> => {
      const failure = refusal(toDriverError(error, doing, 'effect', signal), creation, capacity);
      if (isFinal(failure)) await this.#throwIfTaken(plan, signal, failure);
      throw failure;
    };
    await this.#throwIfTaken(plan, signal);
    await this.parts.preflight.checkCreation(demandOf(creation, capacity), signal).catch(refused);
    await this.#throwIfTaken(plan, signal);
    const address = { resourceGroup: creation.resourceGroup, name };
    const body = createRequest({ plan, creation, capacity, attempt, clusterId: this.options.clusterId });
    const answer = await this.arm
      .call(armOperations.putFileSystem, { ...address, body }, signal)
      .catch(refused);
    this.parts.failed.remember(operationKey({ listingScope, id: name }), operationUrl(answer));
    const created = this.parts.reader.read(answer.body, listingScope);
    if (created) return created;
    throw toDriverError(
      malformed(answer, 'it does not describe the new file system'),
      doing,
      'effect',
      signal,
    );
  }

  /**
   * Throws where the name is taken. An existing file system uses the quota and the addresses that a creation is checked
   * against, so that a refusal counts only where the name is free: another replica may just have put it.
   * @param refused error to throw where the lookup itself is refused
   */
  async #throwIfTaken(plan: AmlPlan, signal: AbortSignal, refused?: DriverError): Promise<void> {
    const reference = { id: plan.resourceName, listingScope: plan.listingScope };
    const existing = await this.find(reference, signal).catch((error: unknown) => {
      throw refused && isFinal(error) ? refused : error;
    });
    if (existing) throw nameTaken(existing, plan);
  }

  async complete(plan: AmlPlan, fileSystem: FileSystem, signal: AbortSignal): Promise<CompletionStep> {
    const { clusterId } = this.options;
    const services = { arm: this.arm, reader: this.parts.reader };
    const isClaimed = await claimForCluster(services, fileSystem, clusterId, signal);
    if (!isClaimed)
      return { waitingFor: 'Azure has accepted the tag of the cluster and does not show it yet' };
    return this.parts.jobs.complete(creationOf(plan), fileSystem, signal);
  }

  async delete(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    const { id, listingScope, state } = fileSystem;
    if (state === 'deleting') return;
    const doing = `cannot delete file system ${id} of resource group ${listingScope}`;
    await this.#throwIfDeletionFailed(fileSystem, signal);
    try {
      const input = { resourceGroup: listingScope, name: id };
      const answer = await this.arm.call(armOperations.deleteFileSystem, input, signal);
      this.parts.failed.remember(deletionKey(fileSystem), operationUrl(answer));
    } catch (error) {
      if (isAbsent(error)) return;
      if (isConflict(error) && (await this.#isGoing(fileSystem, signal))) return;
      throw toDriverError(error, doing, 'effect', signal);
    }
    this.parts.failed.forget(operationKey(fileSystem));
  }

  /** Throws where Azure accepted an earlier deletion and failed it: reported once, before the next request. */
  async #throwIfDeletionFailed(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    const key = deletionKey(fileSystem);
    // Without a reason, the driver sends the deletion again.
    const reason = await this.parts.failed.reasonOf(key, signal).catch((): undefined => undefined);
    if (reason === undefined) return;
    this.parts.failed.forget(key);
    throw new DriverError(
      'unavailable',
      `Azure failed to delete file system ${fileSystem.id} of resource group ${fileSystem.listingScope}: ${reason}. It still ` +
        'exists and is billed; remove the cause (locks, policies), and the deletion is retried automatically',
    );
  }

  toVolume(fileSystem: FileSystem, plan?: AmlPlan): Volume {
    return plan?.existingVolume ?? volumeOf(fileSystem, plan);
  }

  parseVolumeId(volumeId: string): VolumeReference | undefined {
    const handle = parseVolumeHandle(volumeId);
    if (!handle) return undefined;
    // Handles of this driver name the group; ownership tags protect where the configured group is a wrong guess.
    const group = handle.resourceGroup || this.options.config.resourceGroup || '';
    const reference = { id: handle.name, listingScope: group.toLowerCase() };
    const { mgsAddress, dynamic } = handle;
    // Without azure.json the group may be unknown for now, and the volume is not gone for that.
    const isUnknown = group === '' && !this.options.config.missing;
    if (dynamic)
      return isUnknown ? undefined : { ...reference, ...(mgsAddress === '' ? {} : { mgsAddress }) };
    const staticSource = mountSourceOf(handle);
    return staticSource && { ...reference, staticSource };
  }

  async #isGoing(reference: VolumeReference, signal: AbortSignal): Promise<boolean> {
    const found = await this.find(reference, signal);
    return found === undefined || found.state === 'deleting';
  }
}

/** Key of a deletion. A file system of the same name that was created later has another key. */
const deletionKey = (fileSystem: FileSystem): string =>
  `${operationKey(fileSystem)}#deletion of ${fileSystem.createdAt?.toISOString() ?? ''}`;

const isConflict = (error: unknown): boolean => isRestError(error) && error.statusCode === 409;

function creationOf(plan: AmlPlan): Creation {
  if (plan.creation) return plan.creation;
  throw new DriverError(
    'internal',
    `volume ${plan.volumeName} refers to an existing file system, so that nothing is created`,
  );
}

/** Error for a name that is taken after the first lookup found nothing: a replica was faster, or it has another owner. */
function nameTaken(existing: FileSystem, plan: AmlPlan): DriverError {
  const what = `file system ${existing.id} of resource group ${existing.listingScope}`;
  return existing.volumeName === plan.volumeName
    ? new DriverError(
        'aborted',
        `${what} was created after the lookup (${existing.cloudState}); the call is retried automatically`,
      )
    : new DriverError(
        'already-exists',
        `${what} was not created for volume ${plan.volumeName} by this driver, and Azure cannot rename it: ` +
          'delete that file system if it is not needed, or create the volume in another resource group (resource-group-name)',
      );
}

/** Explains a refusal beyond the usual maximum, for which the size is the most probable cause. */
function refusal(error: DriverError, { sku }: Creation, capacity: Capacity): DriverError {
  if (error.kind !== 'invalid-argument' || isSubnetRefusal(error.cause)) return error;
  if (!sku || !isLargeCluster(sku, capacity)) return error;
  return new DriverError(
    'out-of-range',
    `${error.message}; ${capacity.toString()} is more than ${sku.name} usually has (${legalSizes(sku)})`,
    { cause: error.cause },
  );
}

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
import { isRestError } from '@azure/core-rest-pipeline';
import type { Arm, ArmAnswer } from './arm.js';
import type { AzureConfig } from './azure-config.js';
import { isLargeCluster, legalSizes, smallestCapacity } from './capacity-rules.js';
import { createRequest, subnetCheck } from './create-request.js';
import { isAbsent, isSubnetRefusal, toDriverError } from './errors.js';
import type { FailedOperations } from './failed-operations.js';
import { planFor, type AmlPlan, type Creation } from './plan.js';
import type { SkuCatalogue } from './skus.js';
import { toFileSystem } from './to-file-system.js';
import { volumeOf } from './to-volume.js';
import { mountSourceOf, parseVolumeHandle } from './volume-handle.js';

export interface AmlFileSystemsOptions {
  readonly config: AzureConfig;
  readonly clusterId: string;
  readonly log: Log;
}

/** More pages than any resource group has: a listing that does not end is a fault of the cloud. */
const MAX_PAGES = 10_000;

/** Azure Managed Lustre's control plane. A scope is a resource group, its name in lower case; the id of a file
 *  system is the name of its ARM resource, which follows from the volume's. */
export class AmlFileSystems implements ControllerProvider<AmlPlan> {
  readonly usualSeconds = { create: 900, delete: 600 };

  constructor(
    private readonly arm: Arm,
    private readonly skus: SkuCatalogue,
    private readonly failed: FailedOperations,
    private readonly options: AmlFileSystemsOptions,
  ) {}

  async plan(request: VolumeRequest): Promise<AmlPlan> {
    try {
      return await planFor(request, this.options.config, this.skus);
    } catch (error) {
      throw toDriverError(error, 'cannot list the SKUs of Azure Managed Lustre', 'lookup');
    }
  }

  async capacityFor(plan: AmlPlan, range: CapacityRange): Promise<Capacity> {
    if (plan.existingVolume) return plan.existingVolume.capacity;
    return smallestCapacity(creationOf(plan).sku, range);
  }

  scopes(): readonly string[] {
    const { resourceGroup } = this.options.config;
    return resourceGroup === undefined ? [] : [resourceGroup.toLowerCase()];
  }

  async list(scope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const doing = `cannot list the file systems of resource group ${scope}`;
    const resources: unknown[] = [];
    try {
      let next: string | undefined = this.arm.fileSystemPath(scope);
      for (let pages = 0; next !== undefined; pages += 1) {
        if (pages >= MAX_PAGES) throw new Error(`it has more than ${MAX_PAGES} pages`);
        const page = pageOf(await this.arm.send('GET', next, signal));
        resources.push(...page.items);
        next = page.next;
      }
    } catch (error) {
      throw toDriverError(error, doing, 'lookup', signal);
    }
    const found = resources.flatMap((resource) => this.#read(resource, scope) ?? []);
    return Promise.all(found.map((fileSystem) => this.#explained(fileSystem, signal)));
  }

  async find({ id, scope }: VolumeReference, signal: AbortSignal): Promise<FileSystem | undefined> {
    const found = await this.#get(scope, id, signal);
    return found && this.#explained(found, signal);
  }

  /**
   * ARM has no idempotency key: a PUT creates what does not exist and changes what does. So nothing is put before a
   * GET has said, in the same call, that the name is free; the core has looked the volume up before. Two replicas
   * that get past this together put the same body twice, which changes nothing.
   */
  async create(plan: AmlPlan, capacity: Capacity, attempt: number, signal: AbortSignal): Promise<FileSystem> {
    const creation = creationOf(plan);
    const { scope, resourceName: name } = plan;
    const doing =
      `cannot create file system ${name} in resource group ${creation.resourceGroup}, ` +
      `subnet ${creation.subnetId}`;
    const refused = (error: unknown): never => {
      throw refusal(toDriverError(error, doing, 'effect', signal), creation, capacity);
    };
    await this.arm.checkSubnet(subnetCheck(creation, capacity), signal).catch(refused);
    const existing = await this.#get(scope, name, signal);
    if (existing) throw nameTaken(existing, plan);
    const path = this.arm.fileSystemPath(creation.resourceGroup, name);
    const body = createRequest({ plan, creation, capacity, attempt, clusterId: this.options.clusterId });
    const answer = await this.arm.send('PUT', path, signal, body).catch(refused);
    this.failed.remember(
      keyOf(scope, name),
      answer.header('azure-asyncoperation') ?? answer.header('location'),
    );
    const created = this.#read(answer.body, scope);
    if (created) return created;
    throw new DriverError('unavailable', `${doing}: Azure accepted it with an answer that cannot be read`);
  }

  async delete({ id, scope, state }: FileSystem, signal: AbortSignal): Promise<void> {
    if (state === 'deleting') return;
    const doing = `cannot delete file system ${id} of resource group ${scope}`;
    try {
      await this.arm.send('DELETE', this.arm.fileSystemPath(scope, id), signal);
    } catch (error) {
      if (isAbsent(error)) return;
      if (isConflict(error) && (await this.#isGoing(scope, id, signal))) return;
      throw toDriverError(error, doing, 'effect', signal);
    }
    this.failed.forget(keyOf(scope, id));
  }

  toVolume(fileSystem: FileSystem, plan?: AmlPlan): Volume {
    return plan?.existingVolume ?? volumeOf(fileSystem, plan);
  }

  parseVolumeId(volumeId: string): VolumeReference | undefined {
    const handle = parseVolumeHandle(volumeId);
    if (!handle) return undefined;
    // A handle of ours always names the group; the configured one is a guess that ownership tags make harmless.
    const group = handle.resourceGroup || this.options.config.resourceGroup || '';
    const reference = { id: handle.name, scope: group.toLowerCase() };
    if (handle.dynamic) return group === '' ? undefined : reference;
    const staticSource = mountSourceOf(handle);
    return staticSource && { ...reference, staticSource };
  }

  async #get(scope: string, name: string, signal: AbortSignal): Promise<FileSystem | undefined> {
    const doing = `cannot look up file system ${name} of resource group ${scope}`;
    try {
      const { body } = await this.arm.send('GET', this.arm.fileSystemPath(scope, name), signal);
      const found = this.#read(body, scope);
      if (found) return found;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw toDriverError(error, doing, 'lookup', signal);
    }
    throw new DriverError('unavailable', `${doing}: Azure answered something that cannot be read`);
  }

  async #isGoing(scope: string, name: string, signal: AbortSignal): Promise<boolean> {
    const found = await this.#get(scope, name, signal);
    return found === undefined || found.state === 'deleting';
  }

  #read(resource: unknown, scope: string): FileSystem | undefined {
    const fileSystem = toFileSystem(resource, scope, this.options.clusterId);
    if (!fileSystem) this.options.log.warn({ scope, resource }, 'left out what is no AML file system');
    return fileSystem;
  }

  /** Why a creation has failed, if it can be found out; that it has is known without it. */
  async #explained(fileSystem: FileSystem, signal: AbortSignal): Promise<FileSystem> {
    if (fileSystem.state !== 'failed') return fileSystem;
    try {
      const reason = await this.failed.reasonOf(keyOf(fileSystem.scope, fileSystem.id), signal);
      return reason === undefined ? fileSystem : { ...fileSystem, stateDetail: reason };
    } catch (error) {
      this.options.log.warn({ fileSystem: fileSystem.id, error }, 'cannot find out why the creation failed');
      return fileSystem;
    }
  }
}

const keyOf = (scope: string, name: string): string => `${scope}/${name.toLowerCase()}`;

const isConflict = (error: unknown): boolean => isRestError(error) && error.statusCode === 409;

/** A page of a listing. One that does not look like it must not pass for an empty one. */
function pageOf({ body }: ArmAnswer): { readonly items: readonly unknown[]; readonly next?: string } {
  const { value, nextLink } = (body ?? {}) as { value?: unknown; nextLink?: unknown };
  if (!Array.isArray(value)) throw new Error('Azure answered something that is no listing');
  return { items: value, ...(typeof nextLink === 'string' && nextLink !== '' ? { next: nextLink } : {}) };
}

function creationOf(plan: AmlPlan): Creation {
  if (plan.creation) return plan.creation;
  throw new DriverError('internal', `volume ${plan.volumeName} points at a file system that exists already`);
}

/** The name is taken though the lookup had found nothing: a replica was faster, or somebody else owns it. */
function nameTaken(existing: FileSystem, plan: AmlPlan): DriverError {
  const what = `file system ${existing.id} of resource group ${existing.scope}`;
  return existing.volumeName === plan.volumeName
    ? new DriverError('aborted', `${what} has appeared since it was looked up (${existing.cloudState})`)
    : new DriverError(
        'already-exists',
        `${what} was not created for volume ${plan.volumeName} by this driver: rename or delete it`,
      );
}

/** What Azure refuses beyond the usual maximum, it most probably refuses for its size. */
function refusal(error: DriverError, { sku }: Creation, capacity: Capacity): DriverError {
  if (error.kind !== 'invalid-argument' || isSubnetRefusal(error.cause)) return error;
  if (!isLargeCluster(sku, capacity)) return error;
  return new DriverError(
    'out-of-range',
    `${error.message}; ${capacity.toString()} is more than ${sku.name} usually has (${legalSizes(sku)})`,
    { cause: error.cause },
  );
}

import {
  DriverError,
  type Capacity,
  type CapacityRange,
  type ControllerProvider,
  type FileSystem,
  type ParentFileSystems,
  type Volume,
  type VolumeReference,
  type VolumeRequest,
} from '@lustre-csi/core';
import type { AvailabilityDomains } from '../api/availability-domains.js';
import { toDriverError } from '../api/errors.js';
import type { OciApi } from '../api/oci-api.js';
import { isOldToken } from '../api/oci-error.js';
import { ociOperations } from '../api/oci-operations.js';
import { parseVolumeHandle } from '../node/volume-handle.js';
import { smallestCapacity } from '../plan/capacity-rules.js';
import { createRequest, retryToken } from '../plan/create-request.js';
import { planFor, type LustrePlan } from '../plan/plan.js';
import { volumeOf } from '../plan/to-volume.js';
import type { BasePathTags } from './base-path-tags.js';
import type { LustreDeletion } from './deletion.js';
import type { LustreExpansion } from './expansion.js';
import type { FileSystemReader } from './file-system-reader.js';
import type { LustreModification } from './modification.js';
import { lustreParentFileSystems } from './parent-file-systems.js';

/** Parts of the provider. */
export interface LustreParts {
  readonly api: Pick<OciApi, 'call'>;
  readonly reader: FileSystemReader;
  readonly domains: AvailabilityDomains;
  readonly deletion: LustreDeletion;
  readonly expansion: LustreExpansion;
  readonly modification: LustreModification;
  readonly basePaths: BasePathTags;
}

type CompletionStep = Awaited<ReturnType<NonNullable<ControllerProvider['complete']>>>;

/** The controller's port to OCI File Storage with Lustre. The scope of a file system is its compartment. */
export class LustreFileSystems implements ControllerProvider<LustrePlan> {
  readonly typicalDurations = { create: 900, delete: 600 };
  readonly parentFileSystems: ParentFileSystems;
  readonly expansion: LustreExpansion;
  readonly modification: LustreModification;

  constructor(
    private readonly parts: LustreParts,
    private readonly options: { readonly compartmentIds: readonly string[]; readonly clusterId: string },
  ) {
    this.expansion = parts.expansion;
    this.modification = parts.modification;
    this.parentFileSystems = lustreParentFileSystems(this.#defaultScope, (fileSystem, base, signal) =>
      parts.basePaths.note(fileSystem, base, signal),
    );
  }

  /** Scope of handles and of StorageClasses that name no compartment; empty: that of the instance. */
  get #defaultScope(): string {
    return this.options.compartmentIds[0] ?? '';
  }

  async plan(request: VolumeRequest): Promise<LustrePlan> {
    const plan = planFor(request, this.#defaultScope);
    const compartmentId = await this.parts.reader.compartmentOf(plan.listingScope);
    if (compartmentId === plan.listingScope) return plan;
    return { ...plan, listingScope: compartmentId, creation: { ...plan.creation, compartmentId } };
  }

  async capacityFor(_plan: LustrePlan, range: CapacityRange): Promise<Capacity> {
    return smallestCapacity(range);
  }

  listingScopes(): readonly string[] {
    const known = this.parts.reader.compartmentIds;
    return known.length > 0 ? known : [this.#defaultScope];
  }

  list(listingScope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    return this.parts.reader.list(listingScope, signal);
  }

  async find(reference: VolumeReference, signal: AbortSignal): Promise<FileSystem | undefined> {
    return (await this.parts.reader.find(reference, signal))?.fileSystem;
  }

  /** Starts the creation. Where OCI knows the retry token of the attempt, it answers with the file system of the first
   *  request, in its present state, which the caller checks. It may also reject the token of one that was deleted: that counts
   *  as a file system that is over, so that the caller takes the next attempt. */
  async create(
    plan: LustrePlan,
    capacity: Capacity,
    attempt: number,
    signal: AbortSignal,
  ): Promise<FileSystem> {
    const { volumeName, creation } = plan;
    const { clusterId } = this.options;
    const { compartmentId } = creation;
    const doing = `cannot create a file system for volume ${volumeName} in compartment ${compartmentId}`;
    const domain = await this.parts.domains.fullName(creation.availabilityDomain, compartmentId, signal);
    const ownership = { volumeName, attempt, clusterId };
    const body = createRequest({ ...ownership, creation, availabilityDomain: domain, capacity });
    const headers = { 'opc-retry-token': retryToken(body) };
    try {
      const answer = await this.parts.api.call(ociOperations.createFileSystem, { headers, body }, signal);
      return this.parts.reader.read(answer.body);
    } catch (error) {
      if (isOldToken(error)) return { ...overBefore, listingScope: compartmentId, capacity, attempt };
      throw toDriverError(error, doing, 'effect', signal);
    }
  }

  /** A file system that has failed after it was usable is not completed, so that no pod gets it unnoticed. */
  async complete(_plan: LustrePlan, { id, cloudState, stateDetail }: FileSystem): Promise<CompletionStep> {
    if (cloudState !== 'FAILED') return 'done';
    throw new DriverError(
      'unavailable',
      `file system ${id} is FAILED (${stateDetail ?? 'OCI gives no reason'}), and may have been in use before: the driver ` +
        'does not delete it automatically. Check it; if its data is not needed, delete it, and the volume is recreated',
    );
  }

  async delete(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    if (fileSystem.state !== 'deleting') await this.parts.deletion.start(fileSystem, signal);
  }

  toVolume(fileSystem: FileSystem, plan?: LustrePlan): Volume {
    return volumeOf(fileSystem, plan);
  }

  parseVolumeId(volumeId: string): VolumeReference | undefined {
    const handle = parseVolumeHandle(volumeId);
    if (!handle) return undefined;
    const { fileSystemId, source } = handle;
    if (fileSystemId !== undefined) return { id: fileSystemId, listingScope: this.#defaultScope };
    return source && { id: volumeId, listingScope: '', staticSource: source };
  }
}

/** File system of an earlier request, which is over. */
const overBefore = { id: '', state: 'deleting', cloudState: 'DELETED', attributes: {} } as const;

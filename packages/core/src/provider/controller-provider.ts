import type { VolumeReference } from '../model/volume-reference.js';
import type { DriverError } from '../errors/driver-error.js';
import type { Capacity, CapacityRange } from '../model/capacity.js';
import type { FileSystem } from '../model/file-system.js';
import type { VolumeCapability } from '../model/volume-capability.js';
import type { Volume, VolumeRequest } from '../model/volume-request.js';
import type { ParentFileSystems } from './parent-file-systems.js';
import type { VolumeExpansion } from './volume-expansion.js';
import type { VolumeModification } from './volume-modification.js';
import type { Snapshot, VolumeSnapshots } from './volume-snapshots.js';

/** Provider's reading of a request: everything that creating the file system needs, except its capacity. */
export interface FileSystemPlan {
  readonly volumeName: string;
  /** Scope whose listing would show the file system if it existed. */
  readonly listingScope: string;
  /** Attributes that an existing file system of that name must have been created with to be the requested one:
   *  compared with `FileSystem.attributes`. An attribute that either side does not report is not compared. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Facts that the user should know though they are no errors (such as a default that he may not expect), in words:
   *  reported with the progress of the creation. */
  readonly warnings?: readonly string[];
  /** Refusal reason for creating it, found by a lookup (such as no subnet in an allowed zone): it matters only if
   *  nothing exists under the name. `plan` throws for errors in the request itself. */
  readonly refusal?: DriverError;
  /** Set where the parameters name a file system that exists already (a StorageClass for static volumes): nothing is
   *  created, the volume is this one. */
  readonly existingVolume?: Volume;
}

/**
 * The controller's port to one cloud. It reports what exists and starts what it is ordered to start; the rules of CSI
 * (idempotency, adoption, waiting, permission to delete) are core's, once for all providers.
 *
 * Every method translates the cloud's errors into `DriverError`s: quota `resource-exhausted`, refused input
 * `invalid-argument`, missing rights `permission-denied`, another operation in the way `aborted`, and `unavailable` if
 * the call may or may not have had its effect (throttling, 5xx, cut connections, expired credentials). The message
 * carries the cloud's own code and request id. The contract is executable: `providerContract` of
 * `@lustre-csi/core/testing`.
 */
export interface ControllerProvider<Plan extends FileSystemPlan = FileSystemPlan> {
  /** Seconds from the creation's start in which the cloud usually needs to make a file system usable; and to delete
   *  one. Only the pace of looking depends on it. */
  readonly typicalDurations: { readonly create: number; readonly delete: number };

  /** True where the cloud has at most one file system of a name, and that name follows from the volume name: there a
   *  failed creation is deleted before it is repeated. Elsewhere the failed file system stays until its successor
   *  exists, so that every process reads the number of the attempt from the cloud. */
  readonly hasUniqueNames?: true;

  /** Reads the request's parameters, mutable ones included. Pure but for lookups that the provider caches: creates
   *  and changes nothing. `source` is the snapshot to restore, which exists.
   *  @throws DriverError invalid-argument naming the parameter */
  plan(request: VolumeRequest, source?: Snapshot): Promise<Plan>;

  /** The capacity that the cloud would create: the smallest legal one within the range.
   *  @throws DriverError out-of-range naming the legal sizes */
  capacityFor(plan: Plan, range: CapacityRange): Promise<Capacity>;

  /** Every Lustre file system of the scope, the driver's or not, in any state. Complete, or it throws: a partial
   *  listing must never be mistaken for "not found". Resources that cannot be read as a Lustre file system are left
   *  out. */
  list(scope: string, signal: AbortSignal): Promise<readonly FileSystem[]>;

  /** The scopes in which this driver may have created file systems, as far as it can know without a request. */
  listingScopes(): readonly string[];

  /** One file system, or undefined if the cloud says that it does not exist. */
  find(reference: VolumeReference, signal: AbortSignal): Promise<FileSystem | undefined>;

  /** Starts the creation and answers as soon as the cloud has accepted it, with the cloud's idempotency key derived
   *  from the volume name and the attempt. The file system carries the volume name and the attempt in its tags.
   *  @param attempt one more than that of the failed file systems that the cloud shows under the name; always 1 with
   *  `hasUniqueNames` */
  create(plan: Plan, capacity: Capacity, attempt: number, signal: AbortSignal): Promise<FileSystem>;

  /** Completes what belongs to the volume beside its file system, once that is usable (data repository associations,
   *  import jobs): looks at what exists, starts what is missing. Called again until it is done; it has no memory. */
  complete?(plan: Plan, fileSystem: FileSystem, signal: AbortSignal): Promise<CompletionStep>;

  /** Refusal reason for taking a file system that carries the volume's name for the volume: evidence that a person has
   *  copied the name. Undefined: nothing speaks against it. */
  contradiction?(plan: Plan, fileSystem: FileSystem): string | undefined;

  /** Starts the deletion. It is not an error if the file system is already going or gone. */
  delete(fileSystem: FileSystem, signal: AbortSignal): Promise<void>;

  /** The volume that a file system is: its handle and all that a node needs. The plan is absent where the volume is
   *  only known by its file system (ListVolumes). */
  toVolume(fileSystem: FileSystem, plan?: Plan): Volume;

  /** Reads a volume handle. Undefined: no handle that this driver could have given out.
   *  Handles that administrators write for static volumes are not to be refused, only not understood. */
  parseVolumeId(volumeId: string): VolumeReference | undefined;

  /** Refusal reason for using volumes this way, or undefined. */
  refusalReason?(capability: VolumeCapability): string | undefined;

  /** Optional abilities of the provider. Core advertises exactly those that are present. */
  readonly expansion?: VolumeExpansion;
  readonly modification?: VolumeModification;
  readonly snapshots?: VolumeSnapshots;
  /** Names and mounts file systems in which volumes are directories. Core creates, lists and expands these volumes. */
  readonly parentFileSystems?: ParentFileSystems;
}

/** Progress of a volume's completion: done, or what it waits for, in words. */
export type CompletionStep = 'done' | { readonly waitingFor: string };

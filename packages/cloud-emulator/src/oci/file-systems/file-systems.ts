import type { World } from '../../world/world.js';
import {
  incorrectState,
  invalidParameter,
  limitExceeded,
  noEtagMatch,
  notAuthorizedOrNotFound,
} from '../protocol/oci-error.js';
import { newOcid } from '../protocol/ocid.js';
import type { OciSeed } from '../seed.js';
import type { WorkRequest, WorkRequestError, WorkRequests } from '../work-requests/work-requests.js';
import { checkChange, checkCreation } from './file-system-rules.js';
import { etagOf, lustreVersion, type LifecycleState, type OciFileSystem } from './file-system.js';
import type { ChangeableSettings, RequestedFileSystem } from './requested-file-system.js';

/** Accepted change with the work request that carries it out. */
export interface Accepted {
  readonly fileSystem: OciFileSystem;
  readonly work: WorkRequest;
}

export interface FileSystemsOptions {
  readonly seed: OciSeed;
  /** Number of file systems that the tenancy may have. */
  readonly limit: number;
  /** Seconds for which a deleted file system is still shown. */
  readonly deletedSeconds: number;
}

const GB = 10n ** 9n;

/** The file systems of the tenancy and what happens to them over time. */
export class OciFileSystems {
  readonly #all = new Map<string, OciFileSystem>();
  #sequence = 0;

  constructor(
    private readonly world: World,
    private readonly works: WorkRequests,
    private readonly options: FileSystemsOptions,
  ) {}

  list(): readonly OciFileSystem[] {
    return [...this.#all.values()];
  }

  find(id: string): OciFileSystem | undefined {
    return this.#all.get(id);
  }

  /** @throws OciError 404 */
  get(id: string): OciFileSystem {
    const fileSystem = this.#all.get(id);
    if (!fileSystem) throw notAuthorizedOrNotFound();
    return fileSystem;
  }

  /** Creates a file system. Several may have one display name. @throws OciError of validation and limits */
  create(spec: RequestedFileSystem): Accepted {
    const { seed, limit } = this.options;
    checkCreation(spec, seed);
    const live = this.list().filter(({ lifecycleState }) => lifecycleState !== 'DELETED');
    if (live.length >= limit) throw limitExceeded('max-lustre-file-system-count', limit);
    const now = this.world.now();
    const fileSystem: OciFileSystem = {
      sequence: (this.#sequence += 1),
      id: newOcid('lustrefilesystem', seed.regionKey),
      address: this.#address(spec.subnetId),
      spec,
      createdAt: now,
      updatedAt: now,
      lifecycleState: 'CREATING',
      version: 1,
      usable: false,
    };
    this.#all.set(fileSystem.id, fileSystem);
    const failure = this.#failureOf('CreateLustreFileSystem');
    const { createSeconds } = this.world.durations;
    const work = this.#begin(fileSystem, 'CREATE_LUSTRE_FILE_SYSTEM', createSeconds, () => {
      if (failure) return this.#fail(fileSystem, failure);
      fileSystem.usable = true;
      this.#become(fileSystem, 'ACTIVE');
      this.#publish(fileSystem);
      return undefined;
    });
    return { fileSystem, work };
  }

  /** Changes settings; a change that fails leaves them as they were.
   *  @throws OciError 409 while other work is in progress, 412 for a version that is over */
  update(id: string, change: Partial<ChangeableSettings>, ifMatch: string | undefined): Accepted {
    const fileSystem = this.get(id);
    checkEtag(fileSystem, ifMatch);
    if (fileSystem.lifecycleState !== 'ACTIVE') throw busy(fileSystem);
    checkChange(change, this.options.seed);
    const { capacityInGBs = fileSystem.spec.capacityInGBs } = change;
    if (capacityInGBs < fileSystem.spec.capacityInGBs)
      throw invalidParameter('capacityInGBs cannot be decreased');
    const failure = this.#failureOf('UpdateLustreFileSystem');
    this.#become(fileSystem, 'UPDATING');
    const { updateSeconds } = this.world.durations;
    const work = this.#begin(fileSystem, 'UPDATE_LUSTRE_FILE_SYSTEM', updateSeconds, () => {
      if (!failure) fileSystem.spec = { ...fileSystem.spec, ...change };
      this.#become(fileSystem, 'ACTIVE');
      if (!failure) this.#publish(fileSystem);
      return failure;
    });
    return { fileSystem, work };
  }

  /** Deletes a file system; clients lose it at once.
   *  @throws OciError 409 while other work is in progress, 412 for a version that is over */
  delete(id: string, ifMatch: string | undefined): Accepted {
    const fileSystem = this.get(id);
    checkEtag(fileSystem, ifMatch);
    const { lifecycleState } = fileSystem;
    if (lifecycleState === 'DELETED') throw notAuthorizedOrNotFound();
    if (!/^(ACTIVE|INACTIVE|FAILED)$/.test(lifecycleState)) throw busy(fileSystem);
    const failure = this.#failureOf('DeleteLustreFileSystem');
    if (!failure) this.world.lustre.withdraw(id);
    this.#become(fileSystem, 'DELETING');
    const work = this.#begin(
      fileSystem,
      'DELETE_LUSTRE_FILE_SYSTEM',
      this.world.durations.deleteSeconds,
      () => {
        if (failure) {
          this.#become(fileSystem, lifecycleState);
          return failure;
        }
        this.#become(fileSystem, 'DELETED');
        this.world.after(this.options.deletedSeconds, () => this.#all.delete(id));
        return undefined;
      },
    );
    return { fileSystem, work };
  }

  #begin(
    { id, spec }: OciFileSystem,
    operationType: WorkRequest['operationType'],
    seconds: number,
    finish: () => WorkRequestError | undefined,
  ): WorkRequest {
    const subject = { operationType, compartmentId: spec.compartmentId, fileSystemId: id };
    return this.works.begin(subject, seconds, finish).work;
  }

  #become(fileSystem: OciFileSystem, state: LifecycleState): void {
    fileSystem.lifecycleState = state;
    fileSystem.updatedAt = this.world.now();
    fileSystem.version += 1;
  }

  #fail(fileSystem: OciFileSystem, failure: WorkRequestError): WorkRequestError {
    fileSystem.lifecycleDetails = `The file system could not be created: ${failure.code}`;
    this.#become(fileSystem, 'FAILED');
    return failure;
  }

  #failureOf(operation: string): WorkRequestError | undefined {
    const fault = this.world.faults.takeFailure('oci', operation);
    if (!fault) return undefined;
    const message = fault.message ?? 'The operation failed because of an internal error.';
    return { code: fault.code ?? 'InternalServerError', message };
  }

  #publish({ id, address, spec }: OciFileSystem): void {
    this.world.lustre.publish({
      id,
      mgsAddresses: [address],
      dnsNames: [],
      fsname: spec.fileSystemName,
      capacityBytes: BigInt(spec.capacityInGBs) * GB,
      version: lustreVersion,
    });
  }

  /** Address in the subnet, which no other file system has had. The first of a subnet are OCI's own. */
  #address(subnetId: string): string {
    const cidr = this.options.seed.subnets.find(({ id }) => id === subnetId)?.cidr ?? '';
    const [first, second] = cidr.split('.');
    const index = this.#sequence + 1;
    return `${first}.${second}.${Math.floor(index / 256) % 256}.${index % 256}`;
  }
}

function checkEtag(fileSystem: OciFileSystem, ifMatch: string | undefined): void {
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(fileSystem)) throw noEtagMatch();
}

const busy = ({ id, lifecycleState }: OciFileSystem): Error =>
  incorrectState(
    `LustreFileSystem ${id} is in state ${lifecycleState}, in which the operation is not possible.`,
  );

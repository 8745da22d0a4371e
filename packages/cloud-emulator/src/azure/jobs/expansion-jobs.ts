import type { World } from '../../world/world.js';
import { conflict, invalidParameter, propertyChangeNotAllowed, resourceNotFound } from '../arm/arm-error.js';
import { sameName } from '../arm/arm-id.js';
import type { AscOperation, AscOperations, OperationFailure } from '../arm/asc-operations.js';
import { checkName } from '../file-systems/file-system-rules.js';
import type { FileSystem } from '../file-systems/file-system.js';
import { busy, subnetIsFull, type FileSystems } from '../file-systems/file-systems.js';
import { requiredAddresses } from '../network/subnet-addresses.js';
import type { VirtualNetworks } from '../network/virtual-networks.js';
import { renderExpansionJob, type ExpansionJob, type ExpansionState } from './expansion-job.js';

/** What a caller asks an expansion to be. */
export interface ExpansionWish {
  readonly name: string;
  readonly newCapacityTiB: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface AcceptedJob {
  readonly job: ExpansionJob;
  readonly operation: AscOperation;
}

/** Expansion jobs of all file systems. The service does not say how many may run at once: here one per file system. The
 * long-running operation of the PUT lasts as long as the expansion. */
export class ExpansionJobs {
  #jobs: readonly ExpansionJob[] = [];
  #sequence = 0;

  constructor(
    private readonly world: World,
    private readonly networks: VirtualNetworks,
    private readonly operations: AscOperations,
    private readonly fileSystems: FileSystems,
  ) {
    fileSystems.onDeletion((fileSystem) => this.#forgetAll(fileSystem));
  }

  /** In order of creation, those of one file system or all. */
  list(fileSystem?: FileSystem): readonly ExpansionJob[] {
    return fileSystem ? this.#jobs.filter((job) => job.fileSystem === fileSystem) : this.#jobs;
  }

  find(fileSystem: FileSystem, name: string): ExpansionJob | undefined {
    return this.list(fileSystem).find((job) => sameName(job.name, name));
  }

  /** @throws ArmError ResourceNotFound */
  get(fileSystem: FileSystem, name: string): ExpansionJob {
    const job = this.find(fileSystem, name);
    if (job) return job;
    const type = `Microsoft.StorageCache/amlFilesystems/${fileSystem.name}/expansionJobs`;
    throw resourceNotFound(type, name, fileSystem.resourceGroup);
  }

  /** PUT of a name that is free. @throws ArmError of validation, of the subnet, and while something else is under way */
  create(fileSystem: FileSystem, wish: ExpansionWish): AcceptedJob {
    checkName(wish.name);
    if (fileSystem.provisioningState !== 'Succeeded') throw busy(fileSystem);
    if (fileSystem.expanding) {
      throw conflict(`The amlFilesystem '${fileSystem.name}' has an expansion job in progress.`);
    }
    checkNewCapacity(fileSystem, wish.newCapacityTiB);
    const job: ExpansionJob = {
      ...wish,
      sequence: (this.#sequence += 1),
      id: `${fileSystem.id}/expansionJobs/${wish.name}`,
      fileSystem,
      addresses: this.#takeAddresses(fileSystem, wish.newCapacityTiB),
      startedAt: this.world.now(),
      seconds: this.world.durations.updateSeconds,
      state: 'InProgress',
    };
    this.#jobs = [...this.#jobs, job];
    fileSystem.expanding = true;
    return { job, operation: this.#beginExpansion(job) };
  }

  /** PUT of a name that exists. @throws ArmError where it asks for another size */
  replace(job: ExpansionJob, wish: ExpansionWish): void {
    if (job.newCapacityTiB !== wish.newCapacityTiB) {
      throw propertyChangeNotAllowed('properties.newStorageCapacityTiB');
    }
    if (job.state === 'Deleting' || job.state === 'RollingBack') {
      throw conflict(`The expansion job '${job.name}' is in state ${job.state}.`);
    }
  }

  /** DELETE of one that exists: an expansion that has not ended is rolled back. */
  delete(job: ExpansionJob): AcceptedJob {
    const { underWay, state } = job;
    if (underWay && state !== 'InProgress') return { job, operation: underWay.operation };
    if (underWay) this.#callOff(job);
    const operation = this.#begin(
      job,
      state === 'InProgress' ? 'RollingBack' : 'Deleting',
      this.world.durations.deleteSeconds,
      () => {
        if (state === 'InProgress') this.#giveUp(job);
        this.#jobs = this.#jobs.filter((other) => other !== job);
        return undefined;
      },
    );
    return { job, operation };
  }

  #beginExpansion(job: ExpansionJob): AscOperation {
    const fault = this.world.faults.take(
      { cloud: 'azure', operation: 'expansionJobs.createOrUpdate' },
      ({ kind }) => kind === 'fail-creation',
    );
    const failure = fault && {
      code: fault.code ?? 'InternalExecutionError',
      message: fault.message ?? 'The expansion failed because of an internal error.',
    };
    return this.#begin(job, 'InProgress', job.seconds, () => {
      job.completedAt = this.world.now();
      job.state = failure ? 'Failed' : 'Completed';
      if (failure) {
        job.failure = failure;
        this.#giveUp(job);
        return failure;
      }
      job.fileSystem.expanding = false;
      job.fileSystem.addresses = [...job.fileSystem.addresses, ...job.addresses];
      this.fileSystems.grow(job.fileSystem, job.newCapacityTiB);
      return undefined;
    });
  }

  #begin(
    job: ExpansionJob,
    state: ExpansionState,
    seconds: number,
    end: () => OperationFailure | undefined,
  ): AscOperation {
    job.state = state;
    const operation = this.operations.begin({
      location: job.fileSystem.spec.location,
      resourceId: job.id,
      resource: () => (this.#jobs.includes(job) ? renderExpansionJob(job, this.world.now()) : undefined),
    });
    const callOff = this.world.after(seconds, () => {
      delete job.underWay;
      const failure = end();
      this.operations.end(operation, failure ? 'Failed' : 'Succeeded', failure);
    });
    job.underWay = { operation, callOff };
    return operation;
  }

  #callOff(job: ExpansionJob): void {
    job.underWay?.callOff();
    if (job.underWay) this.operations.end(job.underWay.operation, 'Canceled');
    delete job.underWay;
  }

  /** The file system stays as large as it was. */
  #giveUp(job: ExpansionJob): void {
    job.fileSystem.expanding = false;
    this.networks.findSubnet(job.fileSystem.spec.subnetId)?.addresses.release(job.addresses);
  }

  #forgetAll(fileSystem: FileSystem): void {
    for (const job of this.list(fileSystem)) {
      if (job.state === 'InProgress' || job.state === 'RollingBack') this.#giveUp(job);
      this.#callOff(job);
    }
    this.#jobs = this.#jobs.filter((job) => job.fileSystem !== fileSystem);
  }

  #takeAddresses(fileSystem: FileSystem, newCapacityTiB: number): readonly string[] {
    const { stepTiB } = fileSystem.sku;
    const more =
      requiredAddresses(newCapacityTiB, stepTiB) - requiredAddresses(fileSystem.currentCapacityTiB, stepTiB);
    const subnet = this.networks.findSubnet(fileSystem.spec.subnetId);
    const addresses = subnet?.addresses.take(more);
    if (subnet && !addresses) throw subnetIsFull(subnet, more);
    return addresses ?? [];
  }
}

function checkNewCapacity({ sku, currentCapacityTiB }: FileSystem, newCapacityTiB: number): void {
  const target = 'properties.newStorageCapacityTiB';
  if (newCapacityTiB % sku.stepTiB !== 0 || newCapacityTiB <= currentCapacityTiB) {
    throw invalidParameter(
      target,
      `newStorageCapacityTiB ${newCapacityTiB} must be a multiple of the Sku step size ${sku.stepTiB}, and greater ` +
        `than the current storage capacity ${currentCapacityTiB}.`,
    );
  }
  if (newCapacityTiB > sku.maximumTiB) {
    throw invalidParameter(target, `The storage capacity of ${sku.name} is at most ${sku.maximumTiB} TiB.`);
  }
}

import type { World } from '../../world/world.js';
import { conflict, invalidParameter, propertyChangeNotAllowed } from '../arm/arm-error.js';
import type { AscOperation, AscOperations, OperationFailure } from '../arm/asc-operations.js';
import { checkName } from '../file-systems/file-system-rules.js';
import type { FileSystem } from '../file-systems/file-system.js';
import { busy, subnetIsFull, type FileSystems } from '../file-systems/file-systems.js';
import { requiredAddresses } from '../network/subnet-addresses.js';
import type { VirtualNetworks } from '../network/virtual-networks.js';
import { renderExpansionJob, type ExpansionJob, type ExpansionState } from './expansion-job.js';
import { FileSystemJobs } from './file-system-jobs.js';

/** Expansion as the body of a PUT describes it. */
export interface RequestedExpansion {
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
export class ExpansionJobs extends FileSystemJobs<ExpansionJob> {
  constructor(
    private readonly world: World,
    private readonly networks: VirtualNetworks,
    operations: AscOperations,
    private readonly fileSystems: FileSystems,
  ) {
    super('expansionJobs', operations, fileSystems);
  }

  override render(job: ExpansionJob): unknown {
    return renderExpansionJob(job, this.world.now());
  }

  /**
   * Creates a job: PUT of a name that is free.
   * @throws ArmError of validation, of the subnet, and while another operation is under way
   */
  create(fileSystem: FileSystem, requested: RequestedExpansion): AcceptedJob {
    checkName(requested.name);
    if (fileSystem.provisioningState !== 'Succeeded') throw busy(fileSystem);
    if (fileSystem.expanding) {
      throw conflict(`The amlFilesystem '${fileSystem.name}' has an expansion job in progress.`);
    }
    checkNewCapacity(fileSystem, requested.newCapacityTiB);
    const job: ExpansionJob = {
      ...requested,
      ...this.identity(fileSystem, requested.name),
      addresses: this.#takeAddresses(fileSystem, requested.newCapacityTiB),
      startedAt: this.world.now(),
      seconds: this.world.durations.updateSeconds,
      state: 'InProgress',
    };
    this.add(job);
    fileSystem.expanding = true;
    return { job, operation: this.#beginExpansion(job) };
  }

  /** Answers a PUT of a name that exists. @throws ArmError where it requests another size */
  replace(job: ExpansionJob, requested: RequestedExpansion): void {
    if (job.newCapacityTiB !== requested.newCapacityTiB) {
      throw propertyChangeNotAllowed('properties.newStorageCapacityTiB');
    }
    if (job.state === 'Deleting' || job.state === 'RollingBack') {
      throw conflict(`The expansion job '${job.name}' is in state ${job.state}.`);
    }
  }

  /** Deletes a job that exists: an expansion that has not ended is rolled back. */
  override delete(job: ExpansionJob): AcceptedJob {
    const { running, state } = job;
    if (running && state !== 'InProgress') return { job, operation: running.operation };
    this.cancel(job);
    const rollsBack = state === 'InProgress';
    const { deleteSeconds } = this.world.durations;
    const operation = this.#begin(job, rollsBack ? 'RollingBack' : 'Deleting', deleteSeconds, () => {
      if (rollsBack) this.#giveUp(job);
      this.forget(job);
    });
    return { job, operation };
  }

  protected override abandon(job: ExpansionJob): void {
    if (job.state === 'InProgress' || job.state === 'RollingBack') this.#giveUp(job);
  }

  #beginExpansion(job: ExpansionJob): AscOperation {
    const failure = this.operations.failureOf('expansionJobs.createOrUpdate', {
      code: 'InternalExecutionError',
      message: 'The expansion failed because of an internal error.',
    });
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
    effect: () => OperationFailure | undefined | void,
  ): AscOperation {
    job.state = state;
    return this.run(job, seconds, effect);
  }

  /** Ends an expansion without effect: the file system keeps its size. */
  #giveUp(job: ExpansionJob): void {
    job.fileSystem.expanding = false;
    this.networks.findSubnet(job.fileSystem.spec.subnetId)?.addresses.release(job.addresses);
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

import type { World } from '../../world/world.js';
import { ArmError, conflict, propertyChangeNotAllowed, resourceNotFound } from '../arm/arm-error.js';
import { sameName } from '../arm/arm-id.js';
import type { AscOperation, AscOperations, OperationFailure } from '../arm/asc-operations.js';
import { checkName, sameJson } from '../file-systems/file-system-rules.js';
import type { FileSystem, ProvisioningState } from '../file-systems/file-system.js';
import { busy, type FileSystems } from '../file-systems/file-systems.js';
import type { BlobJobKind } from './blob-job-kind.js';
import { renderBlobJob, type BlobJob } from './blob-job.js';
import type { RequestedBlobJob } from './requested-blob-job.js';

/** A change that was accepted; `operation` is absent where it is done already. */
export interface AcceptedBlobJob {
  readonly job: BlobJob;
  readonly operation?: AscOperation;
}

/**
 * The import, auto import or auto export jobs of all file systems. Jobs need a file system with a blob container. The
 * service does not say how many may work at once, nor how long its long-running operations take: here one of each kind
 * per file system, and an operation takes `updateSeconds`; an import is completed as long again after it.
 */
export class BlobJobs {
  #jobs: readonly BlobJob[] = [];
  #sequence = 0;

  constructor(
    readonly kind: BlobJobKind,
    private readonly world: World,
    private readonly operations: AscOperations,
    fileSystems: FileSystems,
  ) {
    fileSystems.onDeletion((fileSystem) => {
      for (const job of this.list(fileSystem)) this.#callOff(job);
      this.#jobs = this.#jobs.filter((job) => job.fileSystem !== fileSystem);
    });
  }

  /** In order of creation, those of one file system or all. */
  list(fileSystem?: FileSystem): readonly BlobJob[] {
    return fileSystem ? this.#jobs.filter((job) => job.fileSystem === fileSystem) : this.#jobs;
  }

  find(fileSystem: FileSystem, name: string): BlobJob | undefined {
    return this.list(fileSystem).find((job) => sameName(job.name, name));
  }

  /** @throws ArmError ResourceNotFound */
  get(fileSystem: FileSystem, name: string): BlobJob {
    const job = this.find(fileSystem, name);
    if (job) return job;
    const type = `Microsoft.StorageCache/amlFilesystems/${fileSystem.name}/${this.kind.name}`;
    throw resourceNotFound(type, name, fileSystem.resourceGroup);
  }

  /** PUT of a name that is free. @throws ArmError without a container, and beside another job that works */
  create(fileSystem: FileSystem, name: string, spec: RequestedBlobJob): Required<AcceptedBlobJob> {
    checkName(name);
    if (fileSystem.provisioningState !== 'Succeeded') throw busy(fileSystem);
    if (!fileSystem.spec.hsmSettings) throw noContainer(fileSystem);
    const works = spec.adminStatus === this.kind.on;
    if (works) this.#checkAlone(fileSystem);
    const job: BlobJob = {
      ...{ name, kind: this.kind, fileSystem, spec },
      sequence: (this.#sequence += 1),
      id: `${fileSystem.id}/${this.kind.name}/${name}`,
      provisioningState: 'Creating',
      state: works ? 'InProgress' : this.kind.stopped,
      startedAt: this.world.now(),
    };
    this.#jobs = [...this.#jobs, job];
    const failure = this.#failure();
    const operation = this.#begin(job, 'Creating', () => {
      if (failure) this.#fail(job, failure);
      return failure;
    });
    if (works && this.kind.ends) this.#endLater(job);
    return { job, operation };
  }

  /** PUT of a name that exists. @throws ArmError where it changes what is given at creation */
  replace(job: BlobJob, wanted: RequestedBlobJob): AcceptedBlobJob {
    if (!sameJson(job.spec.prefixes, wanted.prefixes))
      throw propertyChangeNotAllowed(`properties.${this.kind.prefixes}`);
    const changed = (['conflictResolutionMode', 'maximumErrors', 'enableDeletions'] as const).find(
      (name) => job.spec.rules[name] !== wanted.rules[name],
    );
    if (changed) throw propertyChangeNotAllowed(`properties.${changed}`);
    return this.change(job, wanted);
  }

  /** PATCH. @throws ArmError Conflict while an operation is under way */
  change(job: BlobJob, { adminStatus, tags }: Partial<RequestedBlobJob>): AcceptedBlobJob {
    const switches = adminStatus !== undefined && adminStatus !== job.spec.adminStatus;
    if (switches) this.#checkSwitch(job, adminStatus);
    job.spec = { ...job.spec, adminStatus: adminStatus ?? job.spec.adminStatus, tags: tags ?? job.spec.tags };
    if (!switches) return { job };
    return adminStatus === this.kind.on ? this.#resume(job) : this.#stop(job);
  }

  /** DELETE of one that exists, whatever it does. */
  delete(job: BlobJob): Required<AcceptedBlobJob> {
    if (job.provisioningState === 'Deleting' && job.underWay)
      return { job, operation: job.underWay.operation };
    this.#callOff(job);
    const { deleteSeconds } = this.world.durations;
    const forget = (): undefined => {
      this.#jobs = this.#jobs.filter((other) => other !== job);
    };
    return { job, operation: this.#begin(job, 'Deleting', forget, deleteSeconds) };
  }

  #checkSwitch(job: BlobJob, adminStatus: string): void {
    if (job.underWay)
      throw conflict(
        `The ${this.kind.title} '${job.name}' is in provisioning state ${job.provisioningState}.`,
      );
    if (adminStatus !== this.kind.on) return;
    if (this.kind.ends) throw conflict(`The ${this.kind.title} '${job.name}' has ended: create another one.`);
    this.#checkAlone(job.fileSystem);
  }

  #checkAlone(fileSystem: FileSystem): void {
    const working = this.list(fileSystem).find(
      ({ state }) => state === 'InProgress' || state === this.kind.stopping,
    );
    if (!working) return;
    throw conflict(
      `The amlFilesystem '${fileSystem.name}' has the ${this.kind.title} '${working.name}' in state ${working.state}.`,
    );
  }

  #resume(job: BlobJob): AcceptedBlobJob {
    job.state = 'InProgress';
    job.startedAt = this.world.now();
    delete job.endedAt;
    delete job.failure;
    return { job, operation: this.#begin(job, 'Updating', () => undefined) };
  }

  /** One that has ended stays as it is. */
  #stop(job: BlobJob): AcceptedBlobJob {
    if (job.state !== 'InProgress') return { job };
    job.state = this.kind.stopping;
    const stopped = (): undefined => {
      job.state = this.kind.stopped;
      job.endedAt = this.world.now();
    };
    return { job, operation: this.#begin(job, 'Updating', stopped) };
  }

  #endLater(job: BlobJob): void {
    this.world.after(2 * this.world.durations.updateSeconds, () => {
      if (job.state !== 'InProgress') return;
      job.state = 'Completed';
      job.endedAt = this.world.now();
    });
  }

  #fail(job: BlobJob, failure: OperationFailure): void {
    job.state = 'Failed';
    job.failure = failure;
    job.endedAt = this.world.now();
  }

  #failure(): OperationFailure | undefined {
    const operation = `${this.kind.name}.createOrUpdate`;
    const fault = this.world.faults.take(
      { cloud: 'azure', operation },
      ({ kind }) => kind === 'fail-creation',
    );
    if (!fault) return undefined;
    const message = fault.message ?? `The ${this.kind.title} could not be started.`;
    return { code: fault.code ?? 'InternalExecutionError', message };
  }

  /** Starts a long-running operation; `end` gives the reason where it fails. */
  #begin(
    job: BlobJob,
    state: ProvisioningState,
    end: () => OperationFailure | undefined,
    seconds = this.world.durations.updateSeconds,
  ): AscOperation {
    job.provisioningState = state;
    const operation = this.operations.begin({
      location: job.fileSystem.spec.location,
      resourceId: job.id,
      resource: () => (this.#jobs.includes(job) ? renderBlobJob(job) : undefined),
    });
    const callOff = this.world.after(seconds, () => {
      delete job.underWay;
      const failure = end();
      job.provisioningState = failure ? 'Failed' : 'Succeeded';
      this.operations.end(operation, failure ? 'Failed' : 'Succeeded', failure);
    });
    job.underWay = { operation, callOff };
    return operation;
  }

  #callOff(job: BlobJob): void {
    job.underWay?.callOff();
    if (job.underWay) this.operations.end(job.underWay.operation, 'Canceled');
    delete job.underWay;
  }
}

/** The service does not document its code for it. */
export const noContainer = (fileSystem: FileSystem): ArmError =>
  new ArmError(
    400,
    'HsmNotConfigured',
    `The amlFilesystem '${fileSystem.name}' has no blob container: hsm.settings can only be given at creation.`,
  );

import type { World } from '../../world/world.js';
import { ArmError, conflict, propertyChangeNotAllowed } from '../arm/arm-error.js';
import type { AscOperation, AscOperations, OperationFailure } from '../arm/asc-operations.js';
import { checkName, sameJson } from '../file-systems/file-system-rules.js';
import type { FileSystem, ProvisioningState } from '../file-systems/file-system.js';
import { busy, type FileSystems } from '../file-systems/file-systems.js';
import type { BlobJobKind } from './blob-job-kind.js';
import { renderBlobJob, type BlobJob } from './blob-job.js';
import { FileSystemJobs } from './file-system-jobs.js';
import type { RequestedBlobJob } from './requested-blob-job.js';

/** Accepted change; `operation` is absent where the change is complete. */
export interface AcceptedBlobJob {
  readonly job: BlobJob;
  readonly operation?: AscOperation;
}

/**
 * The import, auto import or auto export jobs of all file systems. Jobs need a file system with a blob container. The
 * service does not say how many may work at once, nor how long its long-running operations take: here one of each kind
 * per file system, and an operation takes `updateSeconds`; an import is completed as long again after it.
 */
export class BlobJobs extends FileSystemJobs<BlobJob> {
  constructor(
    readonly kind: BlobJobKind,
    private readonly world: World,
    operations: AscOperations,
    fileSystems: FileSystems,
  ) {
    super(kind.name, operations, fileSystems);
  }

  override render(job: BlobJob): unknown {
    return renderBlobJob(job);
  }

  /**
   * Creates a job: PUT of a name that is free.
   * @throws ArmError without a container, and beside another job that works
   */
  create(fileSystem: FileSystem, name: string, spec: RequestedBlobJob): Required<AcceptedBlobJob> {
    checkName(name);
    if (fileSystem.provisioningState !== 'Succeeded') throw busy(fileSystem);
    if (!fileSystem.spec.hsmSettings) throw noContainer(fileSystem);
    const works = spec.adminStatus === this.kind.on;
    if (works) this.#checkAlone(fileSystem);
    const job: BlobJob = {
      ...this.identity(fileSystem, name),
      kind: this.kind,
      spec,
      provisioningState: 'Creating',
      state: works ? 'InProgress' : this.kind.stopped,
      startedAt: this.world.now(),
    };
    this.add(job);
    const failure = this.operations.failureOf(`${this.type}.createOrUpdate`, {
      code: 'InternalExecutionError',
      message: `The ${this.kind.title} could not be started.`,
    });
    const operation = this.#begin(job, 'Creating', () => {
      if (failure) this.#fail(job, failure);
      return failure;
    });
    if (works && this.kind.ends) this.#endLater(job);
    return { job, operation };
  }

  /** Answers a PUT of a name that exists. @throws ArmError where it changes a setting of creation */
  replace(job: BlobJob, wanted: RequestedBlobJob): AcceptedBlobJob {
    if (!sameJson(job.spec.prefixes, wanted.prefixes))
      throw propertyChangeNotAllowed(`properties.${this.kind.prefixes}`);
    const changed = (['conflictResolutionMode', 'maximumErrors', 'enableDeletions'] as const).find(
      (name) => job.spec.rules[name] !== wanted.rules[name],
    );
    if (changed) throw propertyChangeNotAllowed(`properties.${changed}`);
    return this.change(job, wanted);
  }

  /** Changes a job: PATCH. @throws ArmError Conflict while an operation is under way */
  change(job: BlobJob, { adminStatus, tags }: Partial<RequestedBlobJob>): AcceptedBlobJob {
    const switches = adminStatus !== undefined && adminStatus !== job.spec.adminStatus;
    if (switches) this.#checkSwitch(job, adminStatus);
    job.spec = { ...job.spec, adminStatus: adminStatus ?? job.spec.adminStatus, tags: tags ?? job.spec.tags };
    if (!switches) return { job };
    return adminStatus === this.kind.on ? this.#resume(job) : this.#stop(job);
  }

  /** Deletes a job that exists, in any state. */
  override delete(job: BlobJob): Required<AcceptedBlobJob> {
    if (job.provisioningState === 'Deleting' && job.running) return { job, operation: job.running.operation };
    this.cancel(job);
    const { deleteSeconds } = this.world.durations;
    return { job, operation: this.#begin(job, 'Deleting', () => this.forget(job), deleteSeconds) };
  }

  #checkSwitch(job: BlobJob, adminStatus: string): void {
    if (job.running)
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

  /** Stops a job; a job that has ended stays as it is. */
  #stop(job: BlobJob): AcceptedBlobJob {
    if (job.state !== 'InProgress') return { job };
    job.state = this.kind.stopping;
    const stopped = (): void => {
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

  /** Begins a long-running operation that changes the provisioning state. `effect` returns the reason where it fails. */
  #begin(
    job: BlobJob,
    state: ProvisioningState,
    effect: () => OperationFailure | undefined | void,
    seconds = this.world.durations.updateSeconds,
  ): AscOperation {
    job.provisioningState = state;
    return this.run(job, seconds, () => {
      const failure = effect() ?? undefined;
      job.provisioningState = failure ? 'Failed' : 'Succeeded';
      return failure;
    });
  }
}

/** Error where a file system has no blob container; the service does not document its code. */
export const noContainer = (fileSystem: FileSystem): ArmError =>
  new ArmError(
    400,
    'HsmNotConfigured',
    `The amlFilesystem '${fileSystem.name}' has no blob container: hsm.settings can only be given at creation.`,
  );

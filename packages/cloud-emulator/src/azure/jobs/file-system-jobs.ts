import { resourceNotFound } from '../arm/arm-error.js';
import { sameName } from '../arm/arm-id.js';
import type {
  AscOperation,
  AscOperations,
  OperationFailure,
  RunningOperation,
} from '../arm/asc-operations.js';
import type { FileSystem } from '../file-systems/file-system.js';
import type { FileSystems } from '../file-systems/file-systems.js';

/** Child resource of a file system that stands for work of the service. */
export interface FileSystemJob {
  /** Order of creation. */
  readonly sequence: number;
  readonly id: string;
  readonly name: string;
  readonly fileSystem: FileSystem;
  /** Long-running operation that has not ended. */
  running?: RunningOperation;
}

/** Jobs of one type, of all file systems. They are deleted with their file system. */
export abstract class FileSystemJobs<Job extends FileSystemJob> {
  #jobs: readonly Job[] = [];
  #sequence = 0;

  /** @param type last segment of the resource type, such as `importJobs` */
  constructor(
    readonly type: string,
    protected readonly operations: AscOperations,
    fileSystems: FileSystems,
  ) {
    fileSystems.onDeletion((fileSystem) => {
      for (const job of this.list(fileSystem)) {
        this.abandon(job);
        this.cancel(job);
        this.forget(job);
      }
    });
  }

  /** JSON of a job, as its GET shows it. */
  abstract render(job: Job): unknown;

  /** DELETE of a job that exists. */
  abstract delete(job: Job): { readonly operation: AscOperation };

  /** Jobs of one file system, or all; in order of creation. */
  list(fileSystem?: FileSystem): readonly Job[] {
    return fileSystem ? this.#jobs.filter((job) => job.fileSystem === fileSystem) : this.#jobs;
  }

  find(fileSystem: FileSystem, name: string): Job | undefined {
    return this.list(fileSystem).find((job) => sameName(job.name, name));
  }

  /** @throws ArmError ResourceNotFound */
  get(fileSystem: FileSystem, name: string): Job {
    const job = this.find(fileSystem, name);
    if (job) return job;
    const type = `Microsoft.StorageCache/amlFilesystems/${fileSystem.name}/${this.type}`;
    throw resourceNotFound(type, name, fileSystem.resourceGroup);
  }

  /** Releases what a job holds when its file system is deleted. Jobs that hold nothing need no code of their own. */
  protected abandon(_job: Job): void {}

  /** Properties that every job has from its creation on. */
  protected identity(
    fileSystem: FileSystem,
    name: string,
  ): Pick<FileSystemJob, 'sequence' | 'id' | 'name' | 'fileSystem'> {
    this.#sequence += 1;
    return { sequence: this.#sequence, id: `${fileSystem.id}/${this.type}/${name}`, name, fileSystem };
  }

  protected add(job: Job): void {
    this.#jobs = [...this.#jobs, job];
  }

  protected forget(job: Job): void {
    this.#jobs = this.#jobs.filter((other) => other !== job);
  }

  /** Begins a long-running operation on a job. `effect` returns the reason where the operation fails. */
  protected run(job: Job, seconds: number, effect: () => OperationFailure | undefined | void): AscOperation {
    const subject = {
      location: job.fileSystem.spec.location,
      resourceId: job.id,
      resource: () => (this.#jobs.includes(job) ? this.render(job) : undefined),
    };
    job.running = this.operations.run(subject, seconds, () => {
      delete job.running;
      return effect();
    });
    return job.running.operation;
  }

  /** Ends the operation of a job, if there is one, without its effect. */
  protected cancel(job: Job): void {
    job.running?.cancel();
    delete job.running;
  }
}

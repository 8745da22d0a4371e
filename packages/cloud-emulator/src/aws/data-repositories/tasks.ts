import type { World } from '../../world/world.js';
import type { FileSystems, LustreFileSystem } from '../file-systems/file-systems.js';
import { AwsError } from '../protocol/aws-error.js';
import { epochSeconds, newResourceId } from '../protocol/identifiers.js';
import { ResourceTable } from '../resource-table.js';
import type { Seed } from '../seed.js';
import type { CreateTaskRequest } from './repository-shapes.js';
import type { WireTask } from './repository-wire.js';
import { isUnfinished } from './task-rules.js';

/** A data repository task. */
export interface Task {
  /** Grows with each creation; pages are cut along it. */
  readonly sequence: number;
  readonly wire: WireTask;
  readonly fileSystem: LustreFileSystem;
}

/**
 * The tasks that move data between file systems and S3. One takes `updateSeconds`: PENDING, EXECUTING, SUCCEEDED; there
 * is no S3 here, so nothing is moved. They are forgotten with their file system.
 */
export class Tasks extends ResourceTable<Task> {
  constructor(
    private readonly world: World,
    private readonly seed: Seed,
    private readonly fileSystems: FileSystems,
  ) {
    super((id) => new AwsError('DataRepositoryTaskNotFound', `Data repository task '${id}' does not exist.`));
    fileSystems.onDeletion((fileSystem) => () => {
      for (const { wire } of this.of(fileSystem)) this.remove(wire.TaskId);
    });
  }

  of(fileSystem: LustreFileSystem): readonly Task[] {
    return this.all().filter((each) => each.fileSystem === fileSystem);
  }

  /** Begins a task that ends SUCCEEDED, or FAILED with that reason. */
  create(fileSystem: LustreFileSystem, request: CreateTaskRequest, failure: string | undefined): Task {
    const task = { sequence: this.nextSequence(), fileSystem, wire: this.#wire(request) };
    const { wire } = task;
    this.add(wire.TaskId, task);
    const { updateSeconds } = this.world.durations;
    this.#then(task, updateSeconds * 0.2, 'PENDING', () => {
      wire.Lifecycle = 'EXECUTING';
      wire.StartTime = epochSeconds(this.world.now());
    });
    this.#then(task, updateSeconds, 'EXECUTING', () => {
      this.#end(wire, failure === undefined ? 'SUCCEEDED' : 'FAILED');
      if (failure !== undefined) wire.FailureDetails = { Message: failure };
    });
    return task;
  }

  /** Throws DataRepositoryTaskEnded. A second call changes nothing. */
  cancel(task: Task): void {
    const { wire } = task;
    if (!isUnfinished(wire))
      throw new AwsError(
        'DataRepositoryTaskEnded',
        `Data repository task ${wire.TaskId} has already ended: ${wire.Lifecycle}.`,
      );
    if (wire.Lifecycle === 'CANCELING') return;
    wire.Lifecycle = 'CANCELING';
    this.#then(task, this.world.durations.updateSeconds * 0.2, 'CANCELING', () =>
      this.#end(wire, 'CANCELED'),
    );
  }

  /** Schedules an effect on a task that is still in this state by then. */
  #then({ fileSystem, wire }: Task, seconds: number, state: WireTask['Lifecycle'], happen: () => void): void {
    this.fileSystems.after(fileSystem, seconds, () => {
      if (wire.Lifecycle === state) happen();
    });
  }

  #end(wire: WireTask, state: 'SUCCEEDED' | 'FAILED' | 'CANCELED'): void {
    const now = epochSeconds(this.world.now());
    wire.Lifecycle = state;
    wire.EndTime = now;
    wire.Status = { ...wire.Status, LastUpdatedTime: now };
  }

  #wire(request: CreateTaskRequest): WireTask {
    const { region, accountId } = this.seed;
    const id = newResourceId('task');
    const now = epochSeconds(this.world.now());
    return {
      TaskId: id,
      Lifecycle: 'PENDING',
      Type: request.Type,
      CreationTime: now,
      ResourceARN: `arn:aws:fsx:${region}:${accountId}:task/${id}`,
      Tags: request.Tags ?? [],
      FileSystemId: request.FileSystemId,
      Paths: request.Paths ?? [],
      Status: { TotalCount: 0, SucceededCount: 0, FailedCount: 0, LastUpdatedTime: now },
      Report: request.Report,
    };
  }
}

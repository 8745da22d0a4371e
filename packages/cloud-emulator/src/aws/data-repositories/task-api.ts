import type { FsxAccount, FsxOperations } from '../fsx-account.js';
import { parseRequest } from '../protocol/request-shape.js';
import { checkTags } from '../tags/resource-tags.js';
import {
  cancelTaskShape,
  createTaskShape,
  describeTasksShape,
  type DescribeTasksRequest,
} from './repository-shapes.js';
import { checkTask } from './task-rules.js';
import type { Task } from './tasks.js';

const defaultFailure = 'The data repository task could not be completed. Check the paths and the S3 bucket.';

/** The operations on data repository tasks. */
export class TaskApi {
  readonly operations: FsxOperations = new Map([
    ['CreateDataRepositoryTask', (body: unknown) => this.#create(body)],
    ['DescribeDataRepositoryTasks', (body: unknown) => this.#describe(body)],
    ['CancelDataRepositoryTask', (body: unknown) => this.#cancel(body)],
  ]);

  constructor(private readonly account: FsxAccount) {}

  #create(body: unknown): object {
    const operation = 'CreateDataRepositoryTask';
    const request = parseRequest(createTaskShape, body);
    const { tasks, associations, fileSystems, tokens } = this.account;
    const known = tasks.find(tokens.recall(operation, request) ?? '');
    if (known) return { DataRepositoryTask: known.wire };
    checkTags(request.Tags ?? []);
    const fileSystem = fileSystems.get(request.FileSystemId);
    const linked =
      fileSystem.wire.LustreConfiguration.DataRepositoryConfiguration !== undefined ||
      associations.of(fileSystem).some(({ wire }) => wire.Lifecycle === 'AVAILABLE');
    const present = tasks.of(fileSystem).map(({ wire }) => wire);
    checkTask({ fileSystem: fileSystem.wire, linked, present }, request);
    const failure = this.account.failureOf(operation, defaultFailure);
    const { wire } = tasks.create(fileSystem, request, failure);
    tokens.remember(operation, request, wire.TaskId);
    return { DataRepositoryTask: wire };
  }

  #describe(body: unknown): object {
    const request = parseRequest(describeTasksShape, body);
    const selected = this.#selected(request);
    const { wires, NextToken } = this.account.page('DescribeDataRepositoryTasks', selected, request);
    return { DataRepositoryTasks: wires, NextToken };
  }

  #selected({ TaskIds: ids = [], Filters = [] }: DescribeTasksRequest): readonly Task[] {
    return this.account.tasks
      .select(ids)
      .filter((each) =>
        Filters.every(({ Name, Values = [] }) =>
          this.#filterValues(each, Name).some((value) => Values.includes(value)),
        ),
      );
  }

  #filterValues({ fileSystem, wire }: Task, name: FilterName): readonly string[] {
    if (name === 'file-system-id') return [wire.FileSystemId];
    if (name === 'task-lifecycle') return [wire.Lifecycle];
    if (name !== 'data-repository-association-id') return [];
    return this.account.associations.of(fileSystem).map((each) => each.wire.AssociationId);
  }

  #cancel(body: unknown): object {
    const { TaskId } = parseRequest(cancelTaskShape, body);
    const task = this.account.tasks.get(TaskId);
    this.account.tasks.cancel(task);
    return { TaskId, Lifecycle: task.wire.Lifecycle };
  }
}

type FilterName = NonNullable<DescribeTasksRequest['Filters']>[number]['Name'];

import type { WireFileSystem } from '../file-systems/wire-file-system.js';
import { AwsError, badRequest } from '../protocol/aws-error.js';
import type { CreateTaskRequest } from './repository-shapes.js';
import type { WireTask } from './repository-wire.js';

/** File system of a new task, and the tasks beside which it must not run. */
export interface TaskGround {
  readonly fileSystem: WireFileSystem;
  /** True where it is linked to S3, in the older way or by an association that works. */
  readonly linked: boolean;
  /** All tasks of this file system so far. */
  readonly present: readonly WireTask[];
}

/** Throws the error of FSx where it does not start the task. */
export function checkTask({ fileSystem, linked, present }: TaskGround, request: CreateTaskRequest): void {
  const { FileSystemId, Lifecycle } = fileSystem;
  if (request.Type === 'AUTO_RELEASE_DATA' || request.CapacityToRelease !== undefined)
    throw new AwsError('UnsupportedOperation', 'AUTO_RELEASE_DATA is supported on Amazon File Cache only.');
  if (Lifecycle !== 'AVAILABLE' && Lifecycle !== 'UPDATING')
    throw badRequest(`Cannot create a data repository task while ${FileSystemId} is in ${Lifecycle} state.`);
  if (!linked) throw badRequest(`${FileSystemId} is not linked to a data repository.`);
  checkReport(request);
  const running = present.find(isUnfinished);
  if (running)
    throw new AwsError(
      'DataRepositoryTaskExecuting',
      `Data repository task ${running.TaskId} is still ${running.Lifecycle} on ${FileSystemId}.`,
    );
}

function checkReport({ Report: { Enabled, Path, Format, Scope }, ...request }: CreateTaskRequest): void {
  if (Enabled && (Path === undefined || Format === undefined || Scope === undefined))
    throw badRequest('Path, Format and Scope are required where the completion report is enabled.');
  if (request.ReleaseConfiguration && request.Type !== 'RELEASE_DATA_FROM_FILESYSTEM')
    throw badRequest('ReleaseConfiguration can only be specified for RELEASE_DATA_FROM_FILESYSTEM.');
}

export const isUnfinished = ({ Lifecycle }: WireTask): boolean =>
  Lifecycle === 'PENDING' || Lifecycle === 'EXECUTING' || Lifecycle === 'CANCELING';

import type { OperationFailure } from '../arm/asc-operations.js';
import type { ProvisioningState } from '../file-systems/file-system.js';
import type { BlobJobKind, BlobJobState } from './blob-job-kind.js';
import type { FileSystemJob } from './file-system-jobs.js';
import type { RequestedBlobJob } from './requested-blob-job.js';

/** One import, auto import or auto export of a file system. */
export interface BlobJob extends FileSystemJob {
  readonly kind: BlobJobKind;
  spec: RequestedBlobJob;
  provisioningState: ProvisioningState;
  state: BlobJobState;
  /** Unix time in milliseconds. */
  startedAt: number;
  endedAt?: number;
  failure?: OperationFailure;
}

/** A job as its GET shows it. */
export function renderBlobJob(job: BlobJob): Readonly<Record<string, unknown>> {
  const { kind, spec } = job;
  return {
    name: job.name,
    type: `Microsoft.StorageCache/amlFilesystems/${kind.name}`,
    id: job.id,
    location: job.fileSystem.spec.location,
    tags: spec.tags,
    properties: {
      provisioningState: job.provisioningState,
      adminStatus: spec.adminStatus,
      [kind.prefixes]: spec.prefixes,
      ...spec.rules,
      status: status(job),
    },
  };
}

function status({ kind, state, failure, startedAt, endedAt }: BlobJob): object {
  const time = (name: string, at: number | undefined): object =>
    at === undefined ? {} : { [name + kind.timeSuffix]: new Date(at).toISOString() };
  return {
    state,
    ...(failure && kind.timeSuffix === 'UTC' ? { statusCode: failure.code } : {}),
    statusMessage: failure?.message ?? `The ${kind.title} is in state ${state}.`,
    ...time('lastStartedTime', startedAt),
    ...time('lastCompletionTime', endedAt),
    ...Object.fromEntries(kind.counters.map((name) => [name, 0])),
  };
}

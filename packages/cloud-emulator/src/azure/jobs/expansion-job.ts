import type { OperationFailure } from '../arm/asc-operations.js';
import type { FileSystemJob } from './file-system-jobs.js';

export type ExpansionState = 'InProgress' | 'Completed' | 'Failed' | 'Deleting' | 'RollingBack';

/** One expansion of a file system. */
export interface ExpansionJob extends FileSystemJob {
  readonly newCapacityTiB: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Addresses of the servers that it adds. */
  readonly addresses: readonly string[];
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  readonly seconds: number;
  state: ExpansionState;
  completedAt?: number;
  failure?: OperationFailure;
}

const provisioningStates: Readonly<Record<ExpansionState, string>> = {
  InProgress: 'Creating',
  Completed: 'Succeeded',
  Failed: 'Failed',
  Deleting: 'Deleting',
  RollingBack: 'Deleting',
};

/** A job as `expansionJobs.get` shows it at this time. */
export const renderExpansionJob = (job: ExpansionJob, now: number): Readonly<Record<string, unknown>> => ({
  name: job.name,
  type: 'Microsoft.StorageCache/amlFilesystems/expansionJobs',
  id: job.id,
  location: job.fileSystem.spec.location,
  tags: job.tags,
  properties: {
    newStorageCapacityTiB: job.newCapacityTiB,
    provisioningState: provisioningStates[job.state],
    status: {
      state: job.state,
      percentComplete: percentComplete(job, now),
      startTimeUTC: new Date(job.startedAt).toISOString(),
      ...(job.completedAt === undefined
        ? {}
        : { completionTimeUTC: new Date(job.completedAt).toISOString() }),
      ...(job.failure ? { statusCode: job.failure.code } : {}),
      statusMessage: statusMessage(job),
    },
  },
});

/** Progress in percent: 100 only when the expansion has completed. */
function percentComplete(job: ExpansionJob, now: number): number {
  if (job.state === 'Completed') return 100;
  const elapsed = ((job.completedAt ?? now) - job.startedAt) / 1000;
  return Math.min(99, Math.floor((100 * elapsed) / Math.max(job.seconds, 0.001)));
}

function statusMessage({ state, failure }: ExpansionJob): string {
  switch (state) {
    case 'InProgress':
      return 'Expansion job is in progress';
    case 'Completed':
      return 'Expansion completed successfully';
    case 'Failed':
      return failure?.message ?? 'Expansion failed';
    case 'Deleting':
      return 'Expansion job is being deleted';
    case 'RollingBack':
      return 'Expansion is being rolled back';
  }
}

import { DriverError, type VolumeReference } from '@lustre-csi/core';
import type { LongRunningOperations } from '../api/long-running.js';
import type { LustreApi } from '../api/lustre-api.js';
import { handleOf, type InstanceReader, type ReadInstance } from './instance-reader.js';

/** Parts that update instances. */
export interface UpdateServices {
  readonly api: Pick<LustreApi, 'call'>;
  readonly reader: Pick<InstanceReader, 'read'>;
  readonly operations: Pick<LongRunningOperations, 'latest'>;
}

/**
 * Reads an instance whose fields are to be replaced. Google has no precondition for updates, and shows the settings of one in
 * progress only when it is done: what is read while none is in progress contains all earlier ones, and Google refuses an
 * update that meets a later one.
 * @throws DriverError aborted while an update is in progress
 */
export async function readBeforeUpdate(
  { reader, operations }: Pick<UpdateServices, 'reader' | 'operations'>,
  reference: VolumeReference,
  signal: AbortSignal,
): Promise<ReadInstance | undefined> {
  const latest = await operations.latest(handleOf(reference.id), 'update', signal);
  if (!latest || latest.isDone) return reader.read(reference, signal);
  throw new DriverError(
    'aborted',
    `instance ${reference.id} is being updated by another request (operation ${latest.name}); the call is retried automatically`,
  );
}

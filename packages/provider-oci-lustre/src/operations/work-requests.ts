import type { VolumeReference } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { toDriverError } from '../api/errors.js';
import type { OciApi } from '../api/oci-api.js';
import { ociOperations } from '../api/oci-operations.js';

/** Work requests that concern the driver. */
export type WorkType =
  'CREATE_LUSTRE_FILE_SYSTEM' | 'UPDATE_LUSTRE_FILE_SYSTEM' | 'DELETE_LUSTRE_FILE_SYSTEM';

/** One work request: a long-running operation of OCI. */
export interface Work {
  readonly id: string;
  readonly operationType: string;
  readonly state: 'running' | 'succeeded' | 'failed';
  /** OCI's own name of the state. */
  readonly status: string;
  /** 0 to 100. */
  readonly percent: number | undefined;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
}

const workRequest = z.object({
  id: z.string(),
  operationType: z.string(),
  status: z.string(),
  percentComplete: z.catch(z.optional(z.number().check(z.gte(0), z.lte(100))), undefined),
  timeAccepted: z.catch(z.optional(z.string()), undefined),
});

const workError = z.object({ code: z.catch(z.string(), ''), message: z.catch(z.string(), '') });

const states: ReadonlyMap<string, Work['state']> = new Map<string, Work['state']>([
  ['SUCCEEDED', 'succeeded'],
  ['FAILED', 'failed'],
  ['CANCELED', 'failed'],
]);

/** Reads the work requests of file systems, for progress and for the reasons of failures. */
export class WorkRequests {
  constructor(private readonly api: Pick<OciApi, 'all'>) {}

  /** Finds the newest work request of a type. @throws DriverError unavailable where they cannot be listed */
  async latest(
    { id, listingScope }: VolumeReference,
    type: WorkType,
    signal: AbortSignal,
  ): Promise<Work | undefined> {
    const query = { compartmentId: listingScope, resourceId: id };
    const doing = `cannot list the work requests of file system ${id}`;
    const items = await this.api
      .all(ociOperations.listWorkRequests, { query }, signal)
      .catch((error: unknown) => {
        throw toDriverError(error, doing, 'lookup', signal);
      });
    const works = items.flatMap((item) => toWork(item) ?? []);
    const [newest] = works
      .filter(({ operationType }) => operationType === type)
      .sort((a, b) => b.acceptedAt - a.acceptedAt);
    return newest;
  }

  /** Reason of the newest work request of a type, in OCI's words; undefined where it has not failed.
   *  @throws DriverError unavailable */
  async failureOf(
    reference: VolumeReference,
    type: WorkType,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const work = await this.latest(reference, type, signal);
    return work?.state === 'failed' ? this.reasonOf(work, signal) : undefined;
  }

  /** Reason of a failed work request, in OCI's words. @throws DriverError unavailable */
  async reasonOf({ id, status }: Work, signal: AbortSignal): Promise<string> {
    const doing = `cannot read the errors of work request ${id}`;
    const items = await this.api
      .all(ociOperations.listWorkRequestErrors, { id }, signal)
      .catch((error: unknown) => {
        throw toDriverError(error, doing, 'lookup', signal);
      });
    const reasons = items.flatMap((item) => {
      const parsed = z.safeParse(workError, item);
      return parsed.success ? [[parsed.data.code, parsed.data.message].filter(Boolean).join(': ')] : [];
    });
    return reasons.length > 0 ? reasons.join('; ') : `the work request is ${status}`;
  }
}

function toWork(item: unknown): Work | undefined {
  const parsed = z.safeParse(workRequest, item);
  if (!parsed.success) return undefined;
  const { id, operationType, status, percentComplete, timeAccepted } = parsed.data;
  return {
    ...{ id, operationType, status },
    state: states.get(status) ?? 'running',
    percent: percentComplete,
    acceptedAt: Date.parse(timeAccepted ?? '') || 0,
  };
}

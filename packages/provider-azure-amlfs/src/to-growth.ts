import { Capacity, type Growth } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { inWords, lenient, text } from './lenient.js';

/** An expansion job as ARM shows it (Microsoft.StorageCache/amlFilesystems/expansionJobs, 2026-01-01), as far as it
 *  matters here. */
const armExpansionJob = z.object({
  name: z.string(),
  properties: z.object({
    newStorageCapacityTiB: z.number().check(z.positive(), z.lte(1e6)),
    provisioningState: text,
    status: lenient(
      z.object({
        state: text,
        statusCode: text,
        statusMessage: text,
        percentComplete: lenient(z.number().check(z.gte(0), z.lte(100))),
        startTimeUTC: text,
      }),
    ),
  }),
});

/** One expansion, in the driver's own words. */
export interface ExpansionJob {
  readonly name: string;
  readonly targetTiB: number;
  /** `over`: it has completed, or is being forgotten. */
  readonly state: 'running' | 'failed' | 'over';
  /** Milliseconds since the epoch; 0 where Azure does not tell. */
  readonly startedAt: number;
  readonly percent?: number;
  readonly detail?: string;
}

const states: Readonly<Record<string, ExpansionJob['state']>> = {
  inprogress: 'running',
  rollingback: 'running',
  deleting: 'over',
  completed: 'over',
  failed: 'failed',
  // What provisioningState says where there is no status yet.
  creating: 'running',
  updating: 'running',
  succeeded: 'over',
  canceled: 'failed',
};

/** Reads ARM's JSON; undefined if that is no expansion job. A state that is new to the driver counts as under way: it
 *  then waits instead of asking for the same again. */
export function toExpansionJob(resource: unknown): ExpansionJob | undefined {
  const parsed = z.safeParse(armExpansionJob, resource);
  if (!parsed.success) return undefined;
  const { name, properties } = parsed.data;
  const { status = {}, provisioningState, newStorageCapacityTiB: targetTiB } = properties;
  const told = status.state ?? provisioningState ?? 'unknown';
  const common = {
    name,
    targetTiB,
    state: states[told.toLowerCase()] ?? 'running',
    startedAt: Date.parse(status.startTimeUTC ?? '') || 0,
  };
  if (told !== 'InProgress') {
    return { ...common, detail: inWords(', ', told, inWords(': ', status.statusCode, status.statusMessage)) };
  }
  // That it advances, the percentage says.
  const { percentComplete: percent } = status;
  return percent === undefined ? common : { ...common, percent };
}

/** How the file system is growing, or how its last growth failed. */
export function growthOf(jobs: readonly ExpansionJob[]): Growth | undefined {
  const newest = [...jobs].sort((a, b) => b.startedAt - a.startedAt);
  const job = newest.find(({ state }) => state === 'running') ?? newest[0];
  if (!job || job.state === 'over') return undefined;
  const { targetTiB, percent, detail } = job;
  return {
    target: Capacity.tebibytes(targetTiB),
    state: job.state,
    ...(percent === undefined ? {} : { percent }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** The name of the job that grows the file system to this size: the same for every replica that decides so, and
 *  another one than those of jobs that have failed. */
export function expansionJobName(targetTiB: number, jobs: readonly ExpansionJob[]): string {
  const base = `lustre-csi-expand-${String(targetTiB).replace('.', '-')}tib`;
  const over = jobs.filter(
    ({ name, state }) => state !== 'running' && name.toLowerCase().startsWith(`${base}-`),
  );
  const used = over.map(({ name }) => Number(name.slice(base.length + 1))).filter(Number.isInteger);
  return `${base}-${Math.max(0, ...used) + 1}`;
}

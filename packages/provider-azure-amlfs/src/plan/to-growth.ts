import { Capacity, DriverError, type Growth } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { inWords, tolerant, text } from '../api/tolerant-json.js';

/** Schema of an expansion job in ARM's JSON (Microsoft.StorageCache/amlFilesystems/expansionJobs, 2026-01-01), as far as
 *  needed. */
const armExpansionJob = z.object({
  name: z.string(),
  properties: z.object({
    newStorageCapacityTiB: z.number().check(z.positive(), z.lte(1e6)),
    provisioningState: text,
    status: tolerant(
      z.object({
        state: text,
        statusCode: text,
        statusMessage: text,
        percentComplete: tolerant(z.number().check(z.gte(0), z.lte(100))),
        startTimeUTC: text,
      }),
    ),
  }),
});

/** One expansion job, in terms of the driver. */
export interface ExpansionJob {
  readonly name: string;
  readonly targetTiB: number;
  /** `undoing`: it is being rolled back; `over`: it has completed, or is being deleted. */
  readonly state: 'running' | 'undoing' | 'failed' | 'over';
  /** Start in milliseconds since the epoch; 0 where Azure does not report it. */
  readonly startedAt: number;
  readonly percent?: number;
  readonly detail?: string;
  /** Marks a failed job without a reason. */
  readonly unexplained?: true;
}

const states: ReadonlyMap<string, ExpansionJob['state']> = new Map(
  Object.entries<ExpansionJob['state']>({
    inprogress: 'running',
    rollingback: 'undoing',
    deleting: 'over',
    completed: 'over',
    failed: 'failed',
    // Values of provisioningState, where there is no status yet.
    creating: 'running',
    updating: 'running',
    succeeded: 'over',
    canceled: 'failed',
  }),
);

/** Reads ARM's JSON; undefined where it is no expansion job. An unknown state counts as in progress: the driver then waits
 *  instead of requesting the same again. */
export function toExpansionJob(resource: unknown): ExpansionJob | undefined {
  const parsed = z.safeParse(armExpansionJob, resource);
  if (!parsed.success) return undefined;
  const { name, properties } = parsed.data;
  const { status = {}, provisioningState, newStorageCapacityTiB: targetTiB } = properties;
  const shown = stateOf(status.state, provisioningState);
  const words = inWords(': ', status.statusCode, status.statusMessage);
  const state = states.get(shown.toLowerCase()) ?? 'running';
  const common = { name, targetTiB, state, startedAt: Date.parse(status.startTimeUTC ?? '') || 0 };
  if (shown !== 'InProgress') {
    const unexplained = state === 'failed' && words === '' ? { unexplained: true as const } : {};
    return { ...common, detail: inWords(', ', shown, words), ...unexplained };
  }
  // The percentage shows the progress.
  const { percentComplete: percent } = status;
  return percent === undefined ? common : { ...common, percent };
}

/** Chooses the state of the work, or that of the resource where there is none or where the work cannot continue. */
function stateOf(state: string | undefined, provisioningState = 'unknown'): string {
  if (state === undefined) return provisioningState;
  if (state.toLowerCase() !== 'inprogress') return state;
  if (/^(failed|canceled)$/i.test(provisioningState)) return provisioningState;
  return /^deleting$/i.test(provisioningState) ? 'RollingBack' : state;
}

/** Reports the expansion in progress, or how the last one failed. */
export function growthOf(jobs: readonly ExpansionJob[]): Growth | undefined {
  const newest = [...jobs].sort((a, b) => b.startedAt - a.startedAt);
  const job = newest.find(({ state }) => state === 'running' || state === 'undoing') ?? newest[0];
  if (!job || job.state === 'over') return undefined;
  const { targetTiB, state, percent, detail } = job;
  return {
    target: Capacity.tebibytes(targetTiB),
    state,
    ...(percent === undefined ? {} : { percent }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Derives the name of the job that expands the file system to this size: the same for every replica, and different from
 *  those of failed jobs. */
export function expansionJobName(targetTiB: number, jobs: readonly ExpansionJob[]): string {
  const base = `lustre-csi-expand-${String(targetTiB).replace('.', '-')}tib`;
  const over = jobs.filter(
    ({ name, state }) => state !== 'running' && name.toLowerCase().startsWith(`${base}-`),
  );
  const used = over.map(({ name }) => Number(name.slice(base.length + 1))).filter(Number.isInteger);
  return `${base}-${Math.max(0, ...used) + 1}`;
}

/** Number of failures after which an expansion is retried only after a pause. */
const MOST_FAILURES = 3;
const PAUSE = 24 * 60 * 60 * 1000;

/** Refuses an expansion for some time after repeated failures to this size: each attempt adds servers and removes them.
 *  @param now milliseconds since the epoch
 *  @throws DriverError out-of-range with Azure's reason and the time of the next attempt: nothing is in progress, and
 *    the claim may request less */
export function refuseAfterFailures(targetTiB: number, jobs: readonly ExpansionJob[], now: number): void {
  const failures = jobs
    .filter((job) => job.targetTiB === targetTiB && job.state === 'failed')
    .sort((a, b) => b.startedAt - a.startedAt);
  const [last] = failures;
  if (!last || failures.length < MOST_FAILURES) return;
  const again = last.startedAt + PAUSE;
  if (last.startedAt > 0 && now >= again) return;
  const when = last.startedAt > 0 ? `from ${new Date(again).toISOString()}` : 'later';
  throw new DriverError(
    'out-of-range',
    `Azure failed to expand the file system to ${targetTiB} TiB in ${failures.length} attempts; the last reason: ${last.detail ?? 'Failed'}. ` +
      `It keeps its size and data. The expansion is retried ${when}, or at once when the cause is removed and the expansion ` +
      `jobs ${failures.map(({ name }) => name).join(', ')} are deleted; or request another size`,
  );
}

import { Capacity, DriverError, type Growth } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { inWords, tolerant, text } from '../api/tolerant-json.js';

/** An expansion job as ARM shows it (Microsoft.StorageCache/amlFilesystems/expansionJobs, 2026-01-01), as far as it
 *  matters here. */
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

/** One expansion, in the driver's own words. */
export interface ExpansionJob {
  readonly name: string;
  readonly targetTiB: number;
  /** `undoing`: it is being rolled back; `over`: it has completed, or is being forgotten. */
  readonly state: 'running' | 'undoing' | 'failed' | 'over';
  /** Milliseconds since the epoch; 0 where Azure does not tell. */
  readonly startedAt: number;
  readonly percent?: number;
  readonly detail?: string;
  /** It has failed, and Azure tells no reason here. */
  readonly unexplained?: true;
}

const states: Readonly<Record<string, ExpansionJob['state']>> = {
  inprogress: 'running',
  rollingback: 'undoing',
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
  const told = stateOf(status.state, provisioningState);
  const words = inWords(': ', status.statusCode, status.statusMessage);
  const state = states[told.toLowerCase()] ?? 'running';
  const common = { name, targetTiB, state, startedAt: Date.parse(status.startTimeUTC ?? '') || 0 };
  if (told !== 'InProgress') {
    const unexplained = state === 'failed' && words === '' ? { unexplained: true as const } : {};
    return { ...common, detail: inWords(', ', told, words), ...unexplained };
  }
  // That it advances, the percentage says.
  const { percentComplete: percent } = status;
  return percent === undefined ? common : { ...common, percent };
}

/** The state of the work; that of the resource where there is none, or where it says that the work cannot go on. */
function stateOf(state: string | undefined, provisioningState = 'unknown'): string {
  if (state === undefined) return provisioningState;
  if (state.toLowerCase() !== 'inprogress') return state;
  if (/^(failed|canceled)$/i.test(provisioningState)) return provisioningState;
  return /^deleting$/i.test(provisioningState) ? 'RollingBack' : state;
}

/** How the file system is growing, or how its last growth failed. */
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

/** After so many failures, an expansion is tried once in a while only. */
const MOST_FAILURES = 3;
const PAUSE = 24 * 60 * 60 * 1000;

/** Lets time pass after expansions to this size that have failed again and again: each one adds servers and takes them
 *  away.
 *  @param now milliseconds since the epoch
 *  @throws DriverError out-of-range with Azure's reason and the time of the next attempt: nothing is under way, and a
 *    claim may ask for less */
export function refuseAfterFailures(targetTiB: number, jobs: readonly ExpansionJob[], now: number): void {
  const failures = jobs
    .filter((job) => job.targetTiB === targetTiB && job.state === 'failed')
    .sort((a, b) => b.startedAt - a.startedAt);
  const [last] = failures;
  if (!last || failures.length < MOST_FAILURES) return;
  const again = last.startedAt + PAUSE;
  if (last.startedAt > 0 && now >= again) return;
  const when = last.startedAt > 0 ? `from ${new Date(again).toISOString()} on` : 'later';
  throw new DriverError(
    'out-of-range',
    `the file system did not grow to ${targetTiB} TiB in ${failures.length} attempts, at last: ${last.detail ?? 'Failed'}. ` +
      `It keeps its size and data. It is tried again ${when}, or at once when the cause is removed and the expansion ` +
      `jobs ${failures.map(({ name }) => name).join(', ')} are deleted; or ask for another size`,
  );
}

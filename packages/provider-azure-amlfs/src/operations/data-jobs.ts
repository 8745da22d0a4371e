import { DriverError, type FileSystem, type ModificationStep } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { dataJobOperations, type JobAddress } from '../api/arm-operations.js';
import { malformed, memberOf } from '../api/answer-shape.js';
import type { Arm } from '../api/arm.js';
import type { DataJobs } from '../parameters/data-repository.js';
import { isAbsent, toDriverError } from '../api/errors.js';
import { inWords, tolerant, text } from '../api/tolerant-json.js';

/** Schema of an auto-import or auto-export job in ARM's JSON (Microsoft.StorageCache, 2026-01-01), as far as needed. */
const armJob = z.object({
  systemData: tolerant(z.object({ createdAt: text })),
  properties: tolerant(
    z.object({
      provisioningState: text,
      status: tolerant(
        z.object({
          state: text,
          statusCode: text,
          statusMessage: text,
          lastStartedTimeUTC: text,
          lastCompletionTimeUTC: text,
        }),
      ),
    }),
  ),
});

/** Pause before a failed job, reported with its reason, is deleted and recreated. Provisioners retry every few seconds,
 *  and each new job makes Azure scan the container. */
const PAUSE_AFTER_FAILURE_MS = 10 * 60 * 1000;

/** Name of the job of each kind, the same for all replicas, and its title for people. */
const kinds = {
  autoImport: { job: 'lustre-csi-auto-import', title: 'auto-import' },
  autoExport: { job: 'lustre-csi-auto-export', title: 'auto-export' },
} as const;

type Kind = keyof typeof kinds;

/** Inputs of the completion of a volume. */
export interface Completion {
  readonly location: string;
  readonly jobs: DataJobs;
}

/** Auto-import and auto-export jobs of new file systems: reads existing ones and creates missing ones. */
export class DataJobCompletion {
  /** Time at which this process first saw the failure of a job, by address, in milliseconds since the epoch. It counts
   *  only where Azure reports no time. */
  readonly #failedSince = new Map<string, number>();

  constructor(
    private readonly arm: Pick<Arm, 'call'>,
    private readonly now: () => number,
  ) {}

  /** Takes the next step towards the jobs of a file system.
   *  @throws DriverError unavailable with the reason of a failed job, and the time of its deletion and recreation */
  async complete(
    { location, jobs }: Completion,
    fileSystem: FileSystem,
    signal: AbortSignal,
  ): Promise<ModificationStep> {
    for (const kind of ['autoImport', 'autoExport'] as const) {
      const properties = jobs[kind];
      if (!properties) continue;
      const step = await this.#advance(kind, fileSystem, { location, properties }, signal);
      if (step !== 'done') return step;
    }
    return 'done';
  }

  async #advance(
    kind: Kind,
    fileSystem: FileSystem,
    body: object,
    signal: AbortSignal,
  ): Promise<ModificationStep> {
    const { job, title } = kinds[kind];
    const address = { resourceGroup: fileSystem.listingScope, name: fileSystem.id, job };
    const what = `${title} job ${job} of file system ${fileSystem.id}`;
    const state = await this.#look(kind, address, what, signal);
    if (state?.kind === 'failed') return this.#afterFailure(kind, address, { what, state }, signal);
    this.#failedSince.delete(keyOf(address));
    if (state?.kind === 'ready') return 'done';
    if (state) return { waitingFor: `its ${title} job is ${state.detail}` };
    try {
      await this.arm.call(dataJobOperations[kind].put, { ...address, body }, signal);
    } catch (error) {
      const failure = toDriverError(error, `cannot create ${what}`, 'effect', signal);
      // The file system exists: after a final answer, no object of Kubernetes would refer to it.
      if (failure.kind === 'aborted') return { waitingFor: failure.message };
      throw new DriverError('unavailable', failure.message, { cause: failure.cause });
    }
    return { waitingFor: `its ${title} job is being created` };
  }

  async #look(
    kind: Kind,
    address: JobAddress,
    what: string,
    signal: AbortSignal,
  ): Promise<JobState | undefined> {
    try {
      const answer = await this.arm.call(dataJobOperations[kind].get, address, signal);
      if (isJob(answer.body)) return jobState(answer.body);
      throw malformed(answer, 'it does not describe the job');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw toDriverError(error, `cannot look up ${what}`, 'lookup', signal);
    }
  }

  async #afterFailure(
    kind: Kind,
    address: JobAddress,
    { what, state }: { readonly what: string; readonly state: JobState },
    signal: AbortSignal,
  ): Promise<never> {
    const failed = `${what}: ${state.detail}; remove the cause (roles on the storage account, hsm-container, the prefixes)`;
    const again = this.#failedAt(address, state) + PAUSE_AFTER_FAILURE_MS;
    if (this.now() < again) {
      const when = new Date(again).toISOString();
      throw unavailable(
        `${failed}. The driver deletes and recreates it from ${when}, or recreates it at once when you delete the job`,
      );
    }
    try {
      await this.arm.call(dataJobOperations[kind].delete, address, signal);
    } catch (error) {
      throw unavailable(
        toDriverError(error, `${failed}. The driver cannot delete it`, 'lookup', signal).message,
        error,
      );
    }
    this.#failedSince.delete(keyOf(address));
    throw unavailable(`${failed}. The driver deletes and recreates it`);
  }

  /** Time of the failure. A time from Azure is the same for all replicas; one in the future does not count. */
  #failedAt(address: JobAddress, { at }: JobState): number {
    const now = this.now();
    if (at !== undefined && at <= now) return at;
    const seen = this.#failedSince.get(keyOf(address)) ?? now;
    this.#failedSince.set(keyOf(address), seen);
    return seen;
  }
}

const keyOf = ({ resourceGroup, name, job }: JobAddress): string => `${resourceGroup}/${name}/${job}`;

const unavailable = (message: string, cause?: unknown): DriverError =>
  new DriverError('unavailable', message, { cause });

/** State of a job, with the cloud's words about it. */
export interface JobState {
  readonly kind: 'ready' | 'pending' | 'failed';
  readonly detail: string;
  /** Time of its last event in milliseconds since the epoch; absent where Azure does not report it. */
  readonly at?: number;
}

/** Reads ARM's JSON of a job. A job is ready as soon as Azure has set it up; one that an operator disabled later is not a
 *  failure of the volume. */
export function jobState(resource: unknown): JobState {
  const parsed = z.safeParse(armJob, resource);
  const { systemData, properties = {} } = parsed.success ? parsed.data : {};
  const { provisioningState = 'unknown', status = {} } = properties;
  const at = latest(status.lastCompletionTimeUTC, status.lastStartedTimeUTC, systemData?.createdAt);
  const failed = status.state?.toLowerCase() === 'failed' && !/^deleting$/i.test(provisioningState);
  const shown = failed ? 'Failed' : provisioningState;
  return {
    kind: kindOf(shown.toLowerCase()),
    detail: inWords(', ', shown, inWords(': ', status.statusCode, status.statusMessage)),
    ...(at === undefined ? {} : { at }),
  };
}

/** Reports whether ARM's JSON shows the state of a job. */
const isJob = (resource: unknown): boolean =>
  typeof memberOf(memberOf(resource, 'properties'), 'provisioningState') === 'string';

function latest(...times: readonly (string | undefined)[]): number | undefined {
  const known = times.map((time) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : Math.max(...known);
}

function kindOf(state: string): JobState['kind'] {
  if (state === 'failed' || state === 'canceled') return 'failed';
  return state === 'succeeded' ? 'ready' : 'pending';
}

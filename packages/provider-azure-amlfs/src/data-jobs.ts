import { DriverError, type FileSystem, type ModificationStep } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { dataJobOperations, type JobAddress } from './arm-operations.js';
import type { Arm } from './arm.js';
import type { DataJobs } from './data-repository.js';
import { isAbsent, toDriverError } from './errors.js';
import { inWords, lenient, text } from './lenient.js';

/** An auto-import or auto-export job as ARM shows it, as far as it matters here. */
const armJob = z.object({
  properties: lenient(
    z.object({
      provisioningState: text,
      status: lenient(z.object({ state: text, statusCode: text, statusMessage: text })),
    }),
  ),
});

/** The name of the job of each kind, the same for everybody who looks for it, and what people call it. */
const kinds = {
  autoImport: { job: 'lustre-csi-auto-import', title: 'auto-import' },
  autoExport: { job: 'lustre-csi-auto-export', title: 'auto-export' },
} as const;

type Kind = keyof typeof kinds;

/** What the completion of a volume depends on. */
export interface Completion {
  readonly location: string;
  readonly jobs: DataJobs;
}

/** Auto-import and auto-export jobs of new file systems: looks at what exists, creates what is missing. */
export class DataJobCompletion {
  constructor(private readonly arm: Pick<Arm, 'call'>) {}

  /** @throws DriverError unavailable with the reason of a job that has failed: it is deleted, and made anew by the
   *    next call */
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
    const address = { resourceGroup: fileSystem.scope, name: fileSystem.id, job };
    const what = `${title} job ${job} of file system ${fileSystem.id}`;
    const state = await this.#look(kind, address, what, signal);
    if (state?.kind === 'ready') return 'done';
    if (state?.kind === 'pending') return { waitingFor: `its ${title} job is ${state.detail}` };
    if (state) return this.#discard(kind, address, `${what}: ${state.detail}`, signal);
    try {
      await this.arm.call(dataJobOperations[kind].put, { ...address, body }, signal);
    } catch (error) {
      const failure = toDriverError(error, `cannot create ${what}`, 'effect', signal);
      // The file system exists: a final answer could leave it behind, with nobody who knows of it.
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
      const { body } = await this.arm.call(dataJobOperations[kind].get, address, signal);
      return jobState(body);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw toDriverError(error, `cannot look up ${what}`, 'lookup', signal);
    }
  }

  async #discard(kind: Kind, address: JobAddress, why: string, signal: AbortSignal): Promise<never> {
    const failed = `${why}; remove the cause (roles on the storage account, hsm-container, the prefixes)`;
    try {
      await this.arm.call(dataJobOperations[kind].delete, address, signal);
    } catch (error) {
      throw new DriverError(
        'unavailable',
        toDriverError(error, `${failed}. It stays`, 'lookup', signal).message,
        {
          cause: error,
        },
      );
    }
    throw new DriverError('unavailable', `${failed}. It is deleted and made anew`);
  }
}

/** What a job is good for, and the cloud's words about it. */
export interface JobState {
  readonly kind: 'ready' | 'pending' | 'failed';
  readonly detail: string;
}

/** Reads ARM's JSON of a job. It is ready as soon as Azure has set it up; a job that somebody has disabled since is no
 *  fault of the volume. */
export function jobState(resource: unknown): JobState {
  const parsed = z.safeParse(armJob, resource);
  const properties = (parsed.success ? parsed.data.properties : undefined) ?? {};
  const { provisioningState = 'unknown', status = {} } = properties;
  const told = status.state?.toLowerCase() === 'failed' ? status.state : provisioningState;
  return {
    kind: kindOf(told.toLowerCase()),
    detail: inWords(', ', told, inWords(': ', status.statusCode, status.statusMessage)),
  };
}

function kindOf(state: string): JobState['kind'] {
  if (state === 'failed' || state === 'canceled') return 'failed';
  return state === 'succeeded' ? 'ready' : 'pending';
}

import * as z from 'zod/mini';
import { MalformedAnswerError, statusOfCode } from './api-error.js';
import { isAbsent, isUnimplemented, toDriverError } from './errors.js';
import type { LustreApi } from './lustre-api.js';
import { lustreOperations } from './lustre-operations.js';
import { allPages } from './pages.js';
import { text, tolerant } from '../plan/tolerant-json.js';

const operationSchema = z.object({
  name: z.string(),
  done: tolerant(z.boolean()),
  error: tolerant(z.object({ code: tolerant(z.number()), message: text })),
  metadata: tolerant(z.looseObject({ target: text, verb: text, createTime: text, '@type': text })),
});

/** Long-running operation (google.longrunning.Operation). */
export interface LongRunningOperation {
  /** Resource name. */
  readonly name: string;
  readonly isDone: boolean;
  /** Google's words about its failure; absent: it has not failed. */
  readonly failure?: string;
  /** Resource name of the instance. */
  readonly target: string;
  /** `create`, `update`, `delete`, or `import` for a transfer from Cloud Storage. */
  readonly verb: string;
  readonly startedAt: Date;
}

/** Reads an operation from the API's JSON. @throws MalformedAnswerError */
export function toOperation(body: object): LongRunningOperation {
  const parsed = z.safeParse(operationSchema, body);
  if (!parsed.success) throw new MalformedAnswerError('Google sent a malformed answer: it is no operation');
  const { name, done = false, error, metadata = {} } = parsed.data;
  return {
    name,
    isDone: done,
    target: metadata.target ?? '',
    verb: verbOf(metadata),
    startedAt: startOf(metadata.createTime),
    ...(error ? { failure: `${error.message ?? 'no reason'} (${statusOfCode(error.code ?? 2)})` } : {}),
  };
}

/** Kind of an operation; the metadata of a transfer has no verb. */
function verbOf(metadata: {
  readonly verb?: string | undefined;
  readonly '@type'?: string | undefined;
}): string {
  return metadata.verb ?? (metadata['@type']?.endsWith('ImportDataMetadata') ? 'import' : '');
}

function startOf(createTime: string | undefined): Date {
  const startedAt = new Date(createTime ?? NaN);
  return Number.isNaN(startedAt.getTime()) ? new Date(0) : startedAt;
}

/** Reads long-running operations. */
export class LongRunningOperations {
  constructor(private readonly api: Pick<LustreApi, 'call'>) {}

  /** Looks up an operation; undefined where Google keeps it no longer.
   *  @throws DriverError */
  async find(name: string, signal: AbortSignal): Promise<LongRunningOperation | undefined> {
    try {
      return toOperation(await this.api.call(lustreOperations.getOperation, { name }, signal));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw toDriverError(error, `cannot look up the operation ${name}`, 'lookup', signal);
    }
  }

  /** Latest operation of a kind on an instance; undefined where Google keeps none.
   *  @throws DriverError */
  async latest(
    {
      project,
      zone,
      instance,
    }: { readonly project: string; readonly zone: string; readonly instance: string },
    verb: string,
    signal: AbortSignal,
  ): Promise<LongRunningOperation | undefined> {
    const suffix = `/locations/${zone}/instances/${instance}`;
    try {
      const { items } = await allPages('operations', (page) =>
        this.api.call(lustreOperations.listOperations, { project, zone, ...page }, signal),
      );
      return items
        .map(toOperation)
        .filter((operation) => operation.verb === verb && operation.target.endsWith(suffix))
        .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())[0];
    } catch (error) {
      throw toDriverError(error, `cannot list the operations of zone ${zone}`, 'lookup', signal);
    }
  }

  /** Deletes the record of an operation, where the service deletes records. @throws DriverError */
  async forget(name: string, signal: AbortSignal): Promise<void> {
    try {
      await this.api.call(lustreOperations.deleteOperation, { name }, signal);
    } catch (error) {
      if (isAbsent(error) || isUnimplemented(error)) return;
      throw toDriverError(
        error,
        `cannot delete the record of the failed operation ${name}`,
        'effect',
        signal,
      );
    }
  }
}

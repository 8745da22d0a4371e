import type { CloudRequestEnd, CloudRequests } from '@lustre-csi/core';
import { isKnownError, isThrottling, type SdkError } from './errors.js';

/** Context that the SDK gives its middleware. */
interface Context {
  readonly commandName?: string;
}

interface Arguments {
  readonly request?: unknown;
}

interface Answer {
  readonly output: { readonly $metadata?: { readonly requestId?: string | undefined } };
}

type Handler = (args: Arguments) => Promise<Answer>;

/** Place of a middleware in the SDK's stack. */
interface Place {
  readonly step: 'deserialize';
  readonly name: string;
  readonly priority: 'high';
}

/** Part of an SDK client by which its requests are observed. */
export interface ObservableClient {
  readonly middlewareStack: {
    add(middleware: (next: Handler, context: Context) => Handler, place: Place): void;
  };
}

/** Reports each HTTP request of a client, repetitions of the SDK included. */
export function observeRequests<Client extends { readonly middlewareStack: unknown }>(
  client: Client,
  requests: CloudRequests,
): Client {
  const { middlewareStack } = client as unknown as ObservableClient;
  middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const ended = requests.sent(commandName.replace(/Command$/, ''), attemptOf(args));
        try {
          const answer = await next(args);
          const requestId = answer.output.$metadata?.requestId;
          ended({ code: 'OK', ...(requestId === undefined ? {} : { requestId }) });
          return answer;
        } catch (error) {
          ended(endOf(error));
          throw error;
        }
      },
    // Around the parser of answers: its errors have names. Inside of the retries and the signature.
    { step: 'deserialize', name: 'observeRequests', priority: 'high' },
  );
  return client;
}

/** Attempt of a request, which the SDK writes in a header: `attempt=2; max=3`. */
function attemptOf({ request }: Arguments): number {
  const { headers = {} } = (request ?? {}) as { readonly headers?: Readonly<Record<string, string>> };
  return Number(/attempt=(\d+)/.exec(headers['amz-sdk-request'] ?? '')?.[1] ?? 1);
}

/** End of a request that has failed. Names that the driver does not know become the HTTP status: metrics stay few. */
export function endOf(thrown: unknown): CloudRequestEnd {
  const error = thrown instanceof Error ? (thrown as SdkError) : undefined;
  const { requestId, httpStatusCode: status } = error?.$metadata ?? {};
  const throttled = error !== undefined && (isThrottling(error.name) || status === 429);
  return {
    code: codeOf(error, status),
    ...(throttled ? { throttled } : {}),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function codeOf(error: SdkError | undefined, status: number | undefined): string {
  if (!error) return 'network';
  if (isKnownError(error.name)) return error.name;
  if (status !== undefined) return String(status);
  if (error.name === 'AbortError') return 'aborted';
  // The SDK gives this name to broken connections, too.
  const isLate = error.name === 'TimeoutError' && !/^(?:ECONNRESET|EPIPE)$/.test(String(error.code));
  return isLate ? 'timeout' : 'network';
}

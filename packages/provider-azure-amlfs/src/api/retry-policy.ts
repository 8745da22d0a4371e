import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '@lustre-csi/core';
import {
  retryPolicy,
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
  type PipelineRetryOptions,
  type RetryInformation,
  type RetryStrategy,
  type SendRequest,
} from '@azure/core-rest-pipeline';

/**
 * Decides which requests are retried, and when. The policy never repeats a request that may have had its effect: after a
 * cut connection or a 5xx answer to a PUT, the file system may exist, and a second PUT would be an update of it. So it
 * repeats reads after every temporary failure, changes only after 429, which means that nothing was done. It honours
 * Retry-After exactly; the caller's abort signal ends every wait.
 */
export function armRetryPolicy(options: PipelineRetryOptions = {}): PipelinePolicy {
  const { maxRetries = 3, retryDelayInMs = 1000, maxRetryDelayInMs = 10_000 } = options;
  const backoff = (retryCount: number): number => {
    const most = Math.min(retryDelayInMs * 2 ** retryCount, maxRetryDelayInMs);
    return most / 2 + (Math.random() * most) / 2; // Jitter: replicas that failed together must not return together.
  };
  const read = retryPolicy([strategy('read', mayPass, backoff)], { maxRetries });
  const change = retryPolicy([strategy('change', isThrottled, backoff)], { maxRetries });
  const readGate = new ThrottleGate();
  const changeGate = new ThrottleGate();
  return {
    name: 'armRetryPolicy',
    sendRequest: (request, next) =>
      isRead(request)
        ? read.sendRequest(request, readGate.guarding(next))
        : change.sendRequest(request, changeGate.guarding(next)),
  };
}

/**
 * Delays all requests after one was throttled: ARM counts the calls of a principal together, reads apart from changes,
 * and every early call prolongs the throttling.
 */
class ThrottleGate {
  #closedUntil = 0;

  guarding(next: SendRequest): SendRequest {
    return async (request) => {
      const milliseconds = this.#closedUntil - systemClock.now();
      if (milliseconds > 0) await wait(milliseconds, undefined, signalOf(request));
      const response = await next(request);
      if (response.status === 429) {
        const until = systemClock.now() + (retryAfter(response) ?? 0);
        this.#closedUntil = Math.max(this.#closedUntil, until);
      }
      return response;
    };
  }
}

/** Signal of the request, which the pipeline has converted to a real AbortSignal. */
const signalOf = ({ abortSignal }: PipelineRequest): { signal?: AbortSignal } =>
  abortSignal instanceof AbortSignal ? { signal: abortSignal } : {};

function strategy(
  name: string,
  again: (information: RetryInformation) => boolean,
  backoff: (retryCount: number) => number,
): RetryStrategy {
  return {
    name,
    retry: (information) =>
      again(information)
        ? { retryAfterInMs: retryAfter(information.response) ?? backoff(information.retryCount) }
        : { skipStrategy: true },
  };
}

const isThrottled = ({ response }: RetryInformation): boolean => response?.status === 429;

/** Reports whether a failure is temporary. Without an answer: every network error. With one: throttling, server errors. */
function mayPass({ response, responseError }: RetryInformation): boolean {
  if (!response) return responseError !== undefined;
  return response.status === 429 || response.status === 408 || response.status >= 500;
}

/** Paths of ARM's checks, which are POST requests without effect. */
const READING_POST = /\/(checkAmlFSSubnets|getRequiredAmlFSSubnetsSize)(\?|$)/i;

/** Reports whether the request changes nothing. */
export function isRead({ method, url }: Pick<PipelineRequest, 'method' | 'url'>): boolean {
  return method === 'GET' || method === 'HEAD' || (method === 'POST' && READING_POST.test(url));
}

/** Reads the requested wait in milliseconds (RFC 9110, 10.2.3); undefined where the response has none. */
export function retryAfter(
  response: Pick<PipelineResponse, 'headers'> | undefined,
  now: number = Date.now(),
): number | undefined {
  const value = response?.headers.get('Retry-After')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^[0-9]+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

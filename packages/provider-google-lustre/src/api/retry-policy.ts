import { pause, systemClock, type Clock } from '@lustre-csi/core';
import type { HttpAnswer } from './http-request.js';

/** Pace of repeated requests, in milliseconds. */
export interface RetryOptions {
  readonly retries: number;
  readonly firstDelay: number;
  readonly longestDelay: number;
}

export const defaultRetries: RetryOptions = { retries: 3, firstDelay: 1_000, longestDelay: 10_000 };

/** Longest Retry-After that a call waits for, in milliseconds; a longer one is left to the caller. */
const LONGEST_RETRY_AFTER = 30_000;

/**
 * Repeats requests after temporary failures: cut connections, throttling, server errors. Changes carry a requestId, with
 * which Google executes a repeated request once (AIP-155), so that they are repeated like reads.
 */
export class RetryPolicy {
  constructor(
    private readonly options: RetryOptions = defaultRetries,
    private readonly clock: Clock = systemClock,
  ) {}

  /** @param send sends the request once; rejects where there is no answer */
  async run(send: () => Promise<HttpAnswer>, signal: AbortSignal): Promise<HttpAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await send().catch((error: unknown) => ({ error }));
      const isLast = attempt >= this.options.retries || signal.aborted;
      if (isLast || !mayPass(outcome)) return answerOf(outcome);
      const delay = ('error' in outcome ? undefined : retryAfter(outcome)) ?? this.#backoff(attempt);
      if (delay > LONGEST_RETRY_AFTER) return answerOf(outcome);
      await pause(this.clock, delay, signal);
    }
  }

  /** Jitter: replicas that failed together must not return together. */
  #backoff(attempt: number): number {
    const most = Math.min(this.options.firstDelay * 2 ** attempt, this.options.longestDelay);
    return most / 2 + (Math.random() * most) / 2;
  }
}

type Outcome = HttpAnswer | { readonly error: unknown };

function answerOf(outcome: Outcome): HttpAnswer {
  if ('error' in outcome) throw outcome.error;
  return outcome;
}

function mayPass(outcome: Outcome): boolean {
  if ('error' in outcome) return true;
  const { status, text } = outcome;
  // A quota of instances has the status of throttling, too: it does not pass.
  if (status === 429) return /RATE_LIMIT_EXCEEDED|rate limit|Quota exceeded for quota metric/i.test(text);
  return status === 408 || status >= 500;
}

/** Reads the requested wait in milliseconds (RFC 9110, 10.2.3); undefined where the answer has none. */
export function retryAfter(answer: Pick<HttpAnswer, 'header'>, now: number = Date.now()): number | undefined {
  const value = answer.header('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^[0-9]+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

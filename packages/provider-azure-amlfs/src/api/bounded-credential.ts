import type { TokenCredential } from '@azure/identity';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { untilAborted, type Clock } from '@lustre-csi/core';

/** Limit for a token request with its retries, in milliseconds. */
const TOKEN_TIMEOUT = 30_000;

/** Error of a token request that its source never answers. */
export class TokenTimeoutError extends Error {
  override readonly name = 'TokenTimeoutError';
}

/**
 * Wraps a credential so that it answers or fails in time. Those of @azure/identity have no timeout and ignore the signal
 * of their caller, and all calls wait for the token request of the first: one that hangs would stop the whole process.
 * After the limit, the next call sends a new request.
 * @param source description of the token requests: the beginning of a sentence
 */
export function boundedCredential(
  credential: TokenCredential,
  source: string,
  clock: Pick<Clock, 'after'>,
): TokenCredential {
  return {
    getToken: async (scopes, options) => {
      const timeOver = new AbortController();
      const late = (): void => timeOver.abort(tooLate(source));
      // No AbortSignal.timeout: behind AbortSignal.any, it can be collected before it fires (Node.js 20).
      const callOff = clock.after(TOKEN_TIMEOUT, late);
      try {
        return await untilAborted(credential.getToken(scopes, options), timeOver.signal);
      } finally {
        callOff();
      }
    },
  };
}

const tooLate = (source: string): TokenTimeoutError =>
  new TokenTimeoutError(`${source} was not answered within ${TOKEN_TIMEOUT / 1000} s`);

/** Wraps an HTTP client so that it closes connections without an answer, which credentials never close themselves. */
export const givingUp = (client: HttpClient): HttpClient => ({
  sendRequest: (request) => {
    request.timeout ||= TOKEN_TIMEOUT;
    return client.sendRequest(request);
  },
});

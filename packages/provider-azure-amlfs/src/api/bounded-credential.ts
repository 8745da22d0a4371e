import type { TokenCredential } from '@azure/identity';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { untilAborted, type Clock } from '@lustre-csi/core';

/** How long a token may take, its retries included, in milliseconds. */
const TOKEN_TIMEOUT = 30_000;

/** What a token request ends with that is never answered. */
export class TokenTimeoutError extends Error {
  override readonly name = 'TokenTimeoutError';
}

/**
 * A credential that answers or fails in time. Those of @azure/identity know neither a timeout nor the signal of their
 * caller, and all calls wait for the token request that the first of them has started: one that hangs would stop
 * everything that this process does. Given up, it makes room for a new one.
 * @param source who gives out the tokens, and to which identity: the beginning of a sentence
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
  new TokenTimeoutError(`${source} has not answered within ${TOKEN_TIMEOUT / 1000} s`);

/** An HTTP client that closes connections on which no answer comes: nobody else does it for those of credentials. */
export const givingUp = (client: HttpClient): HttpClient => ({
  sendRequest: (request) => {
    request.timeout ||= TOKEN_TIMEOUT;
    return client.sendRequest(request);
  },
});

import type { TokenCredential } from '@azure/identity';
import { loadOnce } from '@lustre-csi/core';

/** Credential with an SDK that the first request for a token loads. */
export function deferredCredential(load: () => Promise<TokenCredential>): TokenCredential {
  const credential = loadOnce(load);
  return { getToken: async (scopes, options) => (await credential()).getToken(scopes, options) };
}

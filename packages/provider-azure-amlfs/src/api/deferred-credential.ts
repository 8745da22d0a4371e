import type { TokenCredential } from '@azure/identity';

/** Credential with an SDK that the first request for a token loads. */
export function deferredCredential(load: () => Promise<TokenCredential>): TokenCredential {
  let loaded: Promise<TokenCredential> | undefined;
  const credential = async (): Promise<TokenCredential> => {
    try {
      return await (loaded ??= load());
    } catch (error) {
      loaded = undefined;
      throw error;
    }
  };
  return { getToken: async (scopes, options) => (await credential()).getToken(scopes, options) };
}

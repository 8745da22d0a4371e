import type { Settings } from '@lustre-csi/core';
import type { NetworkAgents } from '@lustre-csi/core/network';
import * as z from 'zod/mini';
import { MetadataServer } from '../node/metadata-server.js';
import type { AccessToken, TokenSource } from './access-token.js';
import { parseJson } from './api-error.js';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Variable with the path of a credential file, as all of Google's libraries read it. */
const FILE_VARIABLE = 'GOOGLE_APPLICATION_CREDENTIALS';

/** Token in the answer of the metadata server. */
const metadataToken = z.object({ access_token: z.string().check(z.minLength(1)), expires_in: z.number() });

/** Chooses the source of access tokens: the credential file where one is named (a key of a service account, or a
 *  configuration of workload identity federation), otherwise the metadata server, through which GKE gives the tokens of
 *  the pod's identity.
 *  @param agents proxies and authorities */
export function tokenSource(settings: Settings, agents: NetworkAgents | undefined): TokenSource {
  const file = settings.environment(FILE_VARIABLE);
  return file === undefined ? fromMetadata(new MetadataServer(settings)) : fromFile(file, agents);
}

const fromMetadata = (server: MetadataServer): TokenSource => ({
  description: `the request to the metadata server ${server.endpoint} for a token`,
  fetch: async () => {
    const text = await server.get(
      `instance/service-accounts/default/token?scopes=${encodeURIComponent(SCOPE)}`,
    );
    const token = z.safeParse(metadataToken, parseJson(text));
    if (!token.success) throw new Error('its answer has no token');
    return { text: token.data.access_token, expiresAt: Date.now() + token.data.expires_in * 1000 };
  },
});

/** google-auth-library is loaded only here: a pod of GKE does not need it. */
function fromFile(file: string, agents: NetworkAgents | undefined): TokenSource {
  const load = async (): Promise<() => Promise<AccessToken>> => {
    const { readCredentialFile } = await import('./credential-file.js');
    return readCredentialFile(file, SCOPE, agents);
  };
  let loaded: Promise<() => Promise<AccessToken>> | undefined;
  return {
    description: `the request for a token with the credentials ${file} (${FILE_VARIABLE})`,
    fetch: async () => {
      try {
        return await (
          await (loaded ??= load())
        )();
      } catch (error) {
        loaded = undefined; // The file may be corrected meanwhile.
        throw error;
      }
    },
  };
}

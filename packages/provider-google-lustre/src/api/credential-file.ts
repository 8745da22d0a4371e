import { GoogleAuth } from 'google-auth-library';
import type { NetworkAgents } from '@lustre-csi/core/network';
import type { AccessToken } from './access-token.js';

/** Lifetime that is assumed where the library does not report it, in milliseconds. */
const ASSUMED_LIFETIME = 5 * 60_000;

/** Reads a credential file: a key of a service account, or a configuration of workload identity federation.
 *  @returns a function that requests a token; the library itself keeps one until it expires
 *  @throws Error that names the file */
export async function readCredentialFile(
  file: string,
  scope: string,
  agents: NetworkAgents | undefined,
): Promise<() => Promise<AccessToken>> {
  const transporterOptions = agents
    ? { agent: (url: URL) => (url.protocol === 'https:' ? agents.https : agents.http) }
    : {};
  const auth = new GoogleAuth({ keyFilename: file, scopes: [scope], clientOptions: { transporterOptions } });
  const client = await auth.getClient();
  return async () => {
    const { token } = await client.getAccessToken();
    if (!token) throw new Error('its answer has no token');
    return { text: token, expiresAt: client.credentials.expiry_date ?? Date.now() + ASSUMED_LIFETIME };
  };
}

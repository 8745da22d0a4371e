import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf } from '@lustre-csi/core';
import { CredentialsError, newSessionKeys, sessionKey, type SessionKey } from './credentials.js';
import type { HttpAnswer, HttpExchange } from './http-exchange.js';

export interface WorkloadIdentityParts {
  /** Exchange that trusts the authority of the cluster. */
  readonly send: HttpExchange;
  /** Address of the token service of the cluster: `https://HOST:12250`. */
  readonly url: string;
  readonly tokenFile: string;
  readonly now?: () => number;
}

/** Port of the token service in OKE clusters. */
export const WORKLOAD_IDENTITY_PORT = 12250;

/** Files of the service account in every pod. */
export const serviceAccount = {
  token: '/var/run/secrets/kubernetes.io/serviceaccount/token',
  ca: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
};

/** Opens a session of a Kubernetes service account in an enhanced OKE cluster (as the SDKs do). The token of the service
 *  account is read at each time: kubelet replaces it. @throws CredentialsError */
export async function openWorkloadSession(parts: WorkloadIdentityParts): Promise<SessionKey> {
  const { send, url, tokenFile, now = Date.now } = parts;
  const serviceToken = await readFile(tokenFile, 'utf8').catch((error: unknown) => {
    throw refused(`the token of the service account cannot be read: ${messageOf(error)}`);
  });
  const { publicKey, privateKey } = await newSessionKeys();
  const requestId = randomBytes(16).toString('hex').toUpperCase();
  const body = JSON.stringify({ podKey: publicKey.export({ type: 'spki', format: 'pem' }) });
  const request = {
    method: 'POST',
    url: new URL(`${url}/resourcePrincipalSessionTokens`),
    headers: {
      authorization: `Bearer ${serviceToken.trim()}`,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'opc-request-id': requestId,
    },
    body,
  };
  const answer = await send(request).catch((error: unknown) => {
    throw refused(`${request.url.href} cannot be reached: ${messageOf(error)}`);
  });
  if (answer.status !== 200) throw refused(`${reasonOf(answer)} (request id ${requestId})`);
  return sessionKey(tokenIn(answer.body), privateKey, now());
}

const reasonOf = ({ status, body }: HttpAnswer): string =>
  status === 403
    ? 'the cluster is not an enhanced one (HTTP 403)'
    : `the token service answered ${status}: ${body.slice(0, 300)}`;

const PREFIX = 'ST$';

/** Token of an answer: a JSON text with the base64 of `{"token":"ST$…"}`. */
function tokenIn(body: string): string {
  try {
    const encoded = JSON.parse(body) as unknown;
    const decoded = Buffer.from(String(encoded), 'base64').toString();
    const { token } = JSON.parse(decoded) as { readonly token?: unknown };
    if (typeof token === 'string' && token.length > PREFIX.length) return token.slice(PREFIX.length);
  } catch {
    // Reported below, like an answer without a token.
  }
  throw refused('the answer has no token');
}

const refused = (why: string): CredentialsError =>
  new CredentialsError(
    `the workload identity got no token: ${why}; it needs an enhanced OKE cluster and a policy for the service account ` +
      'of the controller',
  );

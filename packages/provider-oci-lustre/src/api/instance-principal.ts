import { createPrivateKey, X509Certificate } from 'node:crypto';
import { messageOf } from '@lustre-csi/core';
import { CredentialsError, newSessionKeys, sessionKey, type SessionKey } from './credentials.js';
import type { HttpExchange } from './http-exchange.js';
import type { InstanceMetadata } from './instance-metadata.js';
import { signRequest } from './request-signing.js';

export interface InstancePrincipalParts {
  readonly send: HttpExchange;
  readonly metadata: Pick<InstanceMetadata, 'text'>;
  /** Address of the token service: `https://auth.REGION.DOMAIN`. */
  readonly authUrl: () => Promise<string>;
  readonly now?: () => number;
}

/**
 * Opens a session of the instance principal: the token service gives a token for a new key, in exchange for a request that
 * the certificate of the instance has signed (as the SDKs do; `/v1/x509`).
 * @throws CredentialsError
 */
export async function openInstanceSession(parts: InstancePrincipalParts): Promise<SessionKey> {
  const { send, metadata, authUrl, now = Date.now } = parts;
  const [certificate = '', key = '', intermediate = ''] = await Promise.all(
    ['identity/cert.pem', 'identity/key.pem', 'identity/intermediate.pem'].map((path) => metadata.text(path)),
  );
  const { publicKey, privateKey } = await newSessionKeys();
  const body = JSON.stringify({
    certificate: withoutFrame(certificate),
    publicKey: withoutFrame(publicKey.export({ type: 'spki', format: 'pem' }) as string),
    intermediateCertificates: [withoutFrame(intermediate)],
    purpose: 'DEFAULT',
    fingerprintAlgorithm: 'SHA256',
  });
  const url = new URL(`${await authUrl()}/v1/x509`);
  const request = { method: 'POST', url, headers: {}, body };
  const signed = signRequest(request, instanceKey(certificate, key), new Date(now()), false);
  const answer = await send(signed).catch((error: unknown) => {
    throw refused(`${url.href} cannot be reached: ${messageOf(error)}`);
  });
  if (answer.status !== 200)
    throw refused(`${url.href} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  return sessionKey(tokenIn(answer.body), privateKey, now());
}

/** Key of the instance, whose id contains the tenancy of its certificate. */
function instanceKey(certificatePem: string, keyPem: string): Parameters<typeof signRequest>[1] {
  const certificate = new X509Certificate(certificatePem);
  const tenancyId = /opc-(?:tenant|identity):(\S+)/.exec(certificate.subject)?.[1];
  if (tenancyId === undefined) throw refused('the certificate of the instance names no tenancy');
  return {
    keyId: `${tenancyId}/fed-x509-sha256/${certificate.fingerprint256}`,
    privateKey: createPrivateKey(keyPem),
  };
}

function tokenIn(body: string): string {
  try {
    const { token } = JSON.parse(body) as { readonly token?: unknown };
    if (typeof token === 'string') return token;
  } catch {
    // Reported below, like an answer without a token.
  }
  throw refused('its answer has no token');
}

/** PEM as the token service takes it: base64 alone. */
const withoutFrame = (pem: string): string => pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '');

const refused = (why: string): CredentialsError =>
  new CredentialsError(
    `the instance principal got no token: ${why}; check that a dynamic group contains the instance, and that the ` +
      'controller reaches the token service',
  );

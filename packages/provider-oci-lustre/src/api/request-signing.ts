import { createHash, sign, type KeyObject } from 'node:crypto';
import type { HttpRequest } from './http-exchange.js';

/** Key with which requests are signed. */
export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

const hasBody = ({ method }: HttpRequest): boolean => /^(?:POST|PUT|PATCH)$/.test(method);

/**
 * Adds the headers of a signed request (OCI documentation, Request Signatures, version 1): rsa-sha256 over date, target and
 * host, and over length, type and digest of a body.
 * @param signsHost false for the token service of instances, which does not take the host
 */
export function signRequest(
  request: HttpRequest,
  { keyId, privateKey }: SigningKey,
  date = new Date(),
  signsHost = true,
): HttpRequest {
  const { method, url, body = '' } = request;
  const signed: Record<string, string> = {
    date: date.toUTCString(),
    '(request-target)': `${method.toLowerCase()} ${url.pathname}${url.search}`,
    ...(signsHost ? { host: url.host } : {}),
    ...(hasBody(request) ? bodyHeaders(body) : {}),
  };
  const text = Object.entries(signed)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64');
  const { '(request-target)': _, ...headers } = signed;
  const authorization =
    `Signature version="1",headers="${Object.keys(signed).join(' ')}",keyId="${keyId}",` +
    `algorithm="rsa-sha256",signature="${signature}"`;
  return { ...request, headers: { ...request.headers, ...headers, authorization } };
}

function bodyHeaders(body: string): Record<string, string> {
  return {
    'content-length': String(Buffer.byteLength(body)),
    'content-type': 'application/json',
    'x-content-sha256': createHash('sha256').update(body).digest('base64'),
  };
}

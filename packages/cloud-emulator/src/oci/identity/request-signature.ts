import { createHash, verify, type KeyObject } from 'node:crypto';
import { notAuthenticated } from '../protocol/oci-error.js';

/** HTTP request whose signature is checked. */
export interface SignedRequest {
  readonly method: string;
  /** Path with the query, as it was sent. */
  readonly target: string;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

interface Signature {
  readonly keyId: string;
  readonly headers: readonly string[];
  readonly signature: string;
}

const SKEW = 5 * 60 * 1000;
const always = ['(request-target)', 'host'];
const withBody = ['content-length', 'content-type', 'x-content-sha256'];

/**
 * Checks the signature of a request (https://docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm): the headers
 * that must be signed, the time, the digest of the body, and the signature itself.
 * @param findKey the public key of a keyId; undefined: it is unknown
 * @param required further headers that must be signed; the token service demands no host
 * @returns the keyId
 * @throws OciError 401
 */
export function checkSignature(
  request: SignedRequest,
  findKey: (keyId: string) => KeyObject | undefined,
  now: number,
  required: readonly string[] = always,
): string {
  const { keyId, headers, signature } = parseSignature(request.header('authorization'));
  const dated = headers.includes('x-date') ? 'x-date' : 'date';
  const needed = [dated, ...required, ...(/^(POST|PUT)$/.test(request.method) ? withBody : [])];
  const unsigned = needed.find((name) => !headers.includes(name));
  if (unsigned !== undefined) throw refusal(`the header ${unsigned} is not signed`);
  const sentAt = Date.parse(request.header(dated) ?? '');
  if (!(Math.abs(now - sentAt) <= SKEW))
    throw refusal(`${dated} is not within five minutes of the server's time`);
  checkDigest(request);
  const key = findKey(keyId);
  if (!key) throw refusal('the keyId is unknown, or its token has expired');
  const text = signingText(request, headers);
  if (!verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64')))
    throw refusal('the signature does not fit the request');
  return keyId;
}

function parseSignature(authorization = ''): Signature {
  const [scheme, rest = ''] = authorization.split(/ (.*)/s);
  const fields = new Map(
    [...rest.matchAll(/([A-Za-z]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  const [keyId, headers, signature] = ['keyId', 'headers', 'signature'].map((name) => fields.get(name));
  if (scheme !== 'Signature' || !keyId || !headers || !signature || fields.get('algorithm') !== 'rsa-sha256')
    throw refusal('the Authorization header is no signature of version 1');
  return { keyId, headers: headers.split(' '), signature };
}

/** The text whose signature the header has: one line for each signed header. */
const signingText = ({ method, target, header }: SignedRequest, headers: readonly string[]): string =>
  headers
    .map((name) =>
      name === '(request-target)'
        ? `${name}: ${method.toLowerCase()} ${target}`
        : `${name}: ${header(name) ?? ''}`,
    )
    .join('\n');

function checkDigest({ method, header, body }: SignedRequest): void {
  if (!/^(POST|PUT)$/.test(method)) return;
  const digest = createHash('sha256').update(body).digest('base64');
  if (header('x-content-sha256') !== digest) throw refusal('x-content-sha256 does not fit the body');
}

const refusal = (why: string): Error =>
  notAuthenticated(
    `The required information to complete authentication was not provided or was incorrect: ${why}.`,
  );

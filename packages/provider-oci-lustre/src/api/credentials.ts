import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { ConfigurationError, messageOf } from '@lustre-csi/core';
import type { OciConfig } from '../parameters/oci-config.js';
import type { SigningKey } from './request-signing.js';

/** Identity of the controller. */
export interface Credentials {
  /** Returns a valid key. @throws CredentialsError */
  key(): Promise<SigningKey>;
  /** Forgets a key that OCI has refused, so that the next call gets another one.
   *  @returns false where there is no other one */
  discard(key: SigningKey): boolean;
}

/** Error of a source of credentials: its message states the cause and the next step. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/** Creates the credentials of a user's API signing key. @throws ConfigurationError where the key cannot be read */
export function userKeyCredentials(config: OciConfig): Credentials {
  const { tenancyId, userId, fingerprint, key = '', passphrase } = config;
  const signingKey = { keyId: `${tenancyId}/${userId}/${fingerprint}`, privateKey: readKey(key, passphrase) };
  return { key: async () => signingKey, discard: () => false };
}

function readKey(pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    throw new ConfigurationError(`the API signing key of OCI cannot be read as a PEM: ${messageOf(error)}`);
  }
}

/** Key of a session, and the time at which its token ends, in milliseconds since the epoch. */
export interface SessionKey extends SigningKey {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Credentials with a token that expires. All callers wait for one request of the next token. */
export class SessionCredentials implements Credentials {
  #current: Promise<SessionKey> | undefined;

  constructor(
    private readonly open: () => Promise<SessionKey>,
    private readonly now: () => number = Date.now,
  ) {}

  async key(): Promise<SessionKey> {
    const known = await this.#current?.catch(() => undefined);
    if (known && this.now() < halfLife(known)) return known;
    const opened = this.#renew();
    // While the old token is valid, a renewal may fail.
    return known && this.now() < known.expiresAt - LEAST ? opened.catch(() => known) : opened;
  }

  discard(): boolean {
    this.#current = undefined;
    return true;
  }

  #opening: Promise<SessionKey> | undefined;

  #renew(): Promise<SessionKey> {
    this.#opening ??= this.open()
      .then((key) => {
        this.#current = Promise.resolve(key);
        return key;
      })
      .finally(() => (this.#opening = undefined));
    return this.#opening;
  }
}

/** Shortest validity with which a token is still used, in milliseconds. */
const LEAST = 30_000;

const halfLife = ({ issuedAt, expiresAt }: SessionKey): number => issuedAt + (expiresAt - issuedAt) / 2;

const generate = promisify(generateKeyPair);

/** Creates the key pair of a session. */
export const newSessionKeys = (): Promise<{
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}> => generate('rsa', { modulusLength: 2048 });

/** Reads the session of a token: a JWT with `exp`. @throws CredentialsError where it is none */
export function sessionKey(token: string, privateKey: KeyObject, now: number): SessionKey {
  const exp = expiryOf(token);
  if (exp === undefined)
    throw new CredentialsError('the session token of OCI is no JWT with a time of expiry');
  return { keyId: `ST$${token}`, privateKey, issuedAt: now, expiresAt: exp * 1000 };
}

function expiryOf(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { exp } = claims as { readonly exp?: unknown };
    return typeof exp === 'number' ? exp : undefined;
  } catch {
    return undefined;
  }
}

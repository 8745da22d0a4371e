import { createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import type { OciSeed } from '../seed.js';
import { fingerprintOf, seedUserKey } from '../seed-user-key.js';

/** Seconds for which a session token is valid. */
export const defaultSessionSeconds = 1200;

/** Keys with which callers may sign: that of the user, and those of sessions whose token was issued here. */
export class Principals {
  readonly #sessions = new Map<string, { readonly key: KeyObject; readonly until: number }>();
  #user: { readonly keyId: string; readonly key: KeyObject } | undefined;

  constructor(
    private readonly seed: OciSeed,
    private readonly now: () => number,
    private readonly sessionSeconds = defaultSessionSeconds,
  ) {}

  /** Finds the key of a `keyId`: TENANCY/USER/FINGERPRINT, or `ST$` and a token. */
  readonly find = (keyId: string): KeyObject | undefined => {
    if (!keyId.startsWith('ST$')) return keyId === this.#userKey.keyId ? this.#userKey.key : undefined;
    const session = this.#sessions.get(keyId.slice('ST$'.length));
    return session && session.until > this.now() ? session.key : undefined;
  };

  /** Issues a token for a session key: a JWT whose claims the SDKs read, with an opaque signature. */
  issue(publicKey: KeyObject, claims: Readonly<Record<string, unknown>>): string {
    const issuedAt = Math.floor(this.now() / 1000);
    const exp = issuedAt + this.sessionSeconds;
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = { ...claims, jti: randomUUID(), iat: issuedAt, exp, tenant: this.seed.tenancyId };
    const token = [part({ alg: 'RS256', kid: 'asw' }), part(body), 'emulated'].join('.');
    this.#sessions.set(token, { key: publicKey, until: exp * 1000 });
    return token;
  }

  get #userKey(): { readonly keyId: string; readonly key: KeyObject } {
    if (!this.#user) {
      const key = createPublicKey(seedUserKey());
      this.#user = { keyId: `${this.seed.tenancyId}/${this.seed.userId}/${fingerprintOf(key)}`, key };
    }
    return this.#user;
  }
}

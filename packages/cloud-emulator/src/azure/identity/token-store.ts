import { randomBytes, randomUUID } from 'node:crypto';

/** An access token that Entra ID has given out. */
export interface IssuedToken {
  readonly clientId: string;
  /** Unix time in milliseconds. */
  readonly expiresAt: number;
}

/** Every access token given out so far. */
export class TokenStore {
  readonly #tokens = new Map<string, IssuedToken>();

  constructor(private readonly now: () => number) {}

  /** A new token, in the form of a JWT: clients read its claims for their logs. */
  issue(
    claims: { clientId: string; tenantId: string; audience: string; issuer: string },
    seconds: number,
  ): string {
    const issuedAt = Math.floor(this.now() / 1000);
    const payload = {
      aud: claims.audience,
      iss: claims.issuer,
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + seconds,
      appid: claims.clientId,
      oid: claims.clientId,
      tid: claims.tenantId,
      uti: randomUUID(),
    };
    const token = [
      encode({ typ: 'JWT', alg: 'RS256' }),
      encode(payload),
      randomBytes(32).toString('base64url'),
    ].join('.');
    this.#tokens.set(token, { clientId: claims.clientId, expiresAt: this.now() + seconds * 1000 });
    return token;
  }

  find(token: string): IssuedToken | undefined {
    return this.#tokens.get(token);
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

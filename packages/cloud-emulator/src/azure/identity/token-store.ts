import { randomBytes, randomUUID } from 'node:crypto';

/** Access token of Entra ID, as the issuer remembers it. */
export interface IssuedToken {
  readonly clientId: string;
  /** Unix time in milliseconds. */
  readonly expiresAt: number;
}

/** Access tokens of one tenant: issued, and recognized later. */
export class TokenStore {
  readonly #tokens = new Map<string, IssuedToken>();

  /** @param origin origin of the issuer, known once its server listens */
  constructor(
    private readonly now: () => number,
    private readonly origin: () => string,
    private readonly tenantId: string,
    /** Lifetime of a token. */
    readonly seconds: number,
  ) {}

  /** Issues a token in the form of a JWT: clients read its claims for their logs. */
  issue(clientId: string, audience: string): string {
    const issuedAt = Math.floor(this.now() / 1000);
    const payload = {
      aud: audience,
      iss: `${this.origin()}/${this.tenantId}/`,
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + this.seconds,
      appid: clientId,
      oid: clientId,
      tid: this.tenantId,
      uti: randomUUID(),
    };
    const token = [
      encode({ typ: 'JWT', alg: 'RS256' }),
      encode(payload),
      randomBytes(32).toString('base64url'),
    ].join('.');
    this.#tokens.set(token, { clientId, expiresAt: this.now() + this.seconds * 1000 });
    return token;
  }

  find(token: string): IssuedToken | undefined {
    return this.#tokens.get(token);
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

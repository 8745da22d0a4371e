import { randomBytes } from 'node:crypto';

/** OAuth 2 access tokens: issued, and recognized later. */
export class AccessTokens {
  /** Expiry of each token, in milliseconds since the epoch. */
  readonly #tokens = new Map<string, number>();

  constructor(
    private readonly now: () => number,
    /** Lifetime of a token. */
    readonly seconds: number,
  ) {}

  issue(): string {
    const token = `ya29.${randomBytes(48).toString('base64url')}`;
    this.#tokens.set(token, this.now() + this.seconds * 1000);
    return token;
  }

  isValid(token: string): boolean {
    return (this.#tokens.get(token) ?? 0) > this.now();
  }
}

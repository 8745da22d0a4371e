import { systemClock, untilAborted, type Clock } from '@lustre-csi/core';

/** Limit for a token request with its retries, in milliseconds. */
const TOKEN_TIMEOUT = 30_000;

/** Time before its expiry at which a token is replaced, in milliseconds. */
const EARLY = 60_000;

export interface AccessToken {
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Source of access tokens. */
export interface TokenSource {
  /** Origin of the tokens: the beginning of a sentence. */
  readonly description: string;
  fetch(): Promise<AccessToken>;
}

/** Error of a token request: its source refuses, or never answers. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/**
 * Keeps the access token of the process. Calls that need a new one wait for one request; a request that hangs ends after
 * 30 s, and the next call sends another.
 */
export class AccessTokens {
  #current: AccessToken | undefined;
  #pending: Promise<AccessToken> | undefined;

  constructor(
    private readonly source: TokenSource,
    private readonly clock: Pick<Clock, 'after'> = systemClock,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws TokenError, and the signal's reason */
  async get(signal: AbortSignal): Promise<string> {
    if (this.#current && this.#current.expiresAt - EARLY > this.now()) return this.#current.text;
    this.#pending ??= this.#fetch();
    return (await untilAborted(this.#pending, signal)).text;
  }

  /** Forgets a token that the API refuses, so that the next call requests another. */
  refused(text: string): void {
    if (this.#current?.text === text) this.#current = undefined;
  }

  async #fetch(): Promise<AccessToken> {
    const timeOver = new AbortController();
    const { description } = this.source;
    const late = new TokenError(`${description} was not answered within ${TOKEN_TIMEOUT / 1000} s`);
    // No AbortSignal.timeout: behind AbortSignal.any, it can be collected before it fires (Node.js 20).
    const callOff = this.clock.after(TOKEN_TIMEOUT, () => timeOver.abort(late));
    try {
      this.#current = await untilAborted(this.source.fetch(), timeOver.signal);
      return this.#current;
    } catch (error) {
      if (error instanceof TokenError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new TokenError(`${description} failed: ${why}`, { cause: error });
    } finally {
      callOff();
      this.#pending = undefined;
    }
  }
}

import { incompatibleParameter } from './aws-error.js';

interface Remembered {
  readonly request: string;
  readonly resourceId: string;
  /** Milliseconds since the epoch. */
  readonly forgottenAt: number;
}

/** The ClientRequestTokens that FSx still remembers. Real ones have been forgotten after about five minutes. */
export class ClientTokens {
  readonly #remembered = new Map<string, Remembered>();

  constructor(
    private readonly lifetimeSeconds: number,
    private readonly now: () => number,
  ) {}

  /**
   * The resource that this operation made for the token, if the token is still remembered.
   * Throws IncompatibleParameterError where it came with other parameters.
   */
  recall(operation: string, request: TokenedRequest): string | undefined {
    const token = request.ClientRequestToken;
    if (token === undefined) return undefined;
    const key = `${operation} ${token}`;
    const known = this.#remembered.get(key);
    if (known && known.forgottenAt <= this.now()) this.#remembered.delete(key);
    else if (known && known.request !== fingerprint(request))
      throw incompatibleParameter(
        'ClientRequestToken',
        'The client request token has already been used with different parameters.',
      );
    else return known?.resourceId;
    return undefined;
  }

  remember(operation: string, request: TokenedRequest, resourceId: string): void {
    if (request.ClientRequestToken === undefined) return;
    this.#remembered.set(`${operation} ${request.ClientRequestToken}`, {
      request: fingerprint(request),
      resourceId,
      forgottenAt: this.now() + this.lifetimeSeconds * 1000,
    });
  }
}

export interface TokenedRequest {
  readonly ClientRequestToken?: string | undefined;
}

/** The request as text that does not depend on the order of its members. */
function fingerprint(request: object): string {
  return JSON.stringify(request, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

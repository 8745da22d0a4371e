import { OciError } from './oci-error.js';

/** Time for which OCI remembers a retry token, in milliseconds: 24 hours. */
const LIFETIME = 24 * 60 * 60 * 1000;
const MAX_LENGTH = 64;

interface Remembered {
  readonly body: string;
  readonly id: string;
  readonly until: number;
}

/** The values of `opc-retry-token` that the service remembers. */
export class RetryTokens {
  readonly #remembered = new Map<string, Remembered>();

  /** @param exists reports whether the resource still exists
   *  @param rejectsOld rejects the token of one that was deleted; false: forgets it. OCI may do either. */
  constructor(
    private readonly now: () => number,
    private readonly exists: (id: string) => boolean,
    private readonly rejectsOld: boolean,
  ) {}

  /** Id of the resource that the token made. @throws OciError where it came with another body */
  recall(token: string | undefined, body: string): string | undefined {
    if (token === undefined) return undefined;
    if (token.length > MAX_LENGTH)
      throw new OciError(400, 'InvalidParameter', `opc-retry-token is longer than ${MAX_LENGTH} characters`);
    const known = this.#remembered.get(token);
    if (!known || known.until <= this.now()) return undefined;
    if (!this.exists(known.id)) return this.#ofDeleted();
    if (known.body === body) return known.id;
    throw invalidated('was used in an earlier request with different parameters');
  }

  #ofDeleted(): undefined {
    if (this.rejectsOld) throw invalidated('belongs to a resource that was deleted');
  }

  remember(token: string | undefined, body: string, id: string): void {
    if (token !== undefined) this.#remembered.set(token, { body, id, until: this.now() + LIFETIME });
  }
}

const invalidated = (why: string): OciError =>
  new OciError(409, 'InvalidatedRetryToken', `The provided retry token ${why}.`);

/** Address of the outcome of an operation that this process has started. */
interface Operation {
  readonly location: string;
  readonly id: string;
}

/** Limit of remembered operations; the oldest are forgotten first. */
const LIMIT = 1000;

/**
 * Reasons of failed creations and changes, in the cloud's own words. Only the answer to the request that starts an
 * operation contains the address of its outcome; a process that was started later has only the state of the file system.
 */
export class FailedOperations {
  readonly #operations = new Map<string, Operation>();
  readonly #reasons = new Map<string, string>();

  constructor(
    private readonly failureOf: (
      location: string,
      id: string,
      signal: AbortSignal,
    ) => Promise<string | undefined>,
  ) {}

  /** Remembers the operation of a key.
   *  @param url the header Azure-AsyncOperation or Location of the answer */
  remember(key: string, url: string | undefined): void {
    const [, location, id] = /\/locations\/([^/?]+)\/\w+\/([^/?]+)/.exec(url ?? '') ?? [];
    if (location === undefined || id === undefined) return;
    this.#reasons.delete(key);
    this.#operations.delete(key);
    this.#operations.set(key, { location, id });
    const [oldest] = this.#operations.keys();
    if (this.#operations.size > LIMIT && oldest !== undefined) this.forget(oldest);
  }

  forget(key: string): void {
    this.#operations.delete(key);
    this.#reasons.delete(key);
  }

  /** Looks up the reason, once for each operation; undefined where the cloud has none. */
  async reasonOf(key: string, signal: AbortSignal): Promise<string | undefined> {
    const known = this.#reasons.get(key);
    const operation = this.#operations.get(key);
    if (known !== undefined || !operation) return known;
    const reason = await this.failureOf(operation.location, operation.id, signal);
    if (reason !== undefined) this.#reasons.set(key, reason);
    return reason;
  }
}

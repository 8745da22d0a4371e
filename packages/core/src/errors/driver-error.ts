/**
 * What went wrong, in words that the whole driver shares. Which gRPC status each kind becomes is decided in one
 * place, `rpc/error-to-status.ts`; what each caller of the driver then does is why the kinds are told apart:
 *
 * - `invalid-argument`: the request itself is wrong; repeating it cannot help.
 * - `not-found`, `already-exists`, `out-of-range`, `failed-precondition`, `permission-denied`, `unauthenticated`,
 *   `unimplemented`: as the CSI specification uses the words. All final: nothing is under way any more.
 * - `resource-exhausted`: a quota or the cloud's capacity ended; final for a creation.
 * - `aborted`: another operation on the same thing is under way; come back.
 * - `deadline-exceeded`: the work goes on, this call's time ended; the next identical call joins it.
 * - `cancelled`: the caller went away.
 * - `unavailable`: the cloud or a server did not give a usable answer; nothing is known, come back.
 * - `internal`: a defect of this driver.
 */
export type ErrorKind =
  | 'invalid-argument'
  | 'not-found'
  | 'already-exists'
  | 'out-of-range'
  | 'failed-precondition'
  | 'permission-denied'
  | 'unauthenticated'
  | 'unimplemented'
  | 'resource-exhausted'
  | 'aborted'
  | 'deadline-exceeded'
  | 'cancelled'
  | 'unavailable'
  | 'internal';

/** Marks the errors of every copy of this package: a tree of dependencies may hold two. */
const BRAND = Symbol.for('@lustre-csi/core/DriverError');

/**
 * The only error that leaves an operation. Its message is read by an operator: what failed, the cause in the
 * cloud's or the kernel's own words (code and request id included), and the next step.
 */
export class DriverError extends Error {
  override readonly name = 'DriverError';

  constructor(
    readonly kind: ErrorKind,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The same error with more said about it in front; the kind and the cause stay. */
  prefixed(prefix: string): DriverError {
    return new DriverError(this.kind, `${prefix}: ${this.message}`, { cause: this.cause ?? this });
  }
}

/** Recognizes a DriverError of one of these kinds, or of any kind, from any copy of this package. */
export function isDriverError(value: unknown, ...kinds: readonly ErrorKind[]): value is DriverError {
  if (typeof value !== 'object' || value === null || !(BRAND in value)) return false;
  const { kind } = value as unknown as DriverError;
  return kinds.length === 0 || kinds.includes(kind);
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

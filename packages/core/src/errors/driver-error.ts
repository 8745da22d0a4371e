/**
 * Kinds of failure, in words that the whole driver shares. `rpc/error-to-status.ts` alone maps them to gRPC status codes;
 * kinds differ where the callers of the driver react differently:
 *
 * - `invalid-argument`: the request itself is wrong; repeating it cannot help.
 * - `not-found`, `already-exists`, `out-of-range`, `failed-precondition`, `permission-denied`, `unauthenticated`,
 *   `unimplemented`: as the CSI specification uses the words. All final: no work is in progress any more.
 * - `resource-exhausted`: a quota or the cloud's capacity ended; final for a creation.
 * - `aborted`: another operation on the same volume is in progress; the caller repeats the call.
 * - `deadline-exceeded`: the work continues, but the time of this call ended; the next identical call joins the work.
 * - `cancelled`: the caller went away.
 * - `unavailable`: the cloud or a server gave no usable answer; the outcome is open, the caller repeats the call.
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

  /** Returns the error with a prefix to its message; the kind and the cause stay. */
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

/** Returns the message of any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Error that OCI answered with. */
export class OciError extends Error {
  override readonly name = 'OciError';

  constructor(
    readonly status: number,
    /** OCI's code; empty where the answer had none. */
    readonly code: string,
    message: string,
    readonly requestId: string,
    /** Seconds after which OCI wants the call again; absent: it does not say. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** Answer that cannot be read. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/** Reports whether OCI hides the resource: it does not exist, or the caller lacks a right to it. */
export const isHidden = (error: unknown): boolean => error instanceof OciError && error.status === 404;

/** Reports whether other work on the resource stands against the call, or it has changed since it was read. */
export const isConflict = (error: unknown): boolean =>
  error instanceof OciError && (error.status === 409 || error.status === 412);

/** Reports whether OCI rejects a retry token that it remembers: the resource of its first request is gone. */
export const isOldToken = (error: unknown): boolean =>
  error instanceof OciError && error.code === 'InvalidatedRetryToken';

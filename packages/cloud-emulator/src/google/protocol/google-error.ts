import type { Reply } from '../../world/serve-call.js';

/** HTTP status and gRPC code of each canonical status (google.rpc.Code). */
export const canonicalStatuses = {
  INVALID_ARGUMENT: { http: 400, code: 3 },
  DEADLINE_EXCEEDED: { http: 504, code: 4 },
  NOT_FOUND: { http: 404, code: 5 },
  ALREADY_EXISTS: { http: 409, code: 6 },
  PERMISSION_DENIED: { http: 403, code: 7 },
  RESOURCE_EXHAUSTED: { http: 429, code: 8 },
  FAILED_PRECONDITION: { http: 400, code: 9 },
  ABORTED: { http: 409, code: 10 },
  UNIMPLEMENTED: { http: 501, code: 12 },
  INTERNAL: { http: 500, code: 13 },
  UNAVAILABLE: { http: 503, code: 14 },
  UNAUTHENTICATED: { http: 401, code: 16 },
} as const;

export type CanonicalStatus = keyof typeof canonicalStatuses;

export const isCanonicalStatus = (word: string | undefined): word is CanonicalStatus =>
  word !== undefined && Object.hasOwn(canonicalStatuses, word);

/** Error as Google's REST APIs answer it: `{error:{code,message,status,details}}`. */
export class GoogleError extends Error {
  constructor(
    readonly status: string,
    message: string,
    readonly details: {
      /** HTTP status where it differs from that of the canonical status. */
      readonly http?: number;
      /** Reason of a google.rpc.ErrorInfo. */
      readonly reason?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = 'GoogleError';
  }

  toReply(): Reply {
    const { reason, headers, http } = this.details;
    const code = http ?? (isCanonicalStatus(this.status) ? canonicalStatuses[this.status].http : 500);
    const info = {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason,
      domain: 'lustre.googleapis.com',
    };
    return {
      status: code,
      headers: { ...headers, 'content-type': 'application/json; charset=UTF-8' },
      body: {
        error: {
          code,
          message: this.message,
          status: this.status,
          ...(reason === undefined ? {} : { details: [info] }),
        },
      },
      errorCode: this.status,
    };
  }
}

/** Error for a field, in the words of Google's request validation. */
export const invalidArgument = (message: string): GoogleError => new GoogleError('INVALID_ARGUMENT', message);

export const notFound = (name: string): GoogleError =>
  new GoogleError('NOT_FOUND', `Resource '${name}' was not found`);

export const alreadyExists = (name: string): GoogleError =>
  new GoogleError('ALREADY_EXISTS', `Resource '${name}' already exists`, { reason: 'resourceAlreadyExists' });

/** Error where another operation holds the resource. */
export const conflictingOperation = (name: string): GoogleError =>
  new GoogleError(
    'ABORTED',
    `The resource '${name}' has a conflicting operation in progress. Wait for it and retry the request.`,
  );

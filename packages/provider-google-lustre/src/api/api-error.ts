import * as z from 'zod/mini';
import { text, tolerant } from '../plan/tolerant-json.js';
import type { HttpAnswer } from './http-request.js';

/** Error that the API has answered with (google.rpc.Status over HTTP). */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    /** HTTP status; 0 for an error of a long-running operation. */
    readonly http: number,
    /** Canonical status: `PERMISSION_DENIED`. */
    readonly status: string,
    /** Reason of a google.rpc.ErrorInfo: `SERVICE_DISABLED`. */
    readonly reason: string | undefined,
    /** Id by which Google finds the request: that of a change, or what the answer names. */
    readonly requestId: string | undefined,
  ) {
    super(message);
  }
}

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError;

/** Error for an answer that reports a success and lacks what its schema requires. It proves nothing about what exists. */
export class MalformedAnswerError extends Error {
  override readonly name = 'MalformedAnswerError';
}

const errorBody = z.object({
  error: z.object({
    message: text,
    status: text,
    details: tolerant(z.array(z.looseObject({ '@type': text, reason: text, requestId: text }))),
  }),
});

/** Reads the error of an answer. One that is no JSON comes from a proxy or a load balancer. */
export function errorOf(answer: HttpAnswer, requestId: string | undefined): ApiError {
  const parsed = z.safeParse(errorBody, parseJson(answer.text));
  const { message, status, details = [] } = parsed.success ? parsed.data.error : {};
  const traced = details.find((detail) => detail.requestId !== undefined)?.requestId;
  return new ApiError(
    message ?? `the answer has no error of the API: ${answer.text.slice(0, 200)}`,
    answer.status,
    status ?? '',
    details.find((detail) => detail.reason !== undefined)?.reason,
    traced ?? requestId,
  );
}

/** Parses JSON; undefined where the text is none. */
export function parseJson(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

/** Words of the canonical codes (google.rpc.Code) with which long-running operations fail. */
const canonical: Readonly<Record<number, string>> = {
  1: 'CANCELLED',
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
};

/** Name of a canonical code. */
export const statusOfCode = (code: number): string => canonical[code] ?? `code ${code}`;

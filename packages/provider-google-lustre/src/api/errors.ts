import { DriverError, isDriverError, messageOf } from '@lustre-csi/core';
import { TokenError } from './access-token.js';
import { isApiError, type ApiError } from './api-error.js';
import { refusals, roleStep, type Rule } from './refusals.js';

/**
 * Role of a call, which decides what its failure means:
 *
 * - `lookup`: a read. Its failure proves nothing about what exists and must not become a final error: an earlier
 *   attempt may be in progress.
 * - `effect`: a change. A definite refusal is final, as nothing was done.
 */
export type CallRole = 'lookup' | 'effect';

/** Rules for calls of both roles; the first that fits counts. */
const always: readonly Rule[] = [
  {
    kind: 'unavailable',
    http: 401,
    next: 'check the identity of the controller: the annotation of its service account, or GOOGLE_APPLICATION_CREDENTIALS',
  },
  {
    kind: 'unavailable',
    http: 429,
    reason: /RATE_LIMIT/,
    next: 'the call is retried automatically; if this persists, find the other clients that use the request quota of the project',
  },
  {
    kind: 'unavailable',
    http: 429,
    words: /quota metric|rate limit/i,
    next: 'the call is retried automatically; if this persists, find the other clients that use the request quota of the project',
  },
];

const lookups: readonly Rule[] = [
  {
    kind: 'unavailable',
    reason: /^SERVICE_DISABLED$/,
    next: 'enable the API in the project: gcloud services enable lustre.googleapis.com; until then its state is unknown',
  },
  { kind: 'unavailable', http: 403, next: `${roleStep}; until then its state is unknown` },
  {
    kind: 'unavailable',
    next: 'its state is unknown until the call succeeds; the call is retried automatically',
  },
];

/** Rule for a refusal that is in no table. */
const unknownRefusal: Rule = {
  kind: 'failed-precondition',
  next: 'look the error up in the documentation of Managed Lustre',
};

const openOutcome: Rule = {
  kind: 'unavailable',
  next: 'the call is retried automatically; if this persists, check the network of the controller and the status of Google Cloud',
};

const noToken: Rule = {
  kind: 'unavailable',
  next:
    'check the identity of the controller (the annotation iam.gke.io/gcp-service-account of its service account, or ' +
    'GOOGLE_APPLICATION_CREDENTIALS), and that it reaches that service',
};

/** Translates the error of a call.
 *  @param doing purpose of the call, as the beginning of a sentence: `cannot delete X` */
export function toDriverError(
  error: unknown,
  doing: string,
  role: CallRole,
  signal?: AbortSignal,
): DriverError {
  if (isDriverError(error)) return error;
  if (signal?.aborted) return givenUp(signal, doing);
  const { kind, next } = ruleFor(error, role);
  return new DriverError(kind, `${doing}: ${describe(error)}; ${next}`, { cause: error });
}

function givenUp({ reason }: AbortSignal, doing: string): DriverError {
  if (isDriverError(reason)) return reason;
  return new DriverError('cancelled', `${doing}: the caller cancelled the call (${messageOf(reason)})`, {
    cause: reason,
  });
}

function ruleFor(error: unknown, role: CallRole): Rule {
  if (error instanceof TokenError) return noToken;
  if (!isApiError(error)) return openOutcome;
  const general = always.find((rule) => fits(rule, error));
  if (general) return general;
  if (role === 'lookup') return lookups.find((rule) => fits(rule, error)) ?? openOutcome;
  // From 500 on the effect of the call is unknown.
  const isRefusal = error.http >= 400 && error.http < 500;
  return isRefusal ? (refusals.find((rule) => fits(rule, error)) ?? unknownRefusal) : openOutcome;
}

function fits({ http, status, reason, words }: Rule, error: ApiError): boolean {
  return (
    (http === undefined || http === error.http) &&
    (status === undefined || status.test(error.status)) &&
    (reason === undefined || reason.test(error.reason ?? '')) &&
    (words === undefined || words.test(error.message))
  );
}

/** Describes the error in one line: the cloud's own words, code and request id. */
function describe(error: unknown): string {
  if (!isApiError(error)) return oneLine(messageOf(error));
  const { status, http, reason, requestId } = error;
  const facts = [
    ...(status ? [status] : []),
    `HTTP ${http}`,
    ...(reason === undefined ? [] : [reason]),
    ...(requestId === undefined ? [] : [`request id ${requestId}`]),
  ];
  return `${oneLine(error.message)} (${facts.join(', ')})`;
}

/** Reports whether this one resource does not exist. */
export const isAbsent = (error: unknown): boolean =>
  isApiError(error) && error.http === 404 && error.status === 'NOT_FOUND';

/** Reports whether the service has no such method: it need not be able to delete operations (google.longrunning.Operations). */
export const isUnimplemented = (error: unknown): boolean =>
  isApiError(error) && (error.http === 501 || error.status === 'UNIMPLEMENTED');

/** Reports whether the id of a new resource is taken. */
export const isTaken = (error: unknown): boolean => isApiError(error) && error.status === 'ALREADY_EXISTS';

/** Joins lines, and leaves out the full stop, as more words follow. */
const oneLine = (words: string): string => words.replace(/\s+/g, ' ').trim().replace(/\.$/, '');

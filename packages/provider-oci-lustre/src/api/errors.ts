import { DriverError, isDriverError, messageOf, type ErrorKind } from '@lustre-csi/core';
import { CredentialsError } from './credentials.js';
import { OciError } from './oci-error.js';

/**
 * Role of a call, which decides what its failure means:
 *
 * - `lookup`: a read. Its failure proves nothing about what exists and must not become a final error.
 * - `effect`: a change. A definite refusal is final, as nothing was done.
 */
export type CallRole = 'lookup' | 'effect';

/** Meaning of an error of OCI. A rule fits where each of its patterns does. */
interface Rule {
  readonly kind: ErrorKind;
  /** Next step of the operator. */
  readonly next: string;
  readonly status?: number;
  readonly code?: RegExp;
  readonly words?: RegExp;
}

const policyStep =
  'allow it with the policy of deploy/oci-lustre/policy.txt, and check that the compartment is the right one';

const retried = 'the call is retried automatically';

/** Rules for calls of both roles; the first that fits counts. */
const always: readonly Rule[] = [
  {
    kind: 'unavailable',
    status: 401,
    next:
      'check the identity of the controller (--oci-auth: key and fingerprint of the user, dynamic group of the instance, or ' +
      'policy of the workload) and the clock of its node',
  },
  {
    kind: 'unavailable',
    status: 429,
    next: `${retried}; if this persists, find the other clients that use the request limits of the tenancy`,
  },
];

/** Definite refusals of a change. */
const refusals: readonly Rule[] = [
  {
    kind: 'resource-exhausted',
    code: /^(?:LimitExceeded|QuotaExceeded|TenantCapacityExceeded)$/,
    next:
      'request a higher service limit (lustrefilestorage, in the availability domain) or compartment quota, or delete file ' +
      'systems that are not needed',
  },
  {
    kind: 'resource-exhausted',
    words: /out of (?:host )?capacity/i,
    next: 'OCI has no capacity for it now: choose another availability domain or performance tier, or wait',
  },
  {
    kind: 'permission-denied',
    code: /^RelatedResourceNotAuthorizedOrNotFound$/,
    next:
      'a resource that the request names does not exist, or the service or the driver may not use it: check subnetId, nsgIds ' +
      'and kmsKeyId, and the policies of deploy/oci-lustre/policy.txt',
  },
  {
    kind: 'permission-denied',
    status: 404,
    next:
      'OCI does not say if the right is missing or a resource: check compartmentId, subnetId, nsgIds and kmsKeyId, and ' +
      `${policyStep}`,
  },
  { kind: 'permission-denied', status: 403, next: policyStep },
  {
    kind: 'unavailable',
    code: /^(?:InvalidatedRetryToken|NotAuthorizedOrResourceAlreadyExists)$/,
    next: `OCI remembers an earlier request for this volume; ${retried}`,
  },
  { kind: 'aborted', status: 409, next: `another operation on it is in progress; ${retried}` },
  { kind: 'aborted', status: 412, next: `it was changed in the meantime; ${retried}` },
  { kind: 'unavailable', status: 408, next: retried },
  { kind: 'invalid-argument', next: 'correct the StorageClass or the VolumeAttributesClass' },
];

const hidden: Rule = {
  kind: 'unavailable',
  next: `its state is unknown until the driver may read it: ${policyStep}`,
};

const lookupFailed: Rule = {
  kind: 'unavailable',
  next: `its state is unknown until the call succeeds; ${retried}`,
};

const openOutcome: Rule = {
  kind: 'unavailable',
  next: `${retried}; if this persists, check the network of the controller and the health of OCI`,
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
  if (error instanceof CredentialsError)
    return new DriverError('unavailable', `${doing}: ${error.message}`, { cause: error });
  const { kind, next } = ruleFor(error, role);
  return new DriverError(kind, `${doing}: ${describe(error)}; ${next}`, { cause: error });
}

function givenUp({ reason }: AbortSignal, doing: string): DriverError {
  if (isDriverError(reason)) return reason;
  const words = `${doing}: the caller cancelled the call (${messageOf(reason)})`;
  return new DriverError('cancelled', words, { cause: reason });
}

function ruleFor(error: unknown, role: CallRole): Rule {
  if (!(error instanceof OciError)) return openOutcome;
  const general = always.find((rule) => fits(rule, error));
  if (general) return general;
  if (role === 'lookup') return error.status === 404 || error.status === 403 ? hidden : lookupFailed;
  const isRefusal = error.status >= 400 && error.status < 500;
  return (isRefusal && refusals.find((rule) => fits(rule, error))) || openOutcome;
}

const fits = (rule: Rule, { status, code, message }: OciError): boolean =>
  (rule.status === undefined || rule.status === status) &&
  (rule.code === undefined || rule.code.test(code)) &&
  (rule.words === undefined || rule.words.test(message));

/** Describes the error in one line: the cloud's own words, code and request id. */
function describe(error: unknown): string {
  if (!(error instanceof OciError)) return oneLine(messageOf(error));
  const { status, code, requestId } = error;
  const facts = [code, `HTTP ${status}`, requestId && `request id ${requestId}`].filter(
    (fact) => fact !== '',
  );
  return `${oneLine(error.message)} (${facts.join(', ')})`;
}

const oneLine = (words: string): string => words.replace(/\s+/g, ' ').trim();

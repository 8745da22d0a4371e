import { isRestError, type RestError } from '@azure/core-rest-pipeline';
import { DriverError, isDriverError, messageOf, type ErrorKind } from '@lustre-csi/core';
import { TokenTimeoutError } from './bounded-credential.js';

/**
 * What a failed call means for the driver:
 *
 * - `lookup`: reading. Whatever went wrong, nothing is known about what exists, so that it must not end in a final
 *   error: an earlier attempt may be running.
 * - `effect`: a change, or a check before it. A definite refusal is final, as nothing was done.
 */
export type CallRole = 'lookup' | 'effect';

interface Rule {
  readonly kind: ErrorKind;
  /** What the operator does next. */
  readonly next: string;
  readonly status?: number;
  /** ARM's error code. */
  readonly code?: RegExp;
  readonly words?: RegExp;
}

const checkGroup =
  'check resource-group-name of the StorageClass and resourceGroup of azure.json; the group must exist';

/** True whatever the call was for; the first that fits counts. */
const always: readonly Rule[] = [
  { kind: 'failed-precondition', code: /^ResourceGroupNotFound$/, next: checkGroup },
  {
    // To external-resizer it is infeasible then, and the user may take the growth back.
    kind: 'invalid-argument',
    code: /^(NoRegisteredProviderFound|InvalidApiVersionParameter|InvalidResourceType)$/,
    next: 'this Azure does not offer it: expansion and data jobs need api-version 2026-01-01 of Microsoft.StorageCache',
  },
  {
    kind: 'unavailable',
    status: 401,
    next: 'check that the identity of the controller still exists and that azure.json names its tenant',
  },
  {
    kind: 'unavailable',
    status: 429,
    next: 'the call is repeated; if it goes on, find out who else uses up the request limits of the subscription',
  },
  {
    kind: 'unavailable',
    code: /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/,
    next: 'set NODE_EXTRA_CA_CERTS to the certificates of the authority that vouches for resourceManagerEndpoint',
  },
];

/** Definite refusals of a change. */
const refusals: readonly Rule[] = [
  {
    kind: 'resource-exhausted',
    code: /^(OperationNotAllowed|QuotaExceeded)$/,
    words: /quota/i,
    next: 'ask Azure for a higher quota of AML file systems in the location, or delete some that are not needed',
  },
  {
    kind: 'resource-exhausted',
    code: /^(SkuNotAvailable|ZonalAllocationFailed|AllocationFailed|Overconstrained\w*|InsufficientCapacity|QuotaExceeded)$/,
    next: 'Azure has no capacity for it now: choose another zone, location or SKU, or wait',
  },
  {
    kind: 'resource-exhausted',
    code: /^SubnetIsFull$/,
    next: 'choose a subnet with more free addresses (subnet-name), or free some',
  },
  {
    kind: 'permission-denied',
    status: 403,
    code: /Policy/,
    next: 'an Azure policy forbids it: change the StorageClass so that it complies, or ask for an exemption',
  },
  {
    kind: 'permission-denied',
    status: 403,
    next: 'give the identity of the controller the role of deploy/azure-amlfs/role-definition.json',
  },
  { kind: 'failed-precondition', code: /^ResourceGroupBeingDeleted$/, next: checkGroup },
  {
    kind: 'failed-precondition',
    code: /^MissingSubscriptionRegistration$/,
    next: 'register the resource provider Microsoft.StorageCache in the subscription',
  },
  { kind: 'aborted', status: 409, next: 'another operation is under way on it; the call is repeated' },
  { kind: 'aborted', status: 412, next: 'it was changed meanwhile; the call is repeated' },
  { kind: 'unavailable', status: 408, next: 'the call is repeated' },
  { kind: 'invalid-argument', status: 400, next: 'correct the StorageClass or azure.json' },
  {
    kind: 'invalid-argument',
    status: 404,
    next: 'something that the request refers to does not exist: check vnet-name, subnet-name and identities',
  },
  { kind: 'invalid-argument', status: 422, next: 'correct the StorageClass or azure.json' },
];

/** Refused in a way that this table does not know. */
const unknownRefusal: Rule = {
  kind: 'failed-precondition',
  next: 'look the code up in the documentation of Azure Resource Manager',
};

const openOutcome: Rule = {
  kind: 'unavailable',
  next: 'the call is repeated; if it goes on, check the network of the controller and the health of Azure',
};

const lookupFailed: Rule = {
  kind: 'unavailable',
  next: 'nothing is known about it until the call succeeds; it is repeated',
};

const lookupForbidden: Rule = {
  kind: 'unavailable',
  next:
    'give the identity of the controller the role of deploy/azure-amlfs/role-definition.json; until then nothing is ' +
    'known about it',
};

/** Names of the errors of @azure/identity. */
const TOKEN_ERROR =
  /^(AuthenticationError|CredentialUnavailableError|AggregateAuthenticationError|AuthenticationRequiredError)$/;

const noToken: Rule = {
  kind: 'unavailable',
  next:
    'check the identity in azure.json, AZURE_CLIENT_ID and AZURE_AUTHORITY_HOST, and that the controller reaches ' +
    'the authority',
};

const tokenTooLate: Rule = {
  kind: 'unavailable',
  next:
    'let the controller reach it (firewall, proxy, network policies) and look at its health; the next call asks for a ' +
    'token anew',
};

/** Translates what a call threw. `doing` says what it was for, as the beginning of a sentence: `cannot delete X`. */
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
  return new DriverError('cancelled', `${doing}: the caller gave up (${messageOf(reason)})`, {
    cause: reason,
  });
}

function ruleFor(error: unknown, role: CallRole): Rule {
  if (error instanceof TokenTimeoutError) return tokenTooLate;
  if (error instanceof Error && TOKEN_ERROR.test(error.name)) return noToken;
  if (!isRestError(error)) return openOutcome;
  const general = always.find((rule) => fits(rule, error));
  if (general) return general;
  if (role === 'lookup') return error.statusCode === 403 ? lookupForbidden : lookupFailed;
  return isRefusal(error) ? (refusals.find((rule) => fits(rule, error)) ?? unknownRefusal) : openOutcome;
}

/** Below 400 the answer could not be read, and from 500 on it says nothing about what was done. */
function isRefusal({ statusCode = 0 }: RestError): boolean {
  return statusCode >= 400 && statusCode < 500;
}

function fits(rule: Rule, error: RestError): boolean {
  return (
    (rule.status === undefined || rule.status === error.statusCode) &&
    (rule.code === undefined || rule.code.test(error.code ?? '')) &&
    (rule.words === undefined || rule.words.test(error.message))
  );
}

/** The cloud's own words, code and request id, in one line. */
function describe(error: unknown): string {
  if (!isRestError(error)) return oneLine(timedOut(error) ? 'no answer in time' : messageOf(error));
  const facts = [
    ...(error.code ? [error.code] : []),
    ...(error.statusCode ? [`HTTP ${error.statusCode}`] : []),
    ...requestIds(error),
  ];
  const words = subnetMessage(error) ?? error.message;
  return `${oneLine(words)}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
}

const timedOut = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

function requestIds({ response }: RestError): string[] {
  const header = (name: string): string | undefined => response?.headers.get(name);
  const request = header('x-ms-request-id');
  const correlation = header('x-ms-correlation-request-id');
  return [
    ...(request ? [`request id ${request}`] : []),
    ...(correlation && correlation !== request ? [`correlation id ${correlation}`] : []),
  ];
}

/** checkAmlFSSubnets words its refusals in a body of its own: `{filesystemSubnet: {status, message}}`. */
function subnetMessage({ details }: RestError): string | undefined {
  const subnet = field(details, 'filesystemSubnet');
  const message = field(subnet, 'message');
  const status = field(subnet, 'status');
  if (typeof message !== 'string') return undefined;
  return `the subnet (subnet-name) is unsuitable: ${message}${typeof status === 'string' ? ` (status ${status})` : ''}`;
}

/** Whether a subnet check has refused the subnet, and not something else of the request. */
export function isSubnetRefusal(error: unknown): boolean {
  return isRestError(error) && subnetMessage(error) !== undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Whether the cloud says that this one resource does not exist; that its resource group does not is another matter. */
export function isAbsent(error: unknown): boolean {
  return (
    isRestError(error) && error.statusCode === 404 && /^(ResourceNotFound|NotFound)$/.test(error.code ?? '')
  );
}

/** Whether the cloud says that what the resource would belong to does not exist. */
export function isAbsentParent(error: unknown): boolean {
  return isRestError(error) && error.statusCode === 404 && error.code === 'ParentResourceNotFound';
}

const oneLine = (words: string): string => words.replace(/\s+/g, ' ').trim();

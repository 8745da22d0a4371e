import { isRestError, type RestError } from './rest-error.js';
import { DriverError, isDriverError, messageOf } from '@lustre-csi/core';
import { checkGroup, refusals, type Rule } from './refusals.js';
import { TokenTimeoutError } from './bounded-credential.js';

/**
 * Role of a call, which decides what its failure means:
 *
 * - `lookup`: a read. Its failure proves nothing about what exists and must not become a final error: an earlier
 *   attempt may be in progress.
 * - `effect`: a change, or a check before it. A definite refusal is final, as nothing was done.
 */
export type CallRole = 'lookup' | 'effect';

/** Rules for calls of both roles; the first that fits counts. */
const always: readonly Rule[] = [
  { kind: 'failed-precondition', code: /^ResourceGroupNotFound$/, next: checkGroup },
  {
    // external-resizer then treats the expansion as infeasible, and the user may cancel it.
    kind: 'invalid-argument',
    code: /^(NoRegisteredProviderFound|InvalidApiVersionParameter|InvalidResourceType)$/,
    next: 'this Azure cloud does not offer it: expansion and data jobs need api-version 2026-01-01 of Microsoft.StorageCache',
  },
  {
    kind: 'unavailable',
    status: 401,
    next: 'check that the identity of the controller still exists and that azure.json names its tenant',
  },
  {
    kind: 'unavailable',
    status: 429,
    next: 'the call is retried automatically; if this persists, find the other clients that use the request limits of the subscription',
  },
  {
    kind: 'unavailable',
    code: /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/,
    next: 'set NODE_EXTRA_CA_CERTS to the certificates of the authority that issued the certificate of resourceManagerEndpoint',
  },
];

/** Rule for a refusal that is in no table. */
const unknownRefusal: Rule = {
  kind: 'failed-precondition',
  next: 'look the code up in the documentation of Azure Resource Manager',
};

const openOutcome: Rule = {
  kind: 'unavailable',
  next: 'the call is retried automatically; if this persists, check the network of the controller and the health of Azure',
};

const lookupFailed: Rule = {
  kind: 'unavailable',
  next: 'its state is unknown until the call succeeds; the call is retried automatically',
};

const lookupForbidden: Rule = {
  kind: 'unavailable',
  next:
    'give the identity of the controller the role of deploy/azure-amlfs/role-definition.json; until then its ' +
    'state is unknown',
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
    'let the controller reach that service (firewall, proxy, network policies) and check its health; the next call requests a ' +
    'token again',
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
  if (error instanceof TokenTimeoutError) return tokenTooLate;
  if (error instanceof Error && TOKEN_ERROR.test(error.name)) return noToken;
  if (!isRestError(error)) return openOutcome;
  const general = always.find((rule) => fits(rule, error));
  if (general) return general;
  if (role === 'lookup') return error.statusCode === 403 ? lookupForbidden : lookupFailed;
  return isRefusal(error) ? (refusals.find((rule) => fits(rule, error)) ?? unknownRefusal) : openOutcome;
}

/** Reports whether ARM refused the call. Below 400 the answer was unreadable, and from 500 on its effect is unknown. */
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

/** Describes the error in one line: the cloud's own words, code and request id. */
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

/** Reads a refusal of checkAmlFSSubnets, which has a body of its own: `{filesystemSubnet: {status, message}}`. */
function subnetMessage({ details }: RestError): string | undefined {
  const subnet = field(details, 'filesystemSubnet');
  const message = field(subnet, 'message');
  const status = field(subnet, 'status');
  if (typeof message !== 'string') return undefined;
  return `the subnet (subnet-name) is unsuitable: ${message}${typeof status === 'string' ? ` (status ${status})` : ''}`;
}

/** Reports whether a subnet check refused the subnet itself, not another part of the request. */
export function isSubnetRefusal(error: unknown): boolean {
  return isRestError(error) && subnetMessage(error) !== undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Reports whether this one resource does not exist; a missing resource group is another error. */
export function isAbsent(error: unknown): boolean {
  return (
    isRestError(error) && error.statusCode === 404 && /^(ResourceNotFound|NotFound)$/.test(error.code ?? '')
  );
}

/** Reports whether the parent of the resource does not exist. */
export function isAbsentParent(error: unknown): boolean {
  return isRestError(error) && error.statusCode === 404 && error.code === 'ParentResourceNotFound';
}

const oneLine = (words: string): string => words.replace(/\s+/g, ' ').trim();

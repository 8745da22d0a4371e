import { DriverError, isDriverError, messageOf, type ErrorKind } from '@lustre-csi/core';

/**
 * Kind of a call, which decides what its failure means. A failed `lookup` proves nothing about what exists: an earlier
 * attempt may still be in progress, so that no answer may be final. An `effect` that FSx refuses has had none.
 */
export type CallKind = 'lookup' | 'effect';

/** Description of the call that failed. */
export interface FailedCall {
  /** Name in the API reference: `CreateFileSystem`. */
  readonly operation: string;
  readonly kind: CallKind;
  readonly signal: AbortSignal;
}

interface Verdict {
  readonly kind: ErrorKind;
  /** Next step of the operator. */
  readonly next: string;
}

const invalid: Verdict = {
  kind: 'invalid-argument',
  next: 'Correct the parameters of the StorageClass or the size of the claim',
};
/** Verdict for the same names where nothing is created: no StorageClass can be the cause. */
const refused: Verdict = {
  kind: 'invalid-argument',
  next: 'FSx does not do this to a resource of this kind, in this state or so soon; its message gives the reason',
};
const network: Verdict = {
  kind: 'invalid-argument',
  next:
    'Correct subnetId (the subnet must exist and have enough free addresses) and securityGroupIds (the groups must allow ' +
    'TCP 988 and 1018-1023 among themselves)',
};
const gone: Verdict = { kind: 'not-found', next: 'Nothing of that id exists in this account and region' };
const restoring: Verdict = {
  kind: 'failed-precondition',
  next: 'A file system is being created from the backup; it can be deleted when the creation has ended',
};
const busy: Verdict = {
  kind: 'aborted',
  next: 'Another operation on the resource is in progress; this one is retried automatically',
};
const quota: Verdict = {
  kind: 'resource-exhausted',
  next: 'Delete file systems that are not needed, or request a higher quota for Amazon FSx in Service Quotas',
};
const forbidden: Verdict = {
  kind: 'permission-denied',
  next: 'Allow the action in the IAM role of the controller',
};
const credentials: Verdict = {
  kind: 'unavailable',
  next:
    'Check the credentials of the controller (IRSA, Pod Identity or instance role): the trust policy of the role, the ' +
    'role and the audience of the token of its service account, and its clock. The call is retried automatically',
};
const throttled: Verdict = {
  kind: 'unavailable',
  next: 'FSx limits the calls of the account; this one is retried automatically',
};
const defect: Verdict = { kind: 'internal', next: 'This is a defect of the driver: please report it' };
const unclear: Verdict = {
  kind: 'unavailable',
  next: 'It is unknown whether the call had an effect; the call is retried automatically and finds out',
};

/**
 * Verdicts by error name: those of FSx (API reference, 2018-03-01: Errors of each operation), of AWS JSON services in
 * general, and of the SDK. The HTTP status decides about all other errors.
 */
const verdicts: Readonly<Record<string, Verdict>> = {
  BadRequest: invalid,
  IncompatibleParameterError: invalid,
  InvalidExportPath: invalid,
  InvalidImportPath: invalid,
  InvalidNetworkSettings: network,
  InvalidPerUnitStorageThroughput: invalid,
  MissingFileSystemConfiguration: invalid,
  UnsupportedOperation: invalid,
  ValidationException: invalid,
  BackupNotFound: gone,
  DataRepositoryAssociationNotFound: gone,
  FileSystemNotFound: gone,
  ResourceNotFound: gone,
  BackupBeingCopied: busy,
  BackupInProgress: busy,
  BackupRestoring: restoring,
  DataRepositoryTaskExecuting: busy,
  ServiceLimitExceeded: quota,
  AccessDenied: forbidden,
  AccessDeniedException: forbidden,
  OptInRequired: forbidden,
  UnauthorizedOperation: forbidden,
  CredentialsProviderError: credentials,
  ExpiredToken: credentials,
  ExpiredTokenException: credentials,
  IDPCommunicationErrorException: credentials,
  IDPRejectedClaimException: credentials,
  IncompleteSignature: credentials,
  InvalidClientTokenId: credentials,
  InvalidIdentityTokenException: credentials,
  InvalidSignatureException: credentials,
  MissingAuthenticationToken: credentials,
  MissingAuthenticationTokenException: credentials,
  RequestExpired: credentials,
  SignatureDoesNotMatch: credentials,
  TokenRefreshRequired: credentials,
  UnrecognizedClientException: credentials,
  RequestLimitExceeded: throttled,
  RequestThrottledException: throttled,
  Throttling: throttled,
  ThrottlingException: throttled,
  TooManyRequestsException: throttled,
  SerializationException: defect,
};

/** Reports whether the driver knows the name of an error. */
export const isKnownError = (name: string): boolean => Object.hasOwn(verdicts, name);

/** Reports whether an error means that there were too many calls. */
export const isThrottling = (name: string): boolean =>
  Object.hasOwn(verdicts, name) && verdicts[name] === throttled;

/** Verdict for the token of an earlier call with other parameters: the next listing shows that call's file system. */
const tokenClash: Verdict = {
  kind: 'aborted',
  next: 'The same volume was requested a moment ago with other parameters; the call is retried and compares them',
};

/** Members of SDK errors that the driver reads; each may be missing. */
export interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
}

/** Members of FSx's error shapes that name the subject of the error, with the words for a message. */
const details = {
  Limit: 'limit',
  Parameter: 'parameter',
  FileSystemId: 'file system',
  InvalidSubnetId: 'subnet',
  InvalidSecurityGroupId: 'security group',
} as const;

/** Reports whether FSx understood and refused the call, so that it had no effect. */
export function isRefusal(error: DriverError): boolean {
  return isDriverError(error, 'invalid-argument', 'aborted', 'failed-precondition');
}

/** Translates an error of the SDK: the message says what failed, FSx's own words and request id, and the next step. */
export function toDriverError(thrown: unknown, call: FailedCall): DriverError {
  if (isDriverError(thrown)) return thrown;
  if (call.signal.aborted) return givenUp(thrown, call);
  const error = thrown instanceof Error ? (thrown as SdkError) : undefined;
  const verdict = forCall(error ? verdictOn(error) : unclear, call);
  const what = error ? describe(error) : messageOf(thrown);
  return new DriverError(verdict.kind, `${call.operation} failed: ${what}. ${verdict.next}`, {
    cause: withoutExchange(thrown),
  });
}

/** Copies an error without the HTTP exchange. The SDK attaches all of it, the signature of the request included, as a
 *  property that cannot be removed, and no log may contain it. */
function withoutExchange(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('$response' in thrown)) return thrown;
  const { $response: _exchange, ...members } = thrown;
  const { name, stack } = thrown;
  return Object.assign(new Error(thrown.message), members, { name, stack });
}

/** Translates the end of the caller's time, which came first: the reason of its signal is the best message. */
function givenUp(thrown: unknown, { operation, signal }: FailedCall): DriverError {
  if (isDriverError(signal.reason)) return signal.reason;
  const why = messageOf(signal.reason);
  return new DriverError('unavailable', `${operation} failed: cancelled, ${why}. ${unclear.next}`, {
    cause: withoutExchange(thrown),
  });
}

function verdictOn(error: SdkError): Verdict {
  if (error.name === 'IncompatibleParameterError' && memberOf(error, 'Parameter') === 'ClientRequestToken') {
    return tokenClash;
  }
  // The SDK calls STS before FSx: the call itself was never sent.
  if (/\bsts:AssumeRole/.test(error.message)) return credentials;
  if (Object.hasOwn(verdicts, error.name)) return verdicts[error.name] ?? unclear;
  const status = error.$metadata?.httpStatusCode;
  if (status === 401) return credentials;
  if (status === 403) return forbidden;
  return status === 429 ? throttled : unclear;
}

function forCall(verdict: Verdict, { kind, operation }: FailedCall): Verdict {
  if (verdict === invalid && !operation.startsWith('CreateFileSystem')) return forKind(refused, kind);
  return forKind(verdict, kind);
}

function forKind(verdict: Verdict, kind: CallKind): Verdict {
  if (kind === 'effect' || ['not-found', 'internal'].includes(verdict.kind)) return verdict;
  return { ...verdict, kind: 'unavailable' };
}

function describe(error: SdkError): string {
  const code = typeof error.code === 'string' ? error.code : undefined;
  const name = error.name === 'Error' || error.name === 'AggregateError' ? (code ?? error.name) : error.name;
  const words = error.message.trim().replace(/\.$/, '');
  return `${name}${words === '' ? '' : `: ${words}`}${context(error)}`;
}

function context(error: SdkError): string {
  const parts = Object.entries(details).flatMap(([member, words]) => {
    const value = memberOf(error, member);
    return value === undefined ? [] : [`${words} ${value}`];
  });
  const requestId = error.$metadata?.requestId;
  if (requestId) parts.push(`request id ${requestId}`);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

function memberOf(error: SdkError, member: string): string | undefined {
  const value: unknown = (error as unknown as Record<string, unknown>)[member];
  return typeof value === 'string' ? value : undefined;
}

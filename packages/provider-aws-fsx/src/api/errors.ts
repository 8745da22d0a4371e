import { DriverError, isDriverError, messageOf, type ErrorKind } from '@lustre-csi/core';

/**
 * What a failed call leaves open. A `lookup` that fails tells nothing about what exists, so an earlier attempt may
 * still be under way and no answer may be final. An `effect` that FSx refuses has had none.
 */
export type CallKind = 'lookup' | 'effect';

/** The call that failed. */
export interface FailedCall {
  /** As the API reference names it: `CreateFileSystem`. */
  readonly operation: string;
  readonly kind: CallKind;
  readonly signal: AbortSignal;
}

interface Verdict {
  readonly kind: ErrorKind;
  /** What an operator does about it. */
  readonly next: string;
}

const invalid: Verdict = {
  kind: 'invalid-argument',
  next: 'Correct the parameters of the StorageClass or the size of the claim',
};
/** The same names where nothing is created: no StorageClass can be the cause. */
const refused: Verdict = {
  kind: 'invalid-argument',
  next: 'FSx does not do this to a resource of that kind, in that state or so soon; its own words say why',
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
  next: 'A file system is being created from the backup; it can be deleted when that has ended',
};
const busy: Verdict = {
  kind: 'aborted',
  next: 'Another operation on it is under way; this one is repeated by itself',
};
const quota: Verdict = {
  kind: 'resource-exhausted',
  next: 'Delete file systems that are not needed, or request a higher quota for Amazon FSx in Service Quotas',
};
const forbidden: Verdict = {
  kind: 'permission-denied',
  next: 'Allow the action to the IAM role of the controller',
};
const credentials: Verdict = {
  kind: 'unavailable',
  next:
    'Look at the credentials of the controller (IRSA, Pod Identity or instance role): the trust policy of the role, the ' +
    'role and the audience of the token that its service account has, and its clock. The call is repeated by itself',
};
const throttled: Verdict = {
  kind: 'unavailable',
  next: 'FSx limits the account’s calls; this one is repeated by itself',
};
const defect: Verdict = { kind: 'internal', next: 'This is a defect of the driver: please report it' };
const unclear: Verdict = {
  kind: 'unavailable',
  next: 'It is not known whether the call had its effect; it is repeated by itself and finds out',
};

/**
 * Error names of FSx (API reference, 2018-03-01: Errors of each operation), of AWS JSON services in general, and of
 * the SDK. What is not in the table is decided by its HTTP status.
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

/** The token of an earlier call that asked for something else: that call's file system shows up in the next listing. */
const tokenClash: Verdict = {
  kind: 'aborted',
  next: 'The same volume was asked for a moment ago with other parameters; the call is repeated and compares them',
};

/** The members of SDK errors that are of use; every one may be missing. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
}

/** Members of FSx's error shapes that say what the error is about, with the words to say it in. */
const details = {
  Limit: 'limit',
  Parameter: 'parameter',
  FileSystemId: 'file system',
  InvalidSubnetId: 'subnet',
  InvalidSecurityGroupId: 'security group',
} as const;

/** Whether FSx understood the call and refused it, so that it had no effect. */
export function isRefusal(error: DriverError): boolean {
  return isDriverError(error, 'invalid-argument', 'aborted', 'failed-precondition');
}

/** Turns whatever the SDK threw into the driver's error: what failed, FSx's own words and request id, what to do. */
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

/** The SDK hangs the whole exchange on its errors, the signature of the request included, where it cannot be taken
 *  off again: not for anybody's log, so that the cause is a copy without it. */
function withoutExchange(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('$response' in thrown)) return thrown;
  const { $response: _exchange, ...members } = thrown;
  const { name, stack } = thrown;
  return Object.assign(new Error(thrown.message), members, { name, stack });
}

/** The caller's time was over first: the reason of its signal says it best. */
function givenUp(thrown: unknown, { operation, signal }: FailedCall): DriverError {
  if (isDriverError(signal.reason)) return signal.reason;
  const why = messageOf(signal.reason);
  return new DriverError('unavailable', `${operation} failed: given up, ${why}. ${unclear.next}`, {
    cause: withoutExchange(thrown),
  });
}

function verdictOn(error: SdkError): Verdict {
  if (error.name === 'IncompatibleParameterError' && memberOf(error, 'Parameter') === 'ClientRequestToken') {
    return tokenClash;
  }
  // The SDK asks STS on the way to FSx: the call itself was never sent.
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

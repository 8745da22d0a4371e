import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { AuthenticationError, CredentialUnavailableError } from '@azure/identity';
import { DriverError, type ErrorKind } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { isAbsent, toDriverError } from './errors.js';

function restError(
  statusCode: number | undefined,
  code?: string,
  message = 'Words of the cloud.',
): RestError {
  const request = createPipelineRequest({ url: 'https://management.azure.com/x' });
  return new RestError(message, {
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(code === undefined ? {} : { code }),
    request,
    ...(statusCode === undefined
      ? {}
      : {
          response: {
            request,
            status: statusCode,
            headers: createHttpHeaders({
              'x-ms-request-id': 'req-1',
              'x-ms-correlation-request-id': 'cor-1',
            }),
          },
        }),
  });
}

const named = (error: Error, name: string): Error => Object.assign(error, { name });
const live = new AbortController().signal;
const quota =
  'Operation results in exceeding quota limits of resource type AmlFilesystem. Maximum allowed: 4, Current in use: 4, Additional requested: 1.';

const locked =
  "The scope 'X' cannot perform delete operation because following scope(s) are locked: 'Y'. Please remove the lock and try again.";
const readOnly =
  "The subscription 'S' is disabled and therefore marked as read only. You cannot perform any write actions on it until it is re-enabled.";

/** Error, and its meaning for a lookup and for an effect. */
const table: readonly [string, unknown, ErrorKind, ErrorKind][] = [
  ['quota', restError(409, 'OperationNotAllowed', quota), 'unavailable', 'resource-exhausted'],
  [
    'not allowed, for another reason',
    restError(409, 'OperationNotAllowed'),
    'unavailable',
    'failed-precondition',
  ],
  ['a quota in words', restError(409, 'Conflict', quota), 'unavailable', 'resource-exhausted'],
  ['a quota as a code', restError(409, 'QuotaExceeded'), 'unavailable', 'resource-exhausted'],
  ['an operation in progress', restError(409, 'AnotherOperationInProgress'), 'unavailable', 'aborted'],
  ['a deployment', restError(409, 'DeploymentActive'), 'unavailable', 'aborted'],
  ['a busy parent', restError(409, 'RequestConflict'), 'unavailable', 'aborted'],
  [
    'an operation in words',
    restError(409, undefined, 'Another operation on this or dependent resource is in progress.'),
    'unavailable',
    'aborted',
  ],
  ['a lock', restError(409, 'ScopeLocked', locked), 'unavailable', 'failed-precondition'],
  ['a lock, in words', restError(409, 'Conflict', locked), 'unavailable', 'failed-precondition'],
  [
    'a disabled subscription',
    restError(409, 'ReadOnlyDisabledSubscription', readOnly),
    'unavailable',
    'failed-precondition',
  ],
  [
    'a deny assignment',
    restError(403, 'DenyAssignmentAuthorizationFailed'),
    'unavailable',
    'permission-denied',
  ],
  [
    'a deny assignment, as a conflict',
    restError(409, 'DenyAssignmentAuthorizationFailed'),
    'unavailable',
    'permission-denied',
  ],
  ['a conflict that is in no table', restError(409, 'New'), 'unavailable', 'failed-precondition'],
  ['busy', restError(409, 'Conflict'), 'unavailable', 'aborted'],
  ['the group goes', restError(409, 'ResourceGroupBeingDeleted'), 'unavailable', 'failed-precondition'],
  ['changed meanwhile', restError(412, 'PreconditionFailed'), 'unavailable', 'aborted'],
  ['no capacity', restError(409, 'ZonalAllocationFailed'), 'unavailable', 'resource-exhausted'],
  ['a full subnet', restError(400, 'SubnetIsFull'), 'unavailable', 'resource-exhausted'],
  ['bad input', restError(400, 'InvalidParameter'), 'unavailable', 'invalid-argument'],
  ['no code', restError(400), 'unavailable', 'invalid-argument'],
  ['unprocessable', restError(422, 'X'), 'unavailable', 'invalid-argument'],
  ['a missing network', restError(404, 'NetworkNotFound'), 'unavailable', 'invalid-argument'],
  ['no group', restError(404, 'ResourceGroupNotFound'), 'failed-precondition', 'failed-precondition'],
  [
    'a provider that is not registered',
    restError(409, 'MissingSubscriptionRegistration'),
    'unavailable',
    'failed-precondition',
  ],
  [
    'an unknown api-version',
    restError(400, 'NoRegisteredProviderFound'),
    'invalid-argument',
    'invalid-argument',
  ],
  ['an unknown type', restError(404, 'InvalidResourceType'), 'invalid-argument', 'invalid-argument'],
  ['forbidden', restError(403, 'AuthorizationFailed'), 'unavailable', 'permission-denied'],
  ['a policy', restError(403, 'RequestDisallowedByPolicy'), 'unavailable', 'permission-denied'],
  ['an expired token', restError(401, 'ExpiredAuthenticationToken'), 'unavailable', 'unavailable'],
  ['throttling', restError(429, 'TooManyRequests'), 'unavailable', 'unavailable'],
  ['a slow request', restError(408), 'unavailable', 'unavailable'],
  ['an unknown refusal', restError(451, 'New'), 'unavailable', 'failed-precondition'],
  ['500', restError(500, 'InternalServerError'), 'unavailable', 'unavailable'],
  ['503', restError(503), 'unavailable', 'unavailable'],
  ['an unreadable answer', restError(200, 'PARSE_ERROR'), 'unavailable', 'unavailable'],
  ['a cut connection', restError(undefined, 'ECONNRESET'), 'unavailable', 'unavailable'],
  ['no trust', restError(undefined, 'SELF_SIGNED_CERT_IN_CHAIN'), 'unavailable', 'unavailable'],
  ['no answer in time', named(new Error('aborted'), 'AbortError'), 'unavailable', 'unavailable'],
  ['no token', new AuthenticationError(401, { error: 'invalid_client' }), 'unavailable', 'unavailable'],
  ['no identity', new CredentialUnavailableError('IMDS does not answer'), 'unavailable', 'unavailable'],
  ['anything', new TypeError('x is not a function'), 'unavailable', 'unavailable'],
  ['no error at all', 'text', 'unavailable', 'unavailable'],
];

describe('toDriverError', () => {
  it.each(table)('knows what %s means', (_, error, lookup, effect) => {
    expect(toDriverError(error, 'cannot', 'lookup', live).kind).toBe(lookup);
    expect(toDriverError(error, 'cannot', 'effect', live).kind).toBe(effect);
  });

  it.each(table)('says in one line what failed and what to do: %s', (_, error) => {
    const { message, cause } = toDriverError(error, 'cannot create X', 'effect', live);
    expect(message).toMatch(/^cannot create X: [^\n]+; [^\n]+$/);
    expect(cause).toBe(error);
  });

  it('has the cloud’s own words, code and request ids', () => {
    const error = restError(409, 'Conflict', 'Two\n  lines.');
    expect(toDriverError(error, 'cannot create X', 'effect').message).toBe(
      'cannot create X: Two lines. (Conflict, HTTP 409, request id req-1, correlation id cor-1); ' +
        'another operation on it is in progress; the call is retried automatically',
    );
  });

  it.each([
    [restError(409, 'ScopeLocked', locked), 'remove the lock (`az lock list`'],
    [restError(409, 'ReadOnlyDisabledSubscription', readOnly), 're-enable it'],
    [restError(403, 'DenyAssignmentAuthorizationFailed'), 'a deny assignment forbids it'],
    [restError(409, 'Conflict', quota), 'request a higher quota'],
    [restError(409, 'New'), 'names no operation in progress'],
  ])('names the next step: %s', (error, step) => {
    const { message } = toDriverError(error, 'cannot delete X', 'effect');
    expect(message).toContain(step);
    expect(message).not.toContain('another operation on it is in progress');
  });

  it('names the setting that makes a private authority trusted', () => {
    const error = restError(undefined, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(toDriverError(error, 'cannot list', 'lookup').message).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('reads how subnet checks word their refusals', () => {
    const error = restError(400, undefined, '{...}');
    error.details = { filesystemSubnet: { status: 'Invalid', message: 'A /24 is required.' } };
    expect(toDriverError(error, 'cannot create X', 'effect').message).toContain(
      'the subnet (subnet-name) is unsuitable: A /24 is required. (status Invalid) (HTTP 400, request id req-1',
    );
  });

  it('passes on what is already in the driver’s words', () => {
    const error = new DriverError('out-of-range', 'too large');
    expect(toDriverError(error, 'cannot', 'lookup', AbortSignal.abort())).toBe(error);
  });

  it('distinguishes a caller that left from a cloud that failed', () => {
    const reason = new DriverError('unavailable', 'took too long');
    const error = named(new Error('aborted'), 'AbortError');
    expect(toDriverError(error, 'cannot', 'effect', AbortSignal.abort(reason))).toBe(reason);
    expect(toDriverError(error, 'cannot', 'effect', AbortSignal.abort(new Error('left')))).toMatchObject({
      kind: 'cancelled',
      message: 'cannot: the caller cancelled the call (left)',
    });
  });
});

describe('isAbsent', () => {
  it.each<[string, unknown, boolean]>([
    ['the resource', restError(404, 'ResourceNotFound'), true],
    ['the resource, by another service', restError(404, 'NotFound'), true],
    ['the group', restError(404, 'ResourceGroupNotFound'), false],
    ['the subscription', restError(404, 'SubscriptionNotFound'), false],
    ['the resource type', restError(404, 'InvalidResourceType'), false],
    ['no code', restError(404), false],
    ['another status', restError(400, 'NotFound'), false],
    ['no answer', new Error('ResourceNotFound'), false],
  ])('%s', (_, error, absent) => expect(isAbsent(error)).toBe(absent));
});

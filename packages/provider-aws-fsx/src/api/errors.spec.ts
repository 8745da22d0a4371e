import { DriverError, type ErrorKind } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { toDriverError } from './errors.js';

const signal = new AbortController().signal;
const create = { operation: 'CreateFileSystem', kind: 'effect', signal } as const;
const describeAll = { operation: 'DescribeFileSystems', kind: 'lookup', signal } as const;

function sdkError(name: string, members: object = {}, status = 400): Error {
  const metadata = { requestId: '8f4c', httpStatusCode: status };
  return Object.assign(new Error('Words of FSx. '), { name, $metadata: metadata }, members);
}

describe('toDriverError', () => {
  it.each<[string, number, ErrorKind, ErrorKind]>([
    ['BadRequest', 400, 'invalid-argument', 'unavailable'],
    ['IncompatibleParameterError', 400, 'invalid-argument', 'unavailable'],
    ['InvalidNetworkSettings', 400, 'invalid-argument', 'unavailable'],
    ['InvalidPerUnitStorageThroughput', 400, 'invalid-argument', 'unavailable'],
    ['InvalidImportPath', 400, 'invalid-argument', 'unavailable'],
    ['InvalidExportPath', 400, 'invalid-argument', 'unavailable'],
    ['MissingFileSystemConfiguration', 400, 'invalid-argument', 'unavailable'],
    ['UnsupportedOperation', 400, 'invalid-argument', 'unavailable'],
    ['ServiceLimitExceeded', 400, 'resource-exhausted', 'unavailable'],
    ['AccessDeniedException', 400, 'permission-denied', 'unavailable'],
    ['FileSystemNotFound', 400, 'not-found', 'not-found'],
    ['BackupInProgress', 400, 'aborted', 'unavailable'],
    ['BackupRestoring', 400, 'failed-precondition', 'unavailable'],
    ['ThrottlingException', 400, 'unavailable', 'unavailable'],
    ['TooManyRequestsException', 429, 'unavailable', 'unavailable'],
    ['UnrecognizedClientException', 400, 'unavailable', 'unavailable'],
    ['ExpiredTokenException', 400, 'unavailable', 'unavailable'],
    ['InvalidSignatureException', 400, 'unavailable', 'unavailable'],
    ['InternalServerError', 500, 'unavailable', 'unavailable'],
    ['ServiceUnavailable', 503, 'unavailable', 'unavailable'],
    ['SerializationException', 400, 'internal', 'internal'],
    ['SomethingNew', 400, 'unavailable', 'unavailable'],
    ['SomethingForbidden', 403, 'permission-denied', 'unavailable'],
    ['constructor', 400, 'unavailable', 'unavailable'],
  ])(
    '%s (%i): %s when something was to happen, %s when something was looked up',
    (name, status, effect, lookup) => {
      const error = sdkError(name, {}, status);
      expect(toDriverError(error, create).kind).toBe(effect);
      expect(toDriverError(error, describeAll).kind).toBe(lookup);
    },
  );

  it('says what failed, in the words of FSx, with the request id, and what to do', () => {
    const error = toDriverError(sdkError('ServiceLimitExceeded', { Limit: 'FILE_SYSTEM_COUNT' }), create);
    expect(error.message).toBe(
      'CreateFileSystem failed: ServiceLimitExceeded: Words of FSx (limit FILE_SYSTEM_COUNT, request id 8f4c). ' +
        'Delete file systems that are not needed, or request a higher quota for Amazon FSx in Service Quotas',
    );
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('names both settings of the network, and that addresses may be missing', () => {
    const { message } = toDriverError(sdkError('InvalidNetworkSettings'), create);
    expect(message).toMatch(/subnetId .*free addresses.* securityGroupIds .*TCP 988/);
  });

  it('keeps the signed request out of what may be logged', () => {
    const thrown = sdkError('BadRequest', { Parameter: 'x' });
    // As the SDK does: neither to be seen nor to be taken off.
    Object.defineProperty(thrown, '$response', {
      value: { headers: { authorization: 'AWS4-HMAC-SHA256 …' } },
    });
    const { cause } = toDriverError(thrown, create);
    expect(cause).toMatchObject({ name: 'BadRequest', message: thrown.message, Parameter: 'x' });
    expect(cause).not.toHaveProperty('$response');
  });

  it('distinguishes a used token from a wrong parameter', () => {
    const clash = sdkError('IncompatibleParameterError', { Parameter: 'ClientRequestToken' });
    const wrong = sdkError('IncompatibleParameterError', { Parameter: 'PerUnitStorageThroughput' });
    expect(toDriverError(clash, create).kind).toBe('aborted');
    expect(toDriverError(wrong, create)).toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringContaining('(parameter PerUnitStorageThroughput, ') as unknown,
    });
  });

  it.each<[string, unknown, string]>([
    [
      'a cut connection',
      Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
      'ECONNRESET: socket hang up',
    ],
    [
      'all addresses refusing',
      Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }),
      'failed: ECONNREFUSED.',
    ],
    ['a timeout', Object.assign(new Error('took 30 s'), { name: 'TimeoutError' }), 'TimeoutError: took 30 s'],
    ['an unreadable answer', new TypeError('Invalid RFC-3339 date'), 'TypeError: Invalid RFC-3339 date'],
    ['what is no error', 'odd', 'failed: odd.'],
  ])('%s leaves open what happened', (_name, thrown, words) => {
    const error = toDriverError(thrown, create);
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain(words);
  });

  it('names missing credentials', () => {
    const thrown = Object.assign(new Error('Could not load credentials'), {
      name: 'CredentialsProviderError',
    });
    expect(toDriverError(thrown, create).message).toContain('Check the credentials of the controller');
  });

  it('prefers the reason for which the caller gave up', () => {
    const reason = new DriverError('deadline-exceeded', 'time is over');
    const call = { ...create, signal: AbortSignal.abort(reason) };
    expect(toDriverError(new Error('aborted'), call)).toBe(reason);
    const other = { ...create, signal: AbortSignal.abort(new Error('every caller has left')) };
    expect(toDriverError(new Error('aborted'), other)).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('cancelled, every caller has left') as unknown,
    });
  });
});

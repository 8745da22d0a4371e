import { DriverError } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { TokenError } from './access-token.js';
import { ApiError, errorOf } from './api-error.js';
import { isAbsent, isTaken, toDriverError } from './errors.js';

interface Given {
  readonly http: number;
  readonly status: string;
  readonly message?: string;
  readonly reason?: string;
}

const apiError = ({ http, status, message = 'no luck.', reason }: Given): ApiError =>
  new ApiError(message, http, status, reason, 'id-1');

describe('changes', () => {
  it.each<[Given, string, RegExp]>([
    [{ http: 400, status: 'INVALID_ARGUMENT' }, 'invalid-argument', /correct the StorageClass/],
    [{ http: 401, status: 'UNAUTHENTICATED' }, 'unavailable', /check the identity/],
    [{ http: 403, status: 'PERMISSION_DENIED' }, 'permission-denied', /role-definition\.json/],
    [
      { http: 403, status: 'PERMISSION_DENIED', reason: 'SERVICE_DISABLED' },
      'failed-precondition',
      /gcloud services enable/,
    ],
    [{ http: 404, status: 'NOT_FOUND' }, 'invalid-argument', /network, kmsKey/],
    [{ http: 409, status: 'ABORTED' }, 'aborted', /another operation/],
    [{ http: 409, status: 'ALREADY_EXISTS' }, 'already-exists', /delete that resource/],
    [{ http: 429, status: 'RESOURCE_EXHAUSTED' }, 'resource-exhausted', /another zone/],
    [
      { http: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota limit exceeded' },
      'resource-exhausted',
      /higher quota/,
    ],
    [
      { http: 429, status: 'RESOURCE_EXHAUSTED', reason: 'RATE_LIMIT_EXCEEDED' },
      'unavailable',
      /retried automatically/,
    ],
    [
      { http: 400, status: 'FAILED_PRECONDITION', message: 'the network is not peered' },
      'failed-precondition',
      /private services access/,
    ],
    [
      { http: 400, status: 'FAILED_PRECONDITION', message: 'a conflicting operation is running' },
      'aborted',
      /another operation/,
    ],
    [
      { http: 400, status: 'FAILED_PRECONDITION', message: 'it has mirrors' },
      'failed-precondition',
      /mirrors/,
    ],
    [{ http: 418, status: 'TEAPOT' }, 'failed-precondition', /look the error up/],
    [{ http: 500, status: 'INTERNAL' }, 'unavailable', /retried automatically/],
    [{ http: 503, status: 'UNAVAILABLE' }, 'unavailable', /retried automatically/],
  ])('%o are %s', (given, kind, next) => {
    const error = toDriverError(apiError(given), 'cannot do it', 'effect');
    expect(error).toMatchObject({ kind });
    expect(error.message).toMatch(next);
    expect(error.message).toMatch(
      new RegExp(`^cannot do it: .*\\(${given.status}, HTTP ${given.http}.*request id id-1\\); `),
    );
  });
});

describe('lookups', () => {
  it.each<Given>([
    { http: 400, status: 'INVALID_ARGUMENT' },
    { http: 403, status: 'PERMISSION_DENIED' },
    { http: 403, status: 'PERMISSION_DENIED', reason: 'SERVICE_DISABLED' },
    { http: 404, status: 'NOT_FOUND' },
    { http: 429, status: 'RESOURCE_EXHAUSTED' },
    { http: 500, status: 'INTERNAL' },
  ])('%o are never final', (given) => {
    expect(toDriverError(apiError(given), 'cannot look', 'lookup').kind).toBe('unavailable');
  });
});

describe('other errors', () => {
  it('of tokens name the identity', () => {
    const { kind, message } = toDriverError(new TokenError('no token'), 'cannot look', 'effect');
    expect({ kind, message }).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/iam\.gke\.io\/gcp-service-account/) as string,
    });
  });

  it('of connections leave the outcome open', () => {
    expect(toDriverError(new Error('socket hang up'), 'cannot create', 'effect')).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/^cannot create: socket hang up; .*retried/) as string,
    });
  });

  it('are the reason of an aborted signal', () => {
    const over = new DriverError('deadline-exceeded', 'over');
    expect(toDriverError(new Error('x'), 'cannot', 'effect', AbortSignal.abort(over))).toBe(over);
    expect(toDriverError(new Error('x'), 'cannot', 'effect', AbortSignal.abort())).toMatchObject({
      kind: 'cancelled',
    });
  });
});

describe('errorOf', () => {
  const answer = (text: string, status = 404) => ({ status, text, header: () => undefined });

  it('reads the envelope', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'WHY' },
      { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'theirs' },
    ];
    const body = { error: { code: 404, message: 'gone', status: 'NOT_FOUND', details } };
    const error = errorOf(answer(JSON.stringify(body)), 'ours');
    expect(error).toMatchObject({
      message: 'gone',
      http: 404,
      status: 'NOT_FOUND',
      reason: 'WHY',
      requestId: 'theirs',
    });
    expect([isAbsent(error), isTaken(error)]).toEqual([true, false]);
  });

  it('does not take the page of a proxy for the absence of a resource', () => {
    const error = errorOf(answer('<html>404</html>'), undefined);
    expect(isAbsent(error)).toBe(false);
    expect(error.message).toContain('<html>404</html>');
  });
});

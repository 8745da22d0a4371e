import { DriverError } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { CredentialsError } from './credentials.js';
import { toDriverError, type CallRole } from './errors.js';
import { OciError } from './oci-error.js';

const translated = (status: number, code: string, role: CallRole, message = 'words of OCI'): DriverError =>
  toDriverError(new OciError(status, code, message, 'A/B/C'), 'cannot do it', role);

describe('errors of a change', () => {
  it.each([
    [400, 'InvalidParameter', 'invalid-argument', 'correct the StorageClass'],
    [400, 'RelatedResourceNotAuthorizedOrNotFound', 'permission-denied', 'policy.txt'],
    [400, 'LimitExceeded', 'resource-exhausted', 'service limit'],
    [400, 'QuotaExceeded', 'resource-exhausted', 'compartment quota'],
    [401, 'NotAuthenticated', 'unavailable', '--oci-auth'],
    [403, 'NotAllowed', 'permission-denied', 'policy.txt'],
    [404, 'NotAuthorizedOrNotFound', 'permission-denied', 'does not say if the right is missing'],
    [409, 'IncorrectState', 'aborted', 'another operation'],
    [409, 'InvalidatedRetryToken', 'unavailable', 'retried automatically'],
    [409, 'NotAuthorizedOrResourceAlreadyExists', 'unavailable', 'retried automatically'],
    [412, 'NoEtagMatch', 'aborted', 'changed in the meantime'],
    [413, 'RequestEntityTooLarge', 'invalid-argument', 'correct'],
    [429, 'TooManyRequests', 'unavailable', 'request limits'],
    [500, 'InternalServerError', 'unavailable', 'health of OCI'],
    [503, 'ServiceUnavailable', 'unavailable', 'health of OCI'],
  ])('%i %s is %s', (status, code, kind, next) => {
    const error = translated(status, code, 'effect');
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(
      `cannot do it: words of OCI (${code}, HTTP ${status}, request id A/B/C); `,
    );
    expect(error.message).toContain(next);
  });

  it('reports that the cloud is full as exhausted', () => {
    expect(translated(400, 'X', 'effect', 'Out of host capacity.').kind).toBe('resource-exhausted');
  });
});

describe('errors of a look', () => {
  it.each([400, 403, 404, 409, 412, 500])('%i proves nothing', (status) => {
    expect(translated(status, 'X', 'lookup').kind).toBe('unavailable');
  });

  it('name the policy where the right may be missing', () => {
    expect(translated(404, 'NotAuthorizedOrNotFound', 'lookup').message).toContain('policy.txt');
  });
});

describe('other errors', () => {
  it('leave the outcome open where no answer came', () => {
    const error = toDriverError(new Error('socket\nhang up'), 'cannot do it', 'effect');
    expect([error.kind, error.message]).toEqual(['unavailable', expect.stringContaining('socket hang up; ')]);
  });

  it('carry the next step of the credentials', () => {
    const error = toDriverError(new CredentialsError('no token; do this'), 'cannot do it', 'effect');
    expect([error.kind, error.message]).toEqual(['unavailable', 'cannot do it: no token; do this']);
  });

  it('are the reason of the caller who has gone', () => {
    const reason = new DriverError('deadline-exceeded', 'over');
    const signal = AbortSignal.abort(reason);
    expect(toDriverError(new Error('aborted'), 'x', 'effect', signal)).toBe(reason);
    const other = toDriverError(new Error('aborted'), 'x', 'effect', AbortSignal.abort('gone'));
    expect([other.kind, other.message]).toEqual(['cancelled', 'x: the caller cancelled the call (gone)']);
  });
});

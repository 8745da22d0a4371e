import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { DriverError, type ErrorKind } from '../errors/driver-error.js';
import { asDriverError, codeName, errorToStatus } from './error-to-status.js';

const codes: Record<ErrorKind, status> = {
  'invalid-argument': 3,
  'not-found': 5,
  'already-exists': 6,
  'out-of-range': 11,
  'failed-precondition': 9,
  'permission-denied': 7,
  unauthenticated: 16,
  unimplemented: 12,
  'resource-exhausted': 8,
  aborted: 10,
  'deadline-exceeded': 4,
  cancelled: 1,
  unavailable: 14,
  internal: 13,
};

describe('errorToStatus', () => {
  it.each(Object.entries(codes) as [ErrorKind, status][])(
    '%s is %i, with the words and no details',
    (kind, code) => {
      const answer = errorToStatus(new DriverError(kind, 'a reason', { cause: new Error('not sent') }));
      expect(answer).toMatchObject({ code, details: 'a reason' });
      expect(answer.metadata?.getMap()).toEqual({});
      expect(codeName(code)).toBe(kind.toUpperCase().replaceAll('-', '_'));
    },
  );

  it.each([
    [new TypeError('x is undefined'), 'TypeError: x is undefined'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
  ])('reports any other error as a defect and hides nothing: %j', (thrown, words) => {
    const answer = errorToStatus(thrown);
    expect(answer.code).toBe(status.INTERNAL);
    expect(answer.details).toContain(`a defect of the driver: ${words}`);
    expect(asDriverError(thrown).cause).toBe(thrown);
  });

  it.each([
    ['long', 'x'.repeat(10_000)],
    ['long, in characters that take several bytes', '\u{1F4BE}'.repeat(2000)],
    ['long, cut inside such a character', `xy${'\u{1F4BE}'.repeat(2000)}`],
    ['broken', `half a character: ${'\u{1F4BE}'.charAt(0)}.`],
  ])('sends a message that is %s in a form that gRPC can carry', (_, message) => {
    const { details } = errorToStatus(new DriverError('unavailable', message));
    expect(Buffer.byteLength(details)).toBeLessThanOrEqual(3002);
    expect(() => encodeURI(details)).not.toThrow(); // As grpc-js does; it throws for half a surrogate pair.
    expect(details.slice(0, 2)).toBe(message.slice(0, 2));
  });
});

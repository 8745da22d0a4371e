import { expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { Faults } from './faults.js';

const refuse = (message: string) => (): never => {
  throw new DriverError('invalid-argument', message);
};

it('reports every fault once, in one message', () => {
  const faults = new Faults();
  faults.add({ faults: ['a is wrong'], doubtful: new Set(['a']) });
  expect(faults.attempt(['b'], refuse('b is missing'))).toBeUndefined();
  faults.attempt(['b'], refuse('b is missing'));
  expect(faults.attempt(['c'], () => 3)).toBe(3);
  expect(() => faults.throwIfAny()).toThrow('2 faults: (1) a is wrong; (2) b is missing');
});

it('leaves out checks that depend on a parameter with a fault', () => {
  const faults = new Faults();
  faults.add({ faults: ['a is wrong'], doubtful: new Set(['a']) });
  faults.attempt(['b', 'a'], refuse('a is missing'));
  expect(() => faults.throwIfAny()).toThrow(/^a is wrong$/);
});

it('throws other errors at once, and nothing without faults', () => {
  const faults = new Faults();
  const unavailable = new DriverError('unavailable', 'later');
  expect(() =>
    faults.attempt([], () => {
      throw unavailable;
    }),
  ).toThrow(unavailable);
  faults.throwIfAny();
});

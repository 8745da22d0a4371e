import { describe, expect, it } from 'vitest';
import { Capacity } from '../model/capacity.js';
import { fingerprint } from './fingerprint.js';

describe('fingerprint', () => {
  it.each([
    ['keys in another order', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ['keys in another order inside a list', [{ a: 1, b: 2 }], [{ b: 2, a: 1 }]],
    ['capacities', { size: Capacity.gibibytes(1) }, { size: Capacity.bytes(1024n ** 3n) }],
    ['a member that is undefined', { a: 1, b: undefined }, { a: 1 }],
  ])('is the same for equal values: %s', (_, one, other) =>
    expect(fingerprint(one)).toBe(fingerprint(other)),
  );

  it.each([
    ['another value', { a: 1 }, { a: 2 }],
    ['another key', { a: 1 }, { b: 1 }],
    ['one key more', { a: '1' }, { a: '1', b: '' }],
    ['another order of a list', [1, 2], [2, 1]],
    ['another nesting', { a: { b: 1 } }, { a: 1, b: 1 }],
    ['capacities beyond what a number holds', Capacity.bytes(2n ** 53n), Capacity.bytes(2n ** 53n + 1n)],
    ['a list and its text', ['a', 'b'], ['a,b']],
    ['null and an empty object', null, {}],
  ])('differs for different values: %s', (_, one, other) =>
    expect(fingerprint(one)).not.toBe(fingerprint(other)),
  );
});

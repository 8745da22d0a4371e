import { describe, expect, it } from 'vitest';
import { boundedFields, boundedText } from './log-limits.js';

const length = (value: unknown): number => JSON.stringify(value).length;

describe('boundedText', () => {
  it('keeps what is short, and reports the length of what is not', () => {
    expect(boundedText('short')).toBe('short');
    expect(boundedText('x'.repeat(5000))).toBe(`${'x'.repeat(3000)}… (5000 characters in all)`);
  });
});

describe('boundedFields', () => {
  it('keeps the fields of an ordinary line', () => {
    const fields = { a: 'x', n: 1, yes: true, none: null, list: ['a', 1], in: { deep: { er: 'y' } } };
    expect(boundedFields(fields)).toEqual(fields);
    expect(boundedFields({ big: 2n ** 60n, at: new Date(0) })).toEqual({
      big: '1152921504606846976',
      at: '1970-01-01T00:00:00.000Z',
    });
  });

  it.each<[string, object]>([
    ['one long text', { a: 'x'.repeat(1_000_000) }],
    ['one long key', { ['x'.repeat(1_000_000)]: 1 }],
    ['many texts', { list: Array.from({ length: 10_000 }, (_, index) => `text ${index}`) }],
    ['many keys', Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key ${index}`, 'x']))],
    ['many long texts', { list: Array.from({ length: 60 }, () => ({ a: 'x'.repeat(600) })) }],
    ['a long error', { err: new Error('x'.repeat(1_000_000), { cause: new Error('y'.repeat(1_000_000)) }) }],
  ])('shortens %s', (_, fields) => {
    expect(length(fields) === 2 || length(boundedFields(fields)) < 20_000).toBe(true);
    expect(length(boundedFields(fields))).toBeGreaterThan(100);
    expect(JSON.stringify(boundedFields(fields))).toMatch(/…/);
  });

  it('ends in a structure without an end', () => {
    const ring: Record<string, unknown> = {};
    ring['ring'] = ring;
    expect(length(boundedFields(ring))).toBeLessThan(200);
  });

  it('shows the type, the message and the stack of an error', () => {
    const err = new TypeError('outer', { cause: new Error('inner') });
    expect(boundedFields({ err })).toMatchObject({
      err: { type: 'TypeError', message: 'outer', stack: err.stack, cause: { message: 'inner' } },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { withoutTags, withTags } from './resource-tags.js';

const tag = (Key: string, Value = '') => ({ Key, Value });

describe('withTags', () => {
  it('adds tags, and gives a present key the new value', () => {
    expect(withTags([tag('a', '1'), tag('b')], [tag('a', '2'), tag('c')])).toEqual([
      tag('a', '2'),
      tag('b'),
      tag('c'),
    ]);
  });

  it.each([
    [[tag('aws:owner')], 'BadRequest', 'reserved'],
    [[tag('AWS:owner')], 'BadRequest', 'reserved'],
    [[tag('a'), tag('a', '2')], 'BadRequest', 'Duplicate tag key: a'],
    [Array.from({ length: 50 }, (_, index) => tag(`k${index}`)), 'ServiceLimitExceeded', 'at most 50'],
  ])('refuses tags that AWS refuses, case %#', (added, code, message) => {
    expect(() => withTags([tag('present')], added)).toThrow(expect.objectContaining({ code }));
    expect(() => withTags([tag('present')], added)).toThrow(message);
  });
});

describe('withoutTags', () => {
  it('removes tags, and ignores a key that is absent', () => {
    expect(withoutTags([tag('a'), tag('b')], ['b', 'c'])).toEqual([tag('a')]);
  });
});

import { describe, expect, it } from 'vitest';
import { growthOf } from '../testing/growth.js';
import { trimSlashes, trimTrailingSlashes } from './trim-slashes.js';

describe('trimSlashes', () => {
  it.each([
    ['', '', ''],
    ['/', '', ''],
    ['///', '', ''],
    ['/a/b/', 'a/b', '/a/b'],
    ['a//b//', 'a//b', 'a//b'],
  ])('%j is %j, and %j without those at the end', (path, inner, start) => {
    expect(trimSlashes(path)).toBe(inner);
    expect(trimTrailingSlashes(path)).toBe(start);
  });

  it('takes linear time', () => {
    expect(growthOf(trimSlashes, (size) => `a${'/'.repeat(size)}a`)).toBeLessThan(3);
  });
});

import { describe, expect, it } from 'vitest';
import { growthOf } from '../../testing/growth.js';
import {
  defaultTuningAllow,
  forInstance,
  parseClientTuning,
  parseTuningAllow,
  refuseDenied,
} from './client-tuning.js';

const refused = (words: string) =>
  expect.objectContaining({
    kind: 'invalid-argument',
    message: expect.stringContaining(words) as string,
  }) as Error;

describe('parseClientTuning', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['llite.*.max_cached_mb=2048', [['llite.*.max_cached_mb', '2048']]],
    [
      'llite.*.max_cached_mb=2048, osc.*.max_dirty_mb=64M',
      [
        ['llite.*.max_cached_mb', '2048'],
        ['osc.*.max_dirty_mb', '64M'],
      ],
    ],
    ['ldlm.namespaces.*mdc*.lru_size=0', [['ldlm.namespaces.*mdc*.lru_size', '0']]],
  ])('%j', (text, expected) => {
    expect(parseClientTuning(text).map(({ key, value }) => [key, value])).toEqual(expected);
  });

  it.each([
    ['llite.*.max_cached_mb', 'KEY=VALUE'],
    ['llite.*.max_cached_mb=', 'KEY=VALUE'],
    ['llite.*.a=1=2', 'KEY=VALUE'],
    ['llite.*.a=$(reboot)', 'KEY=VALUE'],
    ['llite.*.a=-1', 'KEY=VALUE'],
    ['llite.*.a=1,', 'KEY=VALUE'],
    ['max_cached_mb=1', "mount's own client"],
    ['llite.lustrefs-ffff937009271000.max_cached_mb=1', "mount's own client"],
    ['llite.*x.max_cached_mb=1', "mount's own client"],
    ['*.*.max_cached_mb=1', "mount's own client"],
    ['llite.*.*=1', "mount's own client"],
    ['llite.*/../../x.y=1', "mount's own client"],
    ['-P.*.x=1', "mount's own client"],
    ['debug=0', "mount's own client"],
    ['llite.*.a=1,llite.*.a=2', 'twice'],
  ])('refuses %j: %s', (text, words) => {
    expect(() => parseClientTuning(text)).toThrow(refused(words));
  });
});

describe('refuseDenied', () => {
  const check = (text: string, allow: readonly string[]) => () =>
    refuseDenied(parseClientTuning(text), allow);

  it.each([
    ['llite.*.max_cached_mb=1', defaultTuningAllow],
    ['ldlm.namespaces.*mdc*.lru_size=0', defaultTuningAllow],
    ['anything.*.at_all=1', ['*']],
  ])('%s of %j', (text, allow) => {
    expect(check(text, allow)).not.toThrow();
  });

  it.each([
    ['llite.*.xattr_cache=0', defaultTuningAllow, 'llite.*.xattr_cache may not be set'],
    ['llite.*.max_cached_mb=1', [], 'allowed are none'],
    ['osc.*.max_cached_mb=1', ['llite.*.max_cached_mb'], '--client-tuning-allow'],
    ['llite.*.max_cached_mb=1', ['llite.*x*.max_cached_mb'], 'may not be set'],
  ])('refuses %s of %j', (text, allow, words) => {
    expect(check(text, allow)).toThrow(refused(words));
  });
});

describe('parseTuningAllow', () => {
  it('reads a list', () => {
    expect(parseTuningAllow(' llite.*.a , osc.*.b,')).toEqual(['llite.*.a', 'osc.*.b']);
    expect(parseTuningAllow('*')).toEqual(['*']);
    expect(parseTuningAllow('')).toEqual([]);
  });

  it('refuses what is no parameter', () => {
    expect(() => parseTuningAllow('llite.*.a,everything')).toThrow('"everything"');
  });
});

describe('forInstance', () => {
  it.each([
    ['llite.*.max_cached_mb', 'llite.*ffff01.max_cached_mb=1'],
    ['ldlm.namespaces.*mdc*.lru_size', 'ldlm.namespaces.*mdc*ffff01.lru_size=1'],
    ['osc.*OST0001*.checksums', 'osc.*OST0001*ffff01.checksums=1'],
  ])('%s', (key, expected) => {
    expect(forInstance({ key, value: '1' }, 'ffff01')).toBe(expected);
  });
});

describe('the time of reading', () => {
  const listed = (size: number, entry: (index: number) => string): string =>
    Array.from({ length: size / 4 }, (_, index) => entry(index)).join(',');

  it.each<[string, (size: number) => string]>([
    ['parameters', (size) => listed(size, (index) => `llite.*.a${index}=1`)],
    [
      'parameters, the last of which is given twice',
      (size) => `${listed(size, (i) => `llite.*.a${i}=1`)},llite.*.a0=1`,
    ],
    ['parts of a key', (size) => `a${'.a'.repeat(size)}.*.a=1`],
    ['parts of a wrong key', (size) => `a${'.a'.repeat(size)}.*.a!=1`],
    ['wildcards', (size) => `a.${'*'.repeat(size)}=1`],
    ['equals signs', (size) => '='.repeat(size)],
    ['commas', (size) => ','.repeat(size)],
  ])('grows like the number of %s', (_, textOf) => {
    expect(growthOf(parseClientTuning, textOf)).toBeLessThan(3);
  });

  it.each<[string, (size: number) => string]>([
    ['a part of a key', (size) => `${'a'.repeat(size)}.*.x`],
    ['the name of devices', (size) => `llite.${'-'.repeat(size)}*.x`],
  ])('grows like the length of %s, to see if it is allowed', (_, textOf) => {
    const check = (key: string): void => refuseDenied([{ key, value: '1' }], ['llite.*.y']);
    expect(growthOf(check, textOf)).toBeLessThan(3);
  });
});

import { describe, expect, it } from 'vitest';
import { formatTagValue, parseTagValue } from './base-path-tag-value.js';

describe('formatBase', () => {
  it.each([
    [['csi-volumes'], '/csi-volumes'],
    [['team a', 'scratch'], '/team=20a/scratch'],
    [[], '/'],
    [['a=b', "it's*"], '/a=3Db/it=27s=2A'],
    [['ä'], '/=C3=A4'],
  ])('%j: %s', (base, text) => {
    expect(formatTagValue(base)).toBe(text);
    expect(parseTagValue(text)).toEqual(base);
  });

  it('is read back, with any characters in a name', () => {
    for (let code = 1; code < 0x3000; code += 1) {
      const base = ['x', `n${String.fromCodePoint(code)}`];
      if (code === 0x2f) continue;
      expect(formatTagValue(base)).toMatch(/^[A-Za-z0-9\-_./=]+$/);
      expect(parseTagValue(formatTagValue(base))).toEqual(base);
    }
  });
});

describe('parseBase', () => {
  it.each(['', 'csi-volumes', '/a=ZZ', '/a=C3', '/../etc', '/a b'])('reads no base path in %j', (text) => {
    expect(parseTagValue(text)).toBeUndefined();
  });
});

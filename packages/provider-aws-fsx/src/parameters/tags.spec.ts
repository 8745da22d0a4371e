import { describe, expect, it } from 'vitest';
import { isLegalTagValue, nameTag, ownTags, parseTags, tagKeys, tagsOf } from './tags.js';

describe('nameTag', () => {
  it.each(['pvc-6d46913b-3263-4ad8-8831-73e47e7d3c43', 'a name with spaces', 'größe_1:/=+-@'])(
    'is the name itself where FSx takes it: %s',
    (name) => {
      expect(nameTag(name)).toBe(name);
    },
  );

  it.each(['a,b', 'name#1', '<x>', ' padded ', 'a\u0000b', 'sha256:abc', 'x'.repeat(257), '😀'])(
    'is a digest where FSx would refuse or change the name: %j',
    (name) => {
      const tag = nameTag(name);
      expect(tag).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(isLegalTagValue(tag)).toBe(true);
      expect(nameTag(name)).toBe(tag);
    },
  );

  it('gives no two names one value', () => {
    const names = ['a', 'a ', 'a,b', 'a;b', nameTag('a,b'), nameTag(nameTag('a,b'))];
    expect(new Set(names.map(nameTag)).size).toBe(names.length);
  });
});

describe('parseTags', () => {
  it.each<[string, object]>([
    ['', {}],
    ['a=b', { a: 'b' }],
    [' a=b , c=d ,', { a: 'b', c: 'd' }],
    ['query=a=b==', { query: 'a=b==' }],
    ['empty=', { empty: '' }],
    ['Kostenstelle Süd=42', { 'Kostenstelle Süd': '42' }],
  ])('reads %j', (text, expected) => {
    expect(parseTags(text)).toEqual(expected);
  });

  it.each([
    ['alone', '"alone" has no "="'],
    ['=value', 'must have 1 to 128'],
    [`${'k'.repeat(129)}=v`, 'must have 1 to 128'],
    [`k=${'v'.repeat(257)}`, 'at most 256'],
    ['k=a?b', 'the value of "k" must have at most 256 of letters'],
    ['a=1,a=2', '"a" appears twice'],
    ['AWS:cost=1', 'which AWS reserves'],
    ['CSIVolumeName=x', 'is reserved: the driver'],
    ['lustre.csi/attempt=9', 'is reserved: the driver'],
  ])('refuses %s', (text, words) => {
    expect(() => parseTags(text)).toThrow(words);
  });
});

describe('ownTags', () => {
  it('leaves out what is not known', () => {
    expect(ownTags({ volumeNameTag: 'pvc-1', clusterId: '', metadata: {} })).toEqual({
      CSIVolumeName: 'pvc-1',
    });
  });

  it('name cluster and claim, made acceptable', () => {
    const metadata = { pvcName: 'data*1', pvcNamespace: 'team', pvName: 'pvc-1' };
    expect(ownTags({ volumeNameTag: 'pvc-1', clusterId: 'blue', metadata })).toEqual({
      [tagKeys.volumeName]: 'pvc-1',
      [tagKeys.cluster]: 'blue',
      [tagKeys.pvcName]: 'data_1',
      [tagKeys.pvcNamespace]: 'team',
      [tagKeys.pvName]: 'pvc-1',
    });
  });
});

describe('tagsOf', () => {
  it('reads what is there', () => {
    expect(tagsOf(undefined)).toEqual({});
    expect(tagsOf([{ Key: 'a', Value: '1' }, { Key: 'b' }, { Value: 'orphan' }])).toEqual({ a: '1', b: '' });
  });
});

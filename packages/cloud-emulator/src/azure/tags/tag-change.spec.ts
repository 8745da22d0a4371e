import { describe, expect, it } from 'vitest';
import { changedTags, parseTagChange } from './tag-change.js';

const existing = { Team: 'a', Keep: 'k' };
const of = (operation: string, tags: object) =>
  changedTags(existing, parseTagChange({ operation, properties: { tags } }));

describe('changedTags', () => {
  it.each<[string, object, object]>([
    ['Merge', { New: 'n' }, { ...existing, New: 'n' }],
    ['Merge', { team: 'b' }, { Team: 'b', Keep: 'k' }],
    ['merge', {}, existing],
    ['Merge', { team: 'b', TEAM: 'c' }, { Team: 'c', Keep: 'k' }],
    ['Replace', { team: 'b', x: 'y', TEAM: 'c' }, { TEAM: 'c', x: 'y' }],
    ['Replace', { team: 'b' }, { team: 'b' }],
    ['Delete', { TEAM: 'a' }, { Keep: 'k' }],
    ['Delete', { team: '' }, { Keep: 'k' }],
    ['Delete', { team: 'other' }, existing],
    ['Delete', { unknown: '' }, existing],
  ])('%s of %j', (operation, tags, expected) => expect(of(operation, tags)).toEqual(expected));

  it('keeps to the fifty tags of a resource, with and without earlier tags', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, 'v']));
    expect(Object.keys(of('Merge', many(48)))).toHaveLength(50);
    expect(() => of('Merge', many(49))).toThrow('A resource can have 50 tags, not 51');
    expect(() => of('Replace', many(51))).toThrow('A resource can have 50 tags, not 51');
  });

  it.each<[object, string]>([
    [{ properties: { tags: {} } }, "'operation' is missing"],
    [{ operation: 'Add', properties: { tags: {} } }, "'Add' is not one of Merge, Replace, Delete"],
    [{ operation: 'Merge' }, "'properties' is missing"],
    [{ operation: 'Merge', properties: { tags: { 'a/b': 'c' } } }, 'reserved characters'],
    [{ operation: 'Merge', properties: { tags: { a: 5 } } }, "'tags.a' must be a string"],
  ])('refuses %j', (body, words) => {
    expect(() => parseTagChange(body as Record<string, unknown>)).toThrow(words);
  });
});

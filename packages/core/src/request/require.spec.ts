import { describe, expect, it } from 'vitest';
import { requireEntries, requireMessage, requireName, requirePath, requireString } from './require.js';

const refusal = (message: string): Error =>
  expect.objectContaining({
    kind: 'invalid-argument',
    message: expect.stringContaining(message) as string,
  }) as Error;

describe('a required field', () => {
  it.each([
    ['a string', () => requireString('', 'volume_id'), 'volume_id is missing'],
    ['a string without NUL', () => requireString('a\0b', 'volume_id'), 'volume_id holds a NUL'],
    ['a name', () => requireName('', 'name'), 'name is missing'],
    ['a name of at most 128 bytes', () => requireName('x'.repeat(129), 'name'), 'name is 129 bytes long'],
    [
      'a name of at most 128 bytes, not characters',
      () => requireName('ü'.repeat(65), 'name'),
      'name is 130 bytes',
    ],
    ['a path', () => requirePath('', 'target_path'), 'target_path is missing'],
    [
      'an absolute path',
      () => requirePath('some/path', 'target_path'),
      'target_path is "some/path", which is not',
    ],
    ['a path without NUL', () => requirePath('/a\0', 'target_path'), 'target_path holds a NUL'],
    ['entries', () => requireEntries([], 'volume_capabilities'), 'volume_capabilities is missing'],
    ['a message', () => requireMessage(undefined, 'capacity_range'), 'capacity_range is missing'],
  ])('%s is named in the message', (_, read, message) => expect(read).toThrow(refusal(message)));

  it('is given back as it is', () => {
    expect(requireString(' a ', 'f')).toBe(' a ');
    expect(requireName('x'.repeat(128), 'f')).toHaveLength(128);
    expect(requireName('ü'.repeat(64), 'f')).toBe('ü'.repeat(64));
    expect(requirePath('/a/b', 'f')).toBe('/a/b');
    expect(requireEntries([0], 'f')).toEqual([0]);
    expect(requireMessage(0, 'f')).toBe(0);
  });
});

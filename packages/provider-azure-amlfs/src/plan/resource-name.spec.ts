import { describe, expect, it } from 'vitest';
import { resourceName } from './resource-name.js';

const legal = /^[0-9a-zA-Z][-0-9a-zA-Z_]{0,78}[0-9a-zA-Z]$/;

describe('resourceName', () => {
  it.each(['pvc-0f9c1c5e-6f2c-4b52-9d0a-3f2a4b5c6d7e', 'ab', 'A_1', 'x'.repeat(80)])(
    'keeps what ARM accepts: %s',
    (name) => expect(resourceName(name)).toBe(name),
  );

  it.each(['a', '', '-ab', 'ab-', 'ab#', 'a b', 'größe', 'x'.repeat(81), '../ab', 'ab\n'])(
    'makes a name of what it refuses: %j',
    (name) => {
      expect(resourceName(name)).toMatch(legal);
      expect(resourceName(name)).toBe(resourceName(name));
    },
  );

  it('gives different volumes different names', () => {
    expect(resourceName('a b')).not.toBe(resourceName('a  b'));
  });
});

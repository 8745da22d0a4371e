import { existsSync, renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScratchBase } from '../testing/scratch-base.js';

let base: ScratchBase;

beforeEach(() => {
  base = new ScratchBase();
  base.make('a');
});
afterEach(() => base.remove());

describe('a volume whose registry is gone', () => {
  it.each([
    ['the registry was moved away', () => base.registry()],
    ['the base path was moved away', () => base.path()],
  ])('is not reported as deleted where %s', (_, lost) => {
    const elsewhere = `${base.top}/elsewhere`;
    const from = lost();
    renameSync(from, elsewhere);
    expect(() => base.delete('a')).toThrow(/registry-lost/);
    renameSync(elsewhere, from);
    expect(existsSync(base.path('team', 'a'))).toBe(true);
    base.delete('a');
    expect(existsSync(base.path('team', 'a'))).toBe(false);
    base.delete('a'); // The registry states its absence.
  });
});

import { expect, it } from 'vitest';
import { bytesOf } from './quantity.js';

it.each([
  ['7', 7],
  ['41600G', 41_600_000_000_000],
  ['40625000000Ki', 41_600_000_000_000],
  ['16Ti', 2 ** 44],
])('reads %s', (quantity, bytes) => {
  expect(bytesOf(quantity)).toBe(bytes);
});

it.each(['', 'Gi', '1.5Gi', '5constructor'])('refuses "%s"', (quantity) => {
  expect(() => bytesOf(quantity)).toThrow(/no size in bytes/);
});

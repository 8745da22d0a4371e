import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { damagedLines } from './writers.js';

const line = (name: string, number: number): string =>
  `${name} ${number} ${createHash('md5').update(`${name} ${number}\n`).digest('hex')}`;

it.each([
  ['complete', [1, 2, 3], []],
  ['with a gap', [1, 3], [line('a', 3)]],
  ['with a double line', [1, 2, 2], [line('a', 2)]],
])('finds the damage in a log that is %s', (_, numbers, damaged) => {
  expect(damagedLines('a', numbers.map((number) => line('a', number)).join('\n'))).toEqual(damaged);
});

it('finds a damaged byte and an empty log', () => {
  const text = [line('a', 1), line('a', 2).replace(/.$/, 'x')].join('\n');
  expect(damagedLines('a', text)).toHaveLength(1);
  expect(damagedLines('a', '')).toHaveLength(1);
});

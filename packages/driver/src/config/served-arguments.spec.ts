import { expect, it } from 'vitest';
import { servedArguments } from './served-arguments.js';

const script = process.argv[1] ?? '';

const servedBy = (...words: readonly string[]): readonly string[] =>
  servedArguments(script, () => words.map((word) => `${word}\0`).join(''));

it.each([
  ['the driver', ['/usr/bin/node', script, '--mode=node', '--v=2'], ['--mode=node', '--v=2']],
  [
    'the driver with options of Node.js',
    ['/usr/bin/node', '--max-semi-space-size=1', '--no-warnings', script, '--mode=node'],
    ['--mode=node'],
  ],
  ['another command of the driver', ['/usr/bin/node', script, 'doctor'], []],
  ['another program', ['/bin/sh', '/bin/sleep', '--mode=node'], []],
  ['a program without a script', ['/usr/bin/node', '--version'], []],
])('reads the flags of %s', (_, words, flags) => {
  expect(servedBy(...words)).toEqual(flags);
});

it('has none where the first process cannot be read', () => {
  expect(
    servedArguments(script, () => {
      throw new Error('EACCES');
    }),
  ).toEqual([]);
});

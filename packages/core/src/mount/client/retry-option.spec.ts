import { expect, it } from 'vitest';
import { boundRetry } from './retry-option.js';

it.each([
  [['flock', 'retry=3'], 97_000, ['flock', 'retry=1']],
  [['retry=1', 'flock'], 97_000, ['retry=1', 'flock']],
  [['retry=3'], 200_000, ['retry=3']],
  [['retry=3'], 73_000, []],
  [['retry=3'], 0, []],
  [['retry=0', 'flock'], 97_000, ['flock']],
  [['retryable'], 0, ['retryable']],
])('%j with %i ms left becomes %j', (options, leftMs, expected) => {
  expect(boundRetry(options, leftMs)).toEqual(expected);
});

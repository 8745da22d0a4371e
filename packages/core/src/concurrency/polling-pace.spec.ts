import { describe, expect, it } from 'vitest';
import { pollDelay } from './polling-pace.js';

describe('pollDelay', () => {
  it.each([
    ['at first, when refusals show', 0, 600, 500],
    ['in the first seconds', 2, 600, 1_000],
    ['after ten seconds', 10, 600, 3_000],
    ['in proportion to the time so far', 30, 600, 2_500],
    ['in proportion to a longer time', 60, 600, 5_000],
    ['while nothing can have happened', 180, 600, 15_000],
    ['until half the usual time', 299, 600, 15_000],
    ['near the usual end', 300, 600, 5_000],
    ['a while after it', 899, 600, 5_000],
    ['when it takes far too long', 900, 600, 20_000],
    ['for days', 1e6, 600, 20_000],
  ])('%s', (_, age, usual, delay) => expect(pollDelay(age, usual)).toBe(delay));

  it('looks at most about 130 times at a creation of ten minutes', () => {
    let looks = 0;
    for (let age = 0; age < 600; age += pollDelay(age, 600) / 1000) looks += 1;
    expect(looks).toBeGreaterThan(50);
    expect(looks).toBeLessThan(130);
  });
});

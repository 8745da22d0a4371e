import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.js';

describe('systemClock', () => {
  afterEach(() => void vi.useRealTimers());

  it('counts from the epoch', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(10_000);
  });

  it.each([-3_600_000, 3_600_000])('does not move with the time of the system (%i ms)', (change) => {
    const before = systemClock.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + change);
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(0);
    expect(systemClock.now() - before).toBeLessThan(60_000);
  });
});

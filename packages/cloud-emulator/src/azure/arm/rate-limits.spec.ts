import { describe, expect, it } from 'vitest';
import { RateLimits } from './rate-limits.js';

describe('RateLimits', () => {
  const spend = (limits: RateLimits, method: string, times: number): void => {
    for (let index = 0; index < times; index += 1) limits.count(method, 'subscription');
  };

  it('reports the remainder of each bucket', () => {
    const limits = new RateLimits(() => 0, true);
    spend(limits, 'GET', 10);
    expect(limits.headers('GET')).toEqual({
      'x-ms-ratelimit-remaining-subscription-reads': '240',
      'x-ms-ratelimit-remaining-subscription-global-reads': '3740',
    });
    expect(limits.headers('PUT')['x-ms-ratelimit-remaining-subscription-writes']).toBe('200');
    expect(limits.headers('DELETE')['x-ms-ratelimit-remaining-subscription-deletes']).toBe('200');
  });

  it.each([
    ['GET', 250, 25],
    ['PUT', 200, 10],
    ['POST', 200, 10],
    ['DELETE', 200, 10],
  ])('refuses %s after %i calls, and lets %i more through a second later', (method, size, perSecond) => {
    let now = 0;
    const limits = new RateLimits(() => now, true);
    const refused = expect.objectContaining({
      status: 429,
      code: 'SubscriptionRequestsThrottled',
      details: { headers: { 'Retry-After': '1' } },
    }) as Error;
    spend(limits, method, size);
    expect(() => spend(limits, method, 1)).toThrow(refused);
    now = 1000;
    spend(limits, method, perSecond);
    expect(() => spend(limits, method, 1)).toThrow(refused);
  });

  it('only reports where limits are not enforced', () => {
    const limits = new RateLimits(() => 0, false);
    expect(() => spend(limits, 'PUT', 300)).not.toThrow();
    expect(limits.headers('PUT')['x-ms-ratelimit-remaining-subscription-writes']).toBe('0');
  });
});

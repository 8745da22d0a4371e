import { describe, expect, it } from 'vitest';
import { ownUsage } from '../directory-usage.js';
import { liftQuotaArguments, parseProjectUsage, setQuotaArguments } from './project-quota.js';

describe('what lfs quota prints', () => {
  it.each([
    [
      'one line',
      '      /mnt/l    1024       0   10240       -       3       0       0       -\n',
      1024n,
      10240n,
      3n,
    ],
    ['a long mount point', '/very/long/mount/point\n     8  0 4096 - 2 0 0 -\n', 8n, 4096n, 2n],
    ['beyond the limit', '/m 20480* 10240 0 6d23h59m50s 9 0 0 -', 20480n, 10240n, 9n],
    ['servers that do not answer', '/m [1024] 0 4096 - [2] 0 0 -', 1024n, 4096n, 2n],
    ['no limit', '/m 4 0 0 - 1 0 0 -', 4n, 0n, 1n],
  ])('is read: %s', (_, text, usedKib, limitKib, usedInodes) => {
    expect(parseProjectUsage(text)).toEqual({
      usedBytes: usedKib * 1024n,
      limitBytes: limitKib * 1024n,
      usedInodes,
      limitInodes: 0n,
    });
  });

  it.each(['', 'quotas are not enabled.', '/m 4 0 0 - 1 0 0'])(
    'is refused if it is something else: %s',
    (text) => {
      expect(() => parseProjectUsage(text)).toThrow('lfs quota printed');
    },
  );
});

it('sets limits in KiB, rounded up', () => {
  expect(setQuotaArguments(7, 'hard', 1025n).join(' ')).toBe('setquota -p 7 -b 0 -B 2 -i 0 -I 0');
  expect(setQuotaArguments(7, 'soft', 4096n).join(' ')).toBe('setquota -p 7 -b 4 -B 0 -i 0 -I 0');
  expect(liftQuotaArguments(7).join(' ')).toBe('setquota -p 7 -b 0 -B 0 -i 0 -I 0');
});

describe('the usage of a directory', () => {
  const whole = {
    bytes: { total: 1000n, used: 900n, available: 100n },
    inodes: { total: 50n, used: 40n, available: 10n },
  };

  it.each([
    ['under its limit', 20n, 60n, { total: 60n, used: 20n, available: 40n }],
    ['beyond its limit', 80n, 60n, { total: 60n, used: 80n, available: 0n }],
    ['on a file system that has less left', 20n, 500n, { total: 500n, used: 20n, available: 100n }],
    ['without a limit', 20n, 0n, { total: 1000n, used: 20n, available: 100n }],
  ])('%s', (_, usedBytes, limitBytes, bytes) => {
    const own = ownUsage({ usedBytes, limitBytes, usedInodes: 3n, limitInodes: 0n }, whole);
    expect(own).toEqual({ bytes, inodes: { total: 50n, used: 3n, available: 10n } });
  });
});

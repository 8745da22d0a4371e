import { describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { UnresponsiveError } from './statfs-helper.js';
import { StatfsError } from './statfs-process.js';
import { formatAge, abnormalCause } from './volume-condition.js';

const now = 1_000_000;
const why = (error: unknown) => abnormalCause(error, '127.0.0.4@tcp:/lustrefs', now);

describe('abnormalCause', () => {
  it.each([
    ['ESHUTDOWN', 'evicted this client'],
    ['EIO', 'cannot reach a server'],
    ['ENOENT', 'sub-directory was deleted'],
    ['ESTALE', 'no longer exists'],
    ['ENOTCONN', 'lost its connection'],
    ['EXDEV', 'kernel log'],
  ])('%s: %s', (code, words) => {
    const message = why(new StatfsError(code, 'words of the kernel'));
    expect(message).toContain(`127.0.0.4@tcp:/lustrefs cannot be measured (${code})`);
    expect(message).toContain(words);
  });

  it('names the process that waits, or else the duration', () => {
    const child = {
      pid: 17,
      command: 'statfs /target',
      startedAt: now - 61_000,
      state: 'D',
      ended: Promise.resolve(),
    };
    expect(why(new UnresponsiveError(now - 61_000, child))).toContain(
      'process 17 (statfs /target), in state D (uninterruptible sleep: the kernel waits for a server), for 61 s',
    );
    expect(why(new UnresponsiveError(now - 2_000, undefined))).toContain('has not answered for 2 s');
  });

  it('ignores defects, and passes on messages of the driver', () => {
    expect(why(new TypeError('defect'))).toBeUndefined();
    expect(why(new DriverError('unavailable', 'out of processes'))).toBe('out of processes');
  });
});

describe('formatAge', () => {
  it.each([
    [0, '0 s'],
    [119_400, '119 s'],
    [120_000, '2 min'],
    [7_199_000, '120 min'],
    [7_200_000, '2 h'],
    [-5_000, '0 s'],
  ])('%s ms: %s', (ms, words) => {
    expect(formatAge(now - ms, now)).toBe(words);
  });
});

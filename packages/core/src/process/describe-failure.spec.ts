import { describe, expect, it } from 'vitest';
import { describeFailure } from './describe-failure.js';

describe('describeFailure', () => {
  it('quotes what the program printed, in one line', () => {
    expect(describeFailure('umount /a', { exitCode: 32, stderr: 'umount: /a:\n  target is busy.\n' })).toBe(
      'umount /a failed (exit status 32): umount: /a: target is busy.',
    );
  });

  it('quotes standard output where standard error is empty', () => {
    expect(describeFailure('lfs', { exitCode: 2, stderr: ' \n', stdout: 'no such mount\n' })).toBe(
      'lfs failed (exit status 2): no such mount',
    );
  });

  it('reports a signal, and a program that printed nothing', () => {
    expect(describeFailure('mount', { exitCode: null, stderr: '' })).toBe(
      'mount failed (killed by a signal): it printed nothing',
    );
  });

  it('quotes 1000 characters at most', () => {
    const message = describeFailure('mount', { exitCode: 1, stderr: 'x'.repeat(5000) });
    expect(message.match(/x{2,}/)?.[0]).toHaveLength(1000);
  });
});

import type { Clock } from '@lustre-csi/core';
import { expect } from 'vitest';

/** Clock whose limits pass when the spec calls `passed`. */
export function limits(): Clock & { passed: (milliseconds: number) => void } {
  const running = new Map<() => void, number>();
  return {
    passed: (milliseconds) => {
      const over = [...running].filter(([, limit]) => limit === milliseconds);
      expect(over).not.toEqual([]);
      over.forEach(([end]) => end());
    },
    now: () => Date.now(),
    after: (milliseconds, end) => {
      running.set(end, milliseconds);
      return () => void running.delete(end);
    },
  };
}

import { expect, it } from 'vitest';
import { lazySignal } from './lazy-signal.js';

it('watches nothing until the signal is used, and then once', () => {
  const aborts: ((reason: unknown) => void)[] = [];
  const signal = lazySignal((abort) => aborts.push(abort));
  expect(aborts).toHaveLength(0);
  const first = signal();
  expect(signal()).toBe(first);
  expect(aborts).toHaveLength(1);
  expect(first.aborted).toBe(false);
  const reason = new Error('gone');
  aborts[0]?.(reason);
  expect(first).toMatchObject({ aborted: true, reason });
});

it('is aborted from the begin where the reason came before its first use', () => {
  const reason = new Error('gone already');
  expect(lazySignal((abort) => abort(reason))()).toMatchObject({ aborted: true, reason });
});

import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { untilAborted } from './abort.js';

const reason = new Error('time is over');
const pending = new Promise<never>(() => {});

describe('untilAborted', () => {
  it('settles as the promise does, and stops listening', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(untilAborted(Promise.reject(new Error('refused')), signal)).rejects.toThrow('refused');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects with the reason when the signal aborts, and stops listening', async () => {
    const controller = new AbortController();
    const waiting = untilAborted(pending, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('rejects at once where the signal has aborted already, even if the promise is settled', async () => {
    const aborted = AbortSignal.abort(reason);
    await expect(untilAborted(pending, aborted)).rejects.toBe(reason);
    await expect(untilAborted(Promise.resolve(7), aborted)).rejects.toBe(reason);
  });

  it('leaves no rejection unhandled that comes after everybody has left', async () => {
    const unhandled: unknown[] = [];
    const remember = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', remember);
    try {
      const controller = new AbortController();
      let fail = (_: Error): void => {};
      const late = new Promise<never>((_, reject) => (fail = reject));
      const waiting = untilAborted(late, controller.signal);
      const tooLate = untilAborted(late, AbortSignal.abort(reason));
      controller.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      await expect(tooLate).rejects.toBe(reason);
      fail(new Error('nothing listens'));
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', remember);
    }
  });
});

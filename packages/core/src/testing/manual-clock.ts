import type { Clock } from '../concurrency/clock.js';

/** Time that moves when the test says so. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { dueAt: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Number of timers that wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Moves on to the next timer and lets everything that it sets off come to rest. False: no timer waits. */
  async next(): Promise<boolean> {
    await settled();
    const [timer] = [...this.#timers].sort((a, b) => a.dueAt - b.dueAt);
    if (!timer) return false;
    this.#now = Math.max(this.#now, timer.dueAt);
    this.#timers.delete(timer);
    timer.callback();
    await settled();
    return true;
  }
}

/** Lets promises that can settle do so. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

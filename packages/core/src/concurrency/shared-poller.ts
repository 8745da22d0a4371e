import type { Clock } from './clock.js';

interface Batch<T> {
  readonly result: Promise<T>;
  readonly start: () => void;
  dueAt: number;
  cancelTimer: () => void;
}

/**
 * One reader for many waiters. Each waiter states how long it can wait for the next look; the reads that they request
 * are merged, so that N waiters cost one read a tick. Two rules make it safe to decide on the result: a read always
 * begins after the request that it answers, and reads never overlap.
 */
export class SharedPoller<T> {
  #next: Batch<T> | undefined;
  #reading: Promise<unknown> | undefined;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly clock: Clock,
  ) {}

  /** The result of a read that begins after this call and, unless another one is under way, at once. */
  now(): Promise<T> {
    return this.nextWithin(0);
  }

  /** The result of a read that begins after this call and at the latest `milliseconds` from now. */
  nextWithin(milliseconds: number): Promise<T> {
    const dueAt = this.clock.now() + milliseconds;
    const batch = (this.#next ??= this.#newBatch());
    if (dueAt < batch.dueAt) {
      batch.cancelTimer();
      batch.dueAt = dueAt;
      batch.cancelTimer = this.clock.after(milliseconds, () => void this.#begin(batch));
    }
    return batch.result;
  }

  /** Begins the read that waiters wait for at once, unless none waits. */
  hasten(): void {
    if (this.#next) void this.nextWithin(0);
  }

  #newBatch(): Batch<T> {
    let start = (): void => {};
    const result = new Promise<void>((resolve) => (start = resolve)).then(() => this.read());
    result.catch(() => {}); // Every waiter handles it; a batch whose waiters all left must not crash the process.
    return { result, start, dueAt: Infinity, cancelTimer: () => {} };
  }

  async #begin(batch: Batch<T>): Promise<void> {
    while (this.#reading) await this.#reading;
    if (this.#next === batch) this.#next = undefined;
    batch.start();
    this.#reading = batch.result.then(
      () => {},
      () => {},
    );
    await this.#reading;
    this.#reading = undefined;
  }
}

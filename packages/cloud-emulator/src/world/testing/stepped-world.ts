import type { LustreRegistry } from '../lustre-registry.js';
import { World, type Durations } from '../world.js';

interface Scheduled {
  readonly due: number;
  readonly happen: () => void;
}

/** World whose time passes only when a test says so: a test can inspect every state, and waits for none. */
export class SteppedWorld extends World {
  readonly #clock: { now: number };
  #scheduled: readonly Scheduled[] = [];

  constructor(durations: Durations, lustre: LustreRegistry) {
    const clock = { now: Date.now() };
    super(durations, lustre, () => clock.now);
    this.#clock = clock;
  }

  override after(seconds: number, happen: () => void): () => void {
    const scheduled = { due: this.#clock.now + seconds * 1000, happen };
    this.#scheduled = [...this.#scheduled, scheduled];
    return () => (this.#scheduled = this.#scheduled.filter((each) => each !== scheduled));
  }

  /** Runs the next scheduled effect; false where none is scheduled. */
  step(): boolean {
    const next = this.#next();
    if (!next) return false;
    this.#scheduled = this.#scheduled.filter((each) => each !== next);
    this.#clock.now = Math.max(this.#clock.now, next.due);
    next.happen();
    return true;
  }

  /** Advances the time, and runs all effects that are due meanwhile. */
  pass(seconds: number): void {
    const end = this.#clock.now + seconds * 1000;
    while ((this.#next()?.due ?? Infinity) <= end) this.step();
    this.#clock.now = end;
  }

  /** Repeats `look` after each effect, until it has an answer. */
  async until<T>(look: () => T | Promise<T>): Promise<Exclude<T, undefined | false>> {
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
      if (!this.step()) throw new Error('no effect is left to run, and `look` has no answer yet');
    }
  }

  /** Effect that is due first; of several at the same time, the one that was scheduled first. */
  #next(): Scheduled | undefined {
    return this.#scheduled.reduce<Scheduled | undefined>(
      (first, each) => (first && first.due <= each.due ? first : each),
      undefined,
    );
  }
}

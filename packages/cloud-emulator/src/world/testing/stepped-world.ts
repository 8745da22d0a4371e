import type { LustreRegistry } from '../lustre-registry.js';
import { World, type Durations } from '../world.js';

interface Scheduled {
  readonly due: number;
  readonly happen: () => void;
}

/**
 * A world whose time passes only when a test says so: every state can be looked at for as long as a test likes, and
 * nothing is waited for.
 */
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

  /** Lets what comes next happen; false where nothing is to come. */
  step(): boolean {
    const next = this.#next();
    if (!next) return false;
    this.#scheduled = this.#scheduled.filter((each) => each !== next);
    this.#clock.now = Math.max(this.#clock.now, next.due);
    next.happen();
    return true;
  }

  /** Lets so much time pass, and all that happens meanwhile. */
  pass(seconds: number): void {
    const end = this.#clock.now + seconds * 1000;
    while ((this.#next()?.due ?? Infinity) <= end) this.step();
    this.#clock.now = end;
  }

  /** Looks again after each thing that happens, until the answer is there. */
  async until<T>(look: () => T | Promise<T>): Promise<Exclude<T, undefined | false>> {
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
      if (!this.step()) throw new Error('nothing is left to happen, and it is still not so');
    }
  }

  /** What is due first; of several at the same time, what was scheduled first. */
  #next(): Scheduled | undefined {
    return this.#scheduled.reduce<Scheduled | undefined>(
      (first, each) => (first && first.due <= each.due ? first : each),
      undefined,
    );
  }
}

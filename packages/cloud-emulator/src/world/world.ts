import { Faults } from './faults.js';
import { Journal } from './journal.js';
import type { LustreRegistry } from './lustre-registry.js';

/** Durations of the clouds' work, in seconds; fractions are allowed. */
export interface Durations {
  readonly createSeconds: number;
  readonly deleteSeconds: number;
  readonly updateSeconds: number;
  /** Time for which FSx remembers a ClientRequestToken. On real clusters it was forgotten after five minutes. */
  readonly tokenSeconds: number;
}

export const defaultDurations: Durations = {
  createSeconds: 8,
  deleteSeconds: 3,
  updateSeconds: 5,
  tokenSeconds: 300,
};

/** Base that every cloud of one emulator shares: time, the journal, the faults, and the simulated Lustre servers. */
export class World {
  readonly journal: Journal;
  /** File systems that each account may have since its quota was raised; undefined: the quota of its cloud. */
  raisedQuota: number | undefined;
  readonly faults = new Faults();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(
    /** Work that begins from now on takes so long. */
    public durations: Durations,
    readonly lustre: LustreRegistry,
    readonly now: () => number = Date.now,
  ) {
    this.journal = new Journal(now);
  }

  /**
   * Schedules an effect after so many seconds, unless the emulator stops before. Returns a function that cancels
   * it.
   */
  after(seconds: number, happen: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      happen();
    }, seconds * 1000);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

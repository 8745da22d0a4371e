import { untilAborted } from './abort.js';
import { systemClock, type Clock } from './clock.js';

/** Number of pieces of work that run at once, and the time for which one keeps others waiting. */
export interface LimiterOptions {
  /** Pieces of work that run at once. */
  readonly limit: number;
  /** Milliseconds after which work that still runs gives its place to others. */
  readonly holdMs: number;
  /** Pieces of work of one key that run beside the places while one of them has given up its place. Default: `limit`. */
  readonly stuckLimit?: number;
  /** Milliseconds after which work counts as overdue. Default: as soon as it has given up its place. */
  readonly overdueMs?: number;
  readonly clock?: Clock;
}

interface Waiting {
  readonly key: string;
  readonly admit: (holder: Holder) => void;
}

interface Holder {
  readonly key: string;
  readonly startedAt: number;
  /** It has run long and no longer holds a place. */
  hasYielded: boolean;
  callOff: () => void;
}

/**
 * Bounds how much work runs at once without letting stuck work block the rest: work that runs longer than `holdMs`
 * gives up its place. Work is distinguished by key (what it waits for, such as a server). As long as a key has such
 * work, its other work takes no place away from other keys: it runs beside the places, at most `stuckLimit` of it, so that
 * a dead server costs the others one `holdMs` and not one for each caller.
 */
export class Limiter {
  readonly #holders = new Set<Holder>();
  #waiting: Waiting[] = [];
  readonly #clock: Clock;

  constructor(private readonly options: LimiterOptions) {
    this.#clock = options.clock ?? systemClock;
  }

  /** Pieces of work that run longer than they should: stuck, or about to be. */
  get overdue(): number {
    const since = this.#clock.now() - (this.options.overdueMs ?? 0);
    return [...this.#holders].filter(({ hasYielded, startedAt }) => hasYielded && startedAt <= since).length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs the work when there is a place for it. @throws the signal's reason if it aborts before that, and what the
   *  work throws */
  async run<T>(key: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const holder = await this.#enter(key, signal);
    try {
      return await work();
    } finally {
      this.#leave(holder);
    }
  }

  async #enter(key: string, signal: AbortSignal): Promise<Holder> {
    signal.throwIfAborted();
    let waiting: Waiting | undefined;
    const admitted = new Promise<Holder>((resolve) => {
      waiting = { key, admit: resolve };
      this.#waiting.push(waiting);
    });
    this.#admit();
    try {
      return await untilAborted(admitted, signal);
    } catch (error) {
      if (waiting && this.#waiting.includes(waiting)) {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
      } else {
        void admitted.then((holder) => this.#leave(holder)); // Admitted in the moment of leaving.
      }
      throw error;
    }
  }

  #leave(holder: Holder): void {
    holder.callOff();
    this.#holders.delete(holder);
    this.#admit();
  }

  /** First come, first served, but for those who have to wait for their own key. */
  #admit(): void {
    this.#waiting = this.#waiting.filter((waiting) => {
      const holders = [...this.#holders];
      const ofKey = holders.filter(({ key }) => key === waiting.key);
      const isDead = ofKey.some(({ hasYielded }) => hasYielded);
      const rivals = isDead ? ofKey : holders.filter(({ hasYielded }) => !hasYielded);
      const { limit, stuckLimit = limit } = this.options;
      const hasRoom = rivals.length < (isDead ? stuckLimit : limit);
      if (hasRoom) waiting.admit(this.#hold(waiting.key, isDead));
      return !hasRoom;
    });
  }

  #hold(key: string, hasYielded: boolean): Holder {
    const holder: Holder = { key, startedAt: this.#clock.now(), hasYielded, callOff: () => {} };
    this.#holders.add(holder);
    if (!hasYielded) {
      holder.callOff = this.#clock.after(this.options.holdMs, () => {
        holder.hasYielded = true;
        this.#admit();
      });
    }
    return holder;
  }
}

import { untilAborted } from './abort.js';
import { systemClock, type Clock } from './clock.js';

/** Number of pieces of work that run at once, and the time for which one keeps others waiting. */
export interface LimiterOptions {
  /** Pieces of work that run at once. */
  readonly limit: number;
  /** Milliseconds after which work that still runs gives its place to others. */
  readonly holdMs: number;
  readonly clock?: Clock;
}

interface Waiting {
  readonly key: string;
  readonly admit: (holder: Holder) => void;
}

interface Holder {
  readonly key: string;
  /** It has run too long and no longer holds a place. */
  isOverdue: boolean;
  callOff: () => void;
}

/**
 * Bounds how much work runs at once without letting stuck work block the rest: work that runs longer than `holdMs`
 * counts as overdue and gives up its place. Work is distinguished by key (what it waits for, such as a server). As
 * long as a key has overdue work, its other work takes no place away from other keys: it runs beside the places, at
 * most `limit` of it, so that a dead server costs the others one `holdMs` and not one for each caller.
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
    return [...this.#holders].filter(({ isOverdue }) => isOverdue).length;
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
      const isDead = ofKey.some(({ isOverdue }) => isOverdue);
      const rivals = isDead ? ofKey : holders.filter(({ isOverdue }) => !isOverdue);
      const hasRoom = rivals.length < this.options.limit;
      if (hasRoom) waiting.admit(this.#hold(waiting.key, isDead));
      return !hasRoom;
    });
  }

  #hold(key: string, isOverdue: boolean): Holder {
    const holder: Holder = { key, isOverdue, callOff: () => {} };
    this.#holders.add(holder);
    if (!isOverdue) {
      holder.callOff = this.#clock.after(this.options.holdMs, () => {
        holder.isOverdue = true;
        this.#admit();
      });
    }
    return holder;
  }
}

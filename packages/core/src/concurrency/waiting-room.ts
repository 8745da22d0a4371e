/** Place of one piece of work in a waiting room. */
export interface Seat {
  /** Takes the seat when the work begins to wait; false if the room is full. A seat that is taken stays so. */
  take(): boolean;
  leave(): void;
  /** Aborts when the room is cleared while the seat is taken: its owner then ends the work early. */
  readonly cleared: AbortSignal;
}

/** Newcomers that find the room full before it is cleared: one after another shows that more of them wait outside. */
const NEWCOMERS = 8;

/** Bounds how much work waits at once. Work that finds the room full is ended by its owner, not queued. */
export class WaitingRoom {
  readonly #taken = new Set<AbortController>();
  #newcomers = 0;

  constructor(private readonly limit = Infinity) {}

  get isFull(): boolean {
    return this.#taken.size >= this.limit;
  }

  seat(): Seat {
    const owner = new AbortController();
    return {
      cleared: owner.signal,
      take: () => {
        if (this.#taken.has(owner)) return true;
        if (this.isFull) return false;
        this.#taken.add(owner);
        return true;
      },
      leave: () => void this.#taken.delete(owner),
    };
  }

  /** Makes way for work that has just begun and is about to wait. Where many in a row find the room full, it is cleared: each
   *  seat holds one of the caller's threads, for which more work may wait that has not begun. */
  makeWay(): void {
    if (!this.isFull) return;
    this.#newcomers += 1;
    if (this.#newcomers < NEWCOMERS) return;
    this.#newcomers = 0;
    const owners = [...this.#taken];
    this.#taken.clear();
    for (const owner of owners) owner.abort();
  }
}

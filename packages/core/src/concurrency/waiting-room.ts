/** Place of one piece of work in a waiting room. It is given out when the work comes. */
export interface Seat {
  /** Takes the seat when the work begins to wait; false if the room is full. A seat that is taken stays so. */
  take(): boolean;
  leave(): void;
  /** Makes way for this work, which has just been started and is about to wait: clears a full room where many such find it
   *  full. Each seat holds one of the caller's threads, for which more work may wait that has not been started. Only work that
   *  has come since the room was full shows that: other work came before a thread was given back. */
  makeWay(): void;
  /** Aborts when the room is cleared while the seat is taken: its owner then ends the work early. */
  readonly cleared: AbortSignal;
}

/** Newcomers that find the room full before it is cleared. */
const NEWCOMERS = 8;

/** Bounds how much work waits at once. Work that finds the room full is ended by its owner, not queued. */
export class WaitingRoom {
  readonly #taken = new Set<AbortController>();
  /** Work that has come. */
  #arrivals = 0;
  /** Work that had come when newcomers first found the room full; absent: not since it was last empty. */
  #arrivalsWhenFull: number | undefined;
  #newcomers = 0;

  constructor(private readonly limit = Infinity) {}

  get isFull(): boolean {
    return this.#taken.size >= this.limit;
  }

  seat(): Seat {
    const owner = new AbortController();
    const arrival = this.#arrivals;
    this.#arrivals += 1;
    return {
      cleared: owner.signal,
      take: () => {
        if (this.#taken.has(owner)) return true;
        if (this.isFull) return false;
        this.#taken.add(owner);
        return true;
      },
      leave: () => this.#leave(owner),
      makeWay: () => this.#makeWay(arrival),
    };
  }

  #leave(owner: AbortController): void {
    if (!this.#taken.delete(owner) || this.#taken.size > 0) return;
    this.#arrivalsWhenFull = undefined;
    this.#newcomers = 0;
  }

  #makeWay(arrival: number): void {
    if (!this.isFull) return;
    this.#arrivalsWhenFull ??= this.#arrivals;
    if (arrival < this.#arrivalsWhenFull) return;
    this.#newcomers += 1;
    if (this.#newcomers < NEWCOMERS) return;
    this.#newcomers = 0;
    const owners = [...this.#taken];
    this.#taken.clear();
    for (const owner of owners) owner.abort();
  }
}

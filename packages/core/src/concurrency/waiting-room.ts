/** Place of one piece of work in a waiting room. */
export interface Seat {
  /** Takes the seat when the work begins to wait; false if the room is full. A seat that is taken stays so. */
  take(): boolean;
  leave(): void;
}

/** Bounds how much work waits at once. Work that finds the room full is ended by its owner, not queued. */
export class WaitingRoom {
  #taken = 0;

  constructor(private readonly limit = Infinity) {}

  get isFull(): boolean {
    return this.#taken >= this.limit;
  }

  seat(): Seat {
    let isTaken = false;
    return {
      take: () => {
        if (isTaken) return true;
        if (this.isFull) return false;
        this.#taken += 1;
        return (isTaken = true);
      },
      leave: () => {
        if (isTaken) this.#taken -= 1;
        isTaken = false;
      },
    };
  }
}

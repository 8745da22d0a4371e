import { untilAborted } from './abort.js';

/**
 * Bounds how much work runs at once, first come, first served: requests to a cloud, so that none waits for a connection
 * while its own time limit runs.
 */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Runs the work when a slot is free. @throws the signal's reason if it aborts before, and what the work throws */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    let admit = (): void => {};
    const admitted = new Promise<void>((resolve) => this.#waiting.push((admit = resolve)));
    try {
      await untilAborted(admitted, signal);
    } catch (error) {
      const place = this.#waiting.indexOf(admit);
      if (place >= 0) this.#waiting.splice(place, 1);
      else this.#leave(); // Admitted in the moment of leaving.
      throw error;
    }
  }

  /** Gives the slot to the next in line, or back. */
  #leave(): void {
    const admit = this.#waiting.shift();
    if (admit) admit();
    else this.#free += 1;
  }
}

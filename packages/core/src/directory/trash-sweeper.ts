import type { Log } from '../model/log.js';
import { pause, systemClock, type Clock } from '../concurrency/clock.js';
import { messageOf } from '../errors/driver-error.js';
import { STALE_MS } from './registry/record-files.js';
import type { WorkerResults } from './registry/worker-protocol.js';

/** Files and directories that are removed at once, and the pause after them: at most 2000 a second, so that the metadata
 *  servers have time for others. */
export const SLICE = 200;
const PAUSE_MS = 100;
/** Pauses before trash that could not be removed is tried again. Milliseconds. */
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 600_000;
/** Time after which work that begins now is old enough to be given up. Milliseconds. */
export const LOOK_LATER_MS = STALE_MS + 60_000;

type Sweep = (budget: number, orphans: boolean, signal: AbortSignal) => Promise<WorkerResults['sweep']>;

/** Empties the trash of a base path in the background, once at a time, until nothing is left. */
export class TrashSweeper {
  #running = false;
  #again = false;
  #orphans = false;
  #retryMs = FIRST_RETRY_MS;
  #willLook = false;

  constructor(
    private readonly sweep: Sweep,
    private readonly log: Log,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Sweeps the trash.
   *  @param orphans true if killed workers may have left something, too */
  start(orphans = false): void {
    this.#again = true;
    this.#orphans ||= orphans;
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Looks for an unfinished creation later: if it does not continue, it is given up. */
  lookLater(): void {
    if (this.#willLook) return;
    this.#willLook = true;
    this.clock.after(LOOK_LATER_MS, () => {
      this.#willLook = false;
      this.start(true);
    });
  }

  async #run(): Promise<void> {
    const { signal } = new AbortController();
    let removed = 0;
    try {
      while (this.#again) {
        this.#again = false;
        removed += await this.#untilDone(signal);
      }
    } catch (error) {
      this.#retry(messageOf(error));
    } finally {
      this.#running = false;
      if (removed > 0) this.log.info({ removed }, 'removed files and directories of deleted volumes');
      if (this.#again) this.start();
    }
  }

  async #untilDone(signal: AbortSignal): Promise<number> {
    let total = 0;
    for (;;) {
      const orphans = this.#orphans;
      this.#orphans = false;
      const { removed, isDone, hasUnfinished, failures } = await this.#sweepOnce(orphans, signal);
      if (hasUnfinished) this.lookLater();
      total += removed;
      if (removed > 0) this.#retryMs = FIRST_RETRY_MS;
      if (isDone || removed === 0) {
        if (failures.length > 0) this.#retry(failures.join('; '));
        return total;
      }
      await pause(this.clock, PAUSE_MS, signal);
    }
  }

  /** Keeps the request to look for orphans if the sweep fails. */
  async #sweepOnce(orphans: boolean, signal: AbortSignal): Promise<WorkerResults['sweep']> {
    try {
      return await this.sweep(SLICE, orphans, signal);
    } catch (error) {
      this.#orphans ||= orphans;
      throw error;
    }
  }

  #retry(why: string): void {
    this.log.warn(
      { why },
      'some files of deleted volumes could not be removed yet; the removal is retried automatically',
    );
    this.clock.after(this.#retryMs, () => this.start());
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }
}

import type { Log } from '../model/log.js';
import { pause, systemClock, type Clock } from '../concurrency/clock.js';
import { messageOf } from '../errors/driver-error.js';
import { STALE_MS } from './registry/record-files.js';
import type { SweepOrder, TrashLeft, WorkerResults } from './registry/worker-protocol.js';

/** Files and directories that are removed at once, and the pause after them: at most 2000 a second, so that the metadata
 *  servers have time for others. */
export const SLICE = 200;
const PAUSE_MS = 100;
/** Pauses before trash that could not be removed is tried again. Milliseconds. */
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 600_000;
/** Failures in one line of the log. */
const MAX_DESCRIBED = 10;
/** Time after which work that begins now is old enough to be given up. Milliseconds. */
export const LOOK_LATER_MS = STALE_MS + 60_000;

type Sweep = (
  budget: number,
  orphans: boolean,
  signal: AbortSignal,
  order: SweepOrder,
) => Promise<WorkerResults['sweep']>;

/** Empties the trash of a base path in the background, once at a time, until nothing is left. */
export class TrashSweeper {
  #running = false;
  #again = false;
  #orphans = false;
  #retryMs = FIRST_RETRY_MS;
  #willRetry = false;
  #willLook = false;
  #turn = 0;
  #left: TrashLeft = { volumes: 0 };
  /** Deleted volumes that could not be removed. They are tried again by the next retry, not whenever another volume is
   *  deleted. */
  readonly #stuck = new Set<string>();

  constructor(
    private readonly sweep: Sweep,
    private readonly log: Log,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Trash that the last look has left. */
  get left(): TrashLeft {
    return this.#left;
  }

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
    const failures: string[] = [];
    let [total, failed] = [0, 0];
    for (;;) {
      const orphans = this.#orphans;
      this.#orphans = false;
      const swept = await this.#sweepOnce(orphans, signal);
      this.#left = swept.left;
      if (swept.hasUnfinished) this.lookLater();
      total += swept.removed;
      failed += swept.failed;
      failures.push(...swept.failures);
      swept.stuck.forEach((incarnation) => this.#stuck.add(incarnation));
      if (swept.isDone || swept.removed + swept.stuck.length === 0) {
        if (failures.length > 0) this.#retry(failures.slice(0, MAX_DESCRIBED).join('; '), failed);
        if (this.#stuck.size === 0) this.#retryMs = FIRST_RETRY_MS;
        return total;
      }
      await pause(this.clock, PAUSE_MS, signal);
    }
  }

  /** Keeps the request to look for orphans if the sweep fails. */
  async #sweepOnce(orphans: boolean, signal: AbortSignal): Promise<WorkerResults['sweep']> {
    try {
      const order = { skip: [...this.#stuck], turn: (this.#turn += 1) };
      return await this.sweep(SLICE, orphans, signal, order);
    } catch (error) {
      this.#orphans ||= orphans;
      throw error;
    }
  }

  /** @param failed number of files and directories; absent: the trash could not be read */
  #retry(why: string, failed?: number): void {
    this.log.warn(
      { why, ...(failed === undefined ? {} : { failed }) },
      'some files of deleted volumes could not be removed yet; the removal is retried automatically',
    );
    if (this.#willRetry) return;
    this.#willRetry = true;
    this.clock.after(this.#retryMs, () => {
      this.#willRetry = false;
      this.#stuck.clear();
      this.start();
    });
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }
}

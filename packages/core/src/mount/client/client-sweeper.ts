import type { Log } from '../../model/log.js';

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

/** Repeats the unmounting of unused clients in the background: on request, and after failures at growing intervals. */
export class ClientSweeper {
  #isRunning = false;
  #again = false;
  #retryMs = FIRST_RETRY_MS;

  /** @param sweepOnce finds and unmounts clients that are unused now */
  constructor(
    private readonly sweepOnce: () => Promise<void>,
    private readonly log: Log,
  ) {}

  /** Starts a sweep, or repeats the one that runs. */
  sweep(): void {
    this.#again = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#sweepUntilDone();
  }

  /** Sweeps again after a pause. */
  sweepLater(): void {
    setTimeout(() => this.sweep(), this.#retryMs).unref(); // unref: the process may end first; its successor sweeps.
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
  }

  /** Begins with short pauses again: a client could be unmounted. */
  succeeded(): void {
    this.#retryMs = FIRST_RETRY_MS;
  }

  async #sweepUntilDone(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.sweepOnce();
      }
    } catch (error) {
      this.log.warn({ err: error }, 'unused clients could not be found; it is tried again');
      this.sweepLater();
    } finally {
      this.#isRunning = false;
    }
  }
}

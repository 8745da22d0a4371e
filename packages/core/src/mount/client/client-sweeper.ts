import type { Log } from '../../model/log.js';

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** Pause after which a look that served as recent is confirmed by one of its own. Longer than a look is recent. */
const CONFIRMATION_MS = 1_500;

/** Repeats the unmounting of unused clients in the background: on request, and after failures at growing intervals. */
export class ClientSweeper {
  #isRunning = false;
  #again = false;
  #retryMs = FIRST_RETRY_MS;
  #confirmation: NodeJS.Timeout | undefined;
  #isConfirming = false;

  /** @param sweepOnce finds and unmounts clients that are unused now; if it confirms, by a look of its own */
  constructor(
    private readonly sweepOnce: (isConfirming: boolean) => Promise<void>,
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

  /** Sweeps again soon, by a look of its own. Many requests meanwhile are one. */
  confirmSoon(): void {
    this.#confirmation ??= setTimeout(() => {
      this.#confirmation = undefined;
      this.#isConfirming = true;
      this.sweep();
    }, CONFIRMATION_MS).unref();
  }

  /** Begins with short pauses again: a client could be unmounted. */
  succeeded(): void {
    this.#retryMs = FIRST_RETRY_MS;
  }

  async #sweepUntilDone(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        const isConfirming = this.#isConfirming;
        this.#isConfirming = false;
        await this.sweepOnce(isConfirming);
      }
    } catch (error) {
      this.log.warn({ err: error }, 'unused clients could not be found; it is tried again');
      this.sweepLater();
    } finally {
      this.#isRunning = false;
    }
  }
}

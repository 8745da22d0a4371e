import { untilAborted } from './abort.js';

/** Work that a caller wants done under a key. */
export interface Job<T> {
  /** Subject of the work. One job at a time holds a key. */
  readonly key: string;
  /** Same key and same fingerprint: the same work, to be joined. Another fingerprint is a conflict. */
  readonly fingerprint: string;
  /** `signal` aborts when the last caller has left; `report` says how far the work is, for those who leave early. */
  readonly work: (signal: AbortSignal, report: (progress: string) => void) => Promise<T>;
}

interface Running {
  readonly fingerprint: string;
  readonly result: Promise<unknown>;
  readonly everybodyLeft: AbortController;
  callers: number;
  progress: string;
}

/** Error of a caller whose key is held by different work. */
export class KeyHeldError extends Error {
  override readonly name = 'KeyHeldError';

  constructor(
    readonly key: string,
    readonly progress: string,
  ) {
    super(`${key} is held by other work`);
  }
}

/** Error of a caller that left before the work ended; `cause` is the reason of its signal. */
export class LeftEarlyError extends Error {
  override readonly name = 'LeftEarlyError';

  constructor(
    readonly progress: string,
    cause: unknown,
  ) {
    super(progress, { cause });
  }
}

/**
 * Joins identical work and refuses conflicting work, by key. The check and the entry are one synchronous step, so two
 * callers can never both start. A caller waits until its own signal aborts; the work itself is stopped only when no
 * caller is left, and the key stays held until it has stopped.
 */
export class Coalescer {
  readonly #running = new Map<string, Running>();

  get size(): number {
    return this.#running.size;
  }

  async run<T>(job: Job<T>, signal: AbortSignal): Promise<T> {
    let running = this.#running.get(job.key);
    // Work that is being stopped cannot be joined: its key is free once it has stopped.
    while (running?.everybodyLeft.signal.aborted) {
      await this.#ended(running, signal);
      running = this.#running.get(job.key);
    }
    if (!running && signal.aborted) throw new LeftEarlyError('', signal.reason);
    running ??= this.#start(job);
    if (running.fingerprint !== job.fingerprint) throw new KeyHeldError(job.key, running.progress);
    running.callers += 1;
    try {
      return (await untilAborted(running.result, signal)) as T;
    } catch (error) {
      if (error === signal.reason && signal.aborted) throw new LeftEarlyError(running.progress, error);
      throw error;
    } finally {
      leave(running);
    }
  }

  async #ended(running: Running, signal: AbortSignal): Promise<void> {
    const ended = running.result.then(
      () => {},
      () => {},
    );
    try {
      await untilAborted(ended, signal);
    } catch (error) {
      throw new LeftEarlyError(running.progress, error);
    }
  }

  #start<T>(job: Job<T>): Running {
    const everybodyLeft = new AbortController();
    const running: Running = {
      fingerprint: job.fingerprint,
      callers: 0,
      progress: '',
      everybodyLeft,
      result: Promise.resolve()
        .then(() => job.work(everybodyLeft.signal, (progress) => (running.progress = progress)))
        .finally(() => this.#running.delete(job.key)),
    };
    running.result.catch(() => {}); // Each caller has its own view of the outcome.
    this.#running.set(job.key, running);
    return running;
  }
}

function leave(running: Running): void {
  running.callers -= 1;
  if (running.callers === 0) running.everybodyLeft.abort(everyCallerHasLeft);
}

/** Made once: every job ends with it, and the stack of an error costs more than the rest. */
const everyCallerHasLeft = new Error('every caller has left');

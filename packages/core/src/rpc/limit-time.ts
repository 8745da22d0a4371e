import { systemClock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import type { Log } from '../model/log.js';
import type { Call, Wrapper } from './call-chain.js';
import { lazySignal } from './lazy-signal.js';

/** Longest time of a call, in milliseconds: some callers set no deadline (csi-sanity), and kubelet gives up on node calls
 *  after two minutes (csiTimeout). */
const MAX_MS: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({ Identity: 10_000, Controller: 600_000, Node: 110_000 }),
);
const DEFAULT_MAX_MS = 60_000;

/** Longest time between the answer and the caller's deadline, for the transport. Milliseconds. */
const MAX_MARGIN_MS = 2_000;

/** Part of the margin after which the wrapper answers for work that ignores the signal. */
const GRACE = 0.5;

/** Gives each call a signal that aborts shortly before its deadline, when its caller goes away, or when the driver stops.
 *  For work that ignores it, the wrapper replies. */
export const limitTime =
  (stopping: AbortSignal, now: () => number = Date.now): Wrapper =>
  (next) =>
  async (request, call) => {
    const allowed = Math.min(call.deadline - now(), MAX_MS.get(call.service) ?? DEFAULT_MAX_MS);
    const margin = Math.min(MAX_MARGIN_MS, Math.max(0, allowed) * 0.1);
    const endsAt = systemClock.now() + Math.max(0, allowed - margin);
    const cleanUp: (() => void)[] = [];
    let isOver = false;
    const signal = lazySignal((abort): void => {
      if (isOver) return abort(outOfTime(call.method));
      const left = Math.max(0, endsAt - systemClock.now());
      const timer = setTimeout(() => abort(outOfTime(call.method)), left);
      cleanUp.push(() => clearTimeout(timer), passOn(call.cancelled, abort));
      if (call.service === 'Controller') cleanUp.push(passOn(stopping, abort));
    });
    try {
      return await new Promise((resolve, reject) => {
        const hardStop = Math.max(0, allowed - margin * (1 - GRACE));
        const timer = setTimeout(() => reject(outOfTime(call.method)), hardStop);
        cleanUp.push(() => clearTimeout(timer));
        next(request, new LimitedCall(call, endsAt, signal)).then(resolve, reject);
      });
    } finally {
      isOver = true;
      for (const undo of cleanUp) undo();
    }
  };

/** Call with another signal, which is made when it is used. A class, since getters of a literal cost as much as a signal. */
class LimitedCall implements Call {
  readonly service: string;
  readonly method: string;
  readonly deadline: number;
  readonly log: Log;

  constructor(
    private readonly call: Call,
    readonly endsAt: number,
    private readonly makeSignal: () => AbortSignal,
  ) {
    this.service = call.service;
    this.method = call.method;
    this.deadline = call.deadline;
    this.log = call.log;
  }

  get cancelled(): AbortSignal {
    return this.call.cancelled;
  }

  get signal(): AbortSignal {
    return this.makeSignal();
  }
}

/** Passes the abort of a signal on. AbortSignal.any would leak: Node.js 20 never collects its references at a signal that
 *  lives as long as the process.
 *  @returns function that removes the listener */
function passOn(signal: AbortSignal, abort: (reason: unknown) => void): () => void {
  const listener = (): void => abort(signal.reason);
  if (signal.aborted) listener();
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

const outOfTime = (method: string): DriverError =>
  new DriverError(
    'deadline-exceeded',
    `the time of this ${method} call is over; the next call continues the work`,
  );

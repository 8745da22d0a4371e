import { untilAborted } from '../concurrency/abort.js';
import { systemClock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import type { Wrapper } from './call-chain.js';

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
    const ending = new AbortController();
    const hardStop = new AbortController();
    const timers = [
      setTimeout(() => ending.abort(outOfTime(call.method)), Math.max(0, allowed - margin)),
      setTimeout(() => hardStop.abort(outOfTime(call.method)), Math.max(0, allowed - margin * (1 - GRACE))),
    ];
    const unlisten = [call.cancelled, ...(call.service === 'Controller' ? [stopping] : [])].map((signal) =>
      abortWith(ending, signal),
    );
    try {
      return await untilAborted(next(request, { ...call, signal: ending.signal, endsAt }), hardStop.signal);
    } finally {
      timers.forEach(clearTimeout);
      unlisten.forEach((stop) => stop());
    }
  };

/** Aborts a controller with a signal. AbortSignal.any would leak: Node.js 20 never collects its references at a signal that
 *  lives as long as the process.
 *  @returns function that removes the listener */
function abortWith(controller: AbortController, signal: AbortSignal): () => void {
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}

const outOfTime = (method: string): DriverError =>
  new DriverError(
    'deadline-exceeded',
    `the time of this ${method} call is over; the next call continues the work`,
  );

import type { Log } from './log.js';

/** Context of the call that started an operation. */
export interface OperationContext {
  /** Aborts when the caller's time is over, the caller has gone, or the driver stops; its reason is a DriverError
   *  that says which. */
  readonly signal: AbortSignal;
  /** Time at which the signal will abort because the caller's time is over, as `systemClock` counts; absent: unknown. */
  readonly endsAt?: number;
  readonly log: Log;
}

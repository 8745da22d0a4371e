import type { OperationContext } from '../model/operation-context.js';

/** Call of a method, as its wrappers see it. */
export interface Call extends OperationContext {
  /** `Identity`, `Controller` or `Node`. */
  readonly service: string;
  /** Name in csi.proto: `CreateVolume`. */
  readonly method: string;
  /** Deadline in milliseconds since the epoch; Infinity where the caller set none. */
  readonly deadline: number;
  /** Signal that aborts when the caller has gone. */
  readonly cancelled: AbortSignal;
}

export type Handler = (request: unknown, call: Call) => Promise<unknown>;

/** Wrapper of every call: takes the next handler and returns one that does more. */
export type Wrapper = (next: Handler) => Handler;

/** Wraps a handler; the first wrapper is the outermost. */
export function chain(wrappers: readonly Wrapper[], handler: Handler): Handler {
  return wrappers.reduceRight((next, wrap) => wrap(next), handler);
}

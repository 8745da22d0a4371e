import type { OperationContext } from '../model/operation-context.js';

/** What the wrappers around a method know of its call. */
export interface Call extends OperationContext {
  /** `Identity`, `Controller` or `Node`. */
  readonly service: string;
  /** As csi.proto names it: `CreateVolume`. */
  readonly method: string;
  /** Milliseconds since the epoch; Infinity where the caller gave none. */
  readonly deadline: number;
  /** Aborts when the caller has gone. */
  readonly cancelled: AbortSignal;
}

export type Handler = (request: unknown, call: Call) => Promise<unknown>;

/** Something that every call goes through: takes the next handler, gives one that does more. */
export type Wrapper = (next: Handler) => Handler;

/** The first wrapper is the outermost. */
export function chain(wrappers: readonly Wrapper[], handler: Handler): Handler {
  return wrappers.reduceRight((next, wrap) => wrap(next), handler);
}

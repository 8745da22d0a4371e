import type { Cloud } from './journal.js';

/** Fault to inject. `POST /_emulator/faults` takes one of these or a list; `DELETE` forgets them all. */
export interface Fault {
  /**
   * Kind of the fault:
   * - `throttle`: the cloud's own throttling error.
   * - `error`: a 5xx, or `status` and `code` if given.
   * - `reset`: the connection is cut.
   * - `slow`: the answer waits `seconds`.
   * - `hang`: no answer, ever.
   * - `answer`: `status` (200) with `body` in place of the cloud's own answer.
   * - `fail-creation`: the resource is accepted and ends FAILED, with `message` as its reason; so does an update of a
   *   file system, and the final backup of a deletion.
   */
  readonly kind: 'throttle' | 'error' | 'reset' | 'slow' | 'hang' | 'answer' | 'fail-creation';
  /** Cloud whose calls match; absent: all. */
  readonly cloud?: Cloud;
  /** Operation that matches, as the journal names it; absent: all. */
  readonly operation?: string;
  /**
   * Point at which the fault acts: before the call has its effect (the default), or after it, so that the caller
   * does not learn of the effect.
   */
  readonly when?: 'before' | 'after';
  /** Number of matching calls that meet the fault. Default 1. */
  readonly times?: number;
  /** Number of matching calls that pass unharmed first. Default 0. */
  readonly skip?: number;
  /** Seconds, for `slow`. */
  readonly seconds?: number;
  /** Retry-After of a throttled answer, in seconds; absent: the header is not sent. */
  readonly retryAfterSeconds?: number;
  readonly status?: number;
  /** Text of the body, for `answer`. Default: empty. */
  readonly body?: string;
  readonly code?: string;
  readonly message?: string;
}

export interface FaultMatch {
  readonly cloud: Cloud;
  readonly operation: string;
}

interface ArmedFault {
  readonly fault: Fault;
  toSkip: number;
  left: number;
}

/** Faults that wait for their call. */
export class Faults {
  #armed: ArmedFault[] = [];

  add(fault: Fault): void {
    this.#armed.push({ fault, toSkip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed = [];
  }

  list(): readonly Fault[] {
    return this.#armed.map((armed) => armed.fault);
  }

  /** Fault that this call meets at this point, or undefined; counts it as used. */
  take(call: FaultMatch, accepts: (fault: Fault) => boolean): Fault | undefined {
    const armed = this.#armed.find(({ fault }) => matches(fault, call) && accepts(fault));
    if (!armed) return undefined;
    if (armed.toSkip > 0) {
      armed.toSkip -= 1;
      return undefined;
    }
    armed.left -= 1;
    if (armed.left <= 0) this.#armed.splice(this.#armed.indexOf(armed), 1);
    return armed.fault;
  }

  /** Fault `fail-creation` that this call meets, or undefined; counts it as used. */
  takeFailure(cloud: Cloud, operation: string): Fault | undefined {
    return this.take({ cloud, operation }, ({ kind }) => kind === 'fail-creation');
  }
}

const matches = (fault: Fault, call: FaultMatch): boolean =>
  (fault.cloud === undefined || fault.cloud === call.cloud) &&
  (fault.operation === undefined || fault.operation === call.operation);

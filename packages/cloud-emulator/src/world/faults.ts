import type { Cloud } from './journal.js';

/** A fault to inject. `POST /_emulator/faults` takes one of these or a list; `DELETE` forgets them all. */
export interface Fault {
  /** - `throttle`: the cloud's own throttling error. - `error`: a 5xx, or `status` and `code` if given.
   *  - `reset`: the connection is cut. - `slow`: the answer waits `seconds`. - `hang`: no answer, ever.
   *  - `fail-creation`: the resource is accepted and ends FAILED, with `message` as its reason; so does an update of
   *  a file system, and the final backup of a deletion. */
  readonly kind: 'throttle' | 'error' | 'reset' | 'slow' | 'hang' | 'fail-creation';
  /** Only calls of this cloud. */
  readonly cloud?: Cloud;
  /** Only this operation, as the journal names it. */
  readonly operation?: string;
  /** Before the call has its effect (the default), or after it: the caller does not learn that it worked. */
  readonly when?: 'before' | 'after';
  /** How many matching calls meet the fault. Default 1. */
  readonly times?: number;
  /** How many matching calls pass unharmed first. Default 0. */
  readonly skip?: number;
  /** Seconds, for `slow`. */
  readonly seconds?: number;
  /** Retry-After of a throttled answer, in seconds; absent: the header is not sent. */
  readonly retryAfterSeconds?: number;
  readonly status?: number;
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

/** The faults that wait for their call. */
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

  /** The fault that this call meets at this point, if any; counts it as used. */
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

  /** `fail-creation` fault that this call meets, if any; counts it as used. */
  takeFailure(cloud: Cloud, operation: string): Fault | undefined {
    return this.take({ cloud, operation }, ({ kind }) => kind === 'fail-creation');
  }
}

const matches = (fault: Fault, call: FaultMatch): boolean =>
  (fault.cloud === undefined || fault.cloud === call.cloud) &&
  (fault.operation === undefined || fault.operation === call.operation);

import { DriverError, isDriverError } from '../errors/driver-error.js';

/** Faults found in parameters, and the parameters whose values are unknown because of them. */
export interface FoundFaults {
  /** Messages. */
  readonly faults: readonly string[];
  /** Names of parameters with a wrong value, or that a misspelled name probably means. */
  readonly doubtful: ReadonlySet<string>;
}

/**
 * Collects all that is wrong with a request for one message: a StorageClass is immutable, so that each attempt costs its
 * author a new one. A check that depends on a parameter with a fault is left out, as it would report a consequence.
 */
export class Faults {
  readonly #messages = new Set<string>();
  readonly #doubtful = new Set<string>();

  /** Adds what a reading has found. */
  add({ faults, doubtful }: FoundFaults): void {
    for (const fault of faults) this.#messages.add(fault);
    for (const name of doubtful) this.#doubtful.add(name);
  }

  get doubtful(): ReadonlySet<string> {
    return this.#doubtful;
  }

  /** Runs a check that depends on these parameters.
   *  @returns its result; undefined where it refuses, or where one of the parameters has a fault already
   *  @throws errors other than invalid-argument */
  attempt<T>(names: readonly string[], check: () => T): T | undefined {
    if (names.some((name) => this.#doubtful.has(name))) return undefined;
    try {
      return check();
    } catch (error) {
      if (!isDriverError(error, 'invalid-argument')) throw error;
      this.#messages.add(error.message);
      return undefined;
    }
  }

  /** @throws DriverError invalid-argument naming all faults */
  throwIfAny(): void {
    throwFaults([...this.#messages]);
  }
}

/** Throws all faults in one message; returns where there are none.
 *  @throws DriverError invalid-argument */
export function throwFaults(faults: readonly string[]): void {
  const [only] = faults;
  if (only === undefined) return;
  const listed = faults.map((fault, index) => `(${index + 1}) ${fault}`).join('; ');
  throw new DriverError(
    'invalid-argument',
    faults.length === 1 ? only : `${faults.length} faults: ${listed}`,
  );
}

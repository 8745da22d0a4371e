import { randomUUID } from 'node:crypto';
import type { World } from '../../world/world.js';
import { normaliseLocation } from './arm-id.js';

export interface OperationFailure {
  readonly code: string;
  readonly message: string;
}

/** A long-running operation of Microsoft.StorageCache. */
export interface AscOperation {
  readonly name: string;
  readonly id: string;
  readonly location: string;
  readonly resourceId: string;
  readonly startTime: string;
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled';
  endTime?: string;
  error?: OperationFailure;
  /** The resource that the operation is about as it is now; undefined where it is gone. */
  readonly resource: (apiVersion: string) => unknown;
}

/** Work of the service that has not ended yet. */
export interface RunningOperation {
  readonly operation: AscOperation;
  /** Ends the operation as Canceled, without the effect that it would have had. */
  readonly cancel: () => void;
}

/** Subject of an operation. */
export type OperationSubject = Pick<AscOperation, 'location' | 'resourceId' | 'resource'>;

/** The long-running operations of the subscription; never forgotten. */
export class AscOperations {
  readonly #operations = new Map<string, AscOperation>();

  constructor(
    private readonly subscriptionId: string,
    private readonly world: World,
  ) {}

  /** Begins an operation that ends after so many seconds. `effect` returns the reason where the operation fails. */
  run(
    subject: OperationSubject,
    seconds: number,
    effect: () => OperationFailure | undefined | void,
  ): RunningOperation {
    const operation = this.#begin(subject);
    const callOff = this.world.after(seconds, () => {
      const failure = effect() ?? undefined;
      this.#end(operation, failure ? 'Failed' : 'Succeeded', failure);
    });
    return {
      operation,
      cancel: () => {
        if (operation.status !== 'InProgress') return;
        callOff();
        this.#end(operation, 'Canceled');
      },
    };
  }

  /** Failure that an injected fault gives to a call of this name, with the usual code and text where it has none. */
  failureOf(operation: string, usual: OperationFailure): OperationFailure | undefined {
    const fault = this.world.faults.takeFailure('azure', operation);
    return fault && { code: fault.code ?? usual.code, message: fault.message ?? usual.message };
  }

  find(location: string, name: string): AscOperation | undefined {
    const operation = this.#operations.get(name.toLowerCase());
    return operation?.location === normaliseLocation(location) ? operation : undefined;
  }

  list(): readonly AscOperation[] {
    return [...this.#operations.values()];
  }

  #begin(subject: OperationSubject): AscOperation {
    const name = randomUUID();
    const operation: AscOperation = {
      ...subject,
      name,
      id:
        `/subscriptions/${this.subscriptionId}/providers/Microsoft.StorageCache/locations/` +
        `${subject.location}/ascOperations/${name}`,
      startTime: this.#time(),
      status: 'InProgress',
    };
    this.#operations.set(name, operation);
    return operation;
  }

  #end(operation: AscOperation, status: 'Succeeded' | 'Failed' | 'Canceled', error?: OperationFailure): void {
    operation.status = status;
    operation.endTime = this.#time();
    if (error) operation.error = error;
  }

  #time(): string {
    return new Date(this.world.now()).toISOString();
  }
}

/** An operation as `ascOperations.get` shows it. */
export const renderOperation = (operation: AscOperation): Readonly<Record<string, unknown>> => ({
  id: operation.id,
  name: operation.name,
  status: operation.status,
  startTime: operation.startTime,
  ...(operation.endTime === undefined ? {} : { endTime: operation.endTime }),
  ...(operation.error === undefined ? {} : { error: operation.error }),
});

import { randomUUID } from 'node:crypto';
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

/** The long-running operations of the subscription; never forgotten. */
export class AscOperations {
  readonly #operations = new Map<string, AscOperation>();

  constructor(
    private readonly subscriptionId: string,
    private readonly now: () => number,
  ) {}

  begin(about: Pick<AscOperation, 'location' | 'resourceId' | 'resource'>): AscOperation {
    const name = randomUUID();
    const operation: AscOperation = {
      ...about,
      name,
      id:
        `/subscriptions/${this.subscriptionId}/providers/Microsoft.StorageCache/locations/` +
        `${about.location}/ascOperations/${name}`,
      startTime: this.#time(),
      status: 'InProgress',
    };
    this.#operations.set(name, operation);
    return operation;
  }

  /** Ends an operation that is under way; one that has ended stays as it is. */
  end(operation: AscOperation, status: 'Succeeded' | 'Failed' | 'Canceled', error?: OperationFailure): void {
    if (operation.status !== 'InProgress') return;
    operation.status = status;
    operation.endTime = this.#time();
    if (error) operation.error = error;
  }

  find(location: string, name: string): AscOperation | undefined {
    const operation = this.#operations.get(name.toLowerCase());
    return operation?.location === normaliseLocation(location) ? operation : undefined;
  }

  list(): readonly AscOperation[] {
    return [...this.#operations.values()];
  }

  #time(): string {
    return new Date(this.now()).toISOString();
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

import { randomBytes } from 'node:crypto';
import type { World } from '../../world/world.js';
import { canonicalStatuses, GoogleError, isCanonicalStatus, notFound } from '../protocol/google-error.js';

export type Verb = 'create' | 'update' | 'delete';

export interface OperationFailure {
  /** gRPC code (google.rpc.Code). */
  readonly code: number;
  readonly message: string;
}

/** Long-running operation (google.longrunning.Operation) of one location. */
export interface Operation {
  /** Order of start. */
  readonly sequence: number;
  /** `projects/P/locations/L/operations/O` */
  readonly name: string;
  readonly location: string;
  /** Resource that it changes. */
  readonly target: string;
  /** Absent for transfers, whose metadata has no such field. */
  readonly verb?: Verb;
  readonly apiVersion: string;
  readonly createTime: string;
  endTime?: string;
  error?: OperationFailure;
  /** Result of a successful one, as JSON with its `@type`. */
  response?: object;
  /** More fields of the metadata, with their `@type`. */
  readonly metadata?: () => object;
}

/** Beginning of an operation. */
export interface OperationStart {
  readonly location: string;
  readonly target: string;
  readonly verb?: Verb;
  readonly apiVersion?: string;
  readonly metadata?: () => object;
}

const METADATA = 'type.googleapis.com/google.cloud.lustre.v1.OperationMetadata';

/** Long-running operations of the project; forgotten only by `operations.delete`. */
export class Operations {
  readonly #operations = new Map<string, Operation>();
  #sequence = 0;

  constructor(
    private readonly world: World,
    private readonly projectId: string,
  ) {}

  /** Begins an operation that ends after so many seconds. `effect` returns its response, or the reason of its failure. */
  run(start: OperationStart, seconds: number, effect: () => object | GoogleError): Operation {
    const operation = this.begin(start);
    this.world.after(seconds, () => {
      const outcome = effect();
      operation.endTime = this.#time();
      if (outcome instanceof GoogleError) operation.error = failureOf(outcome);
      else operation.response = outcome;
    });
    return operation;
  }

  /** Begins an operation that never ends. */
  begin(start: OperationStart): Operation {
    const sequence = (this.#sequence += 1);
    const id = `operation-${this.world.now()}-${randomBytes(4).toString('hex')}-${sequence}`;
    const operation: Operation = {
      apiVersion: 'v1',
      ...start,
      sequence,
      name: `projects/${this.projectId}/locations/${start.location}/operations/${id}`,
      createTime: this.#time(),
    };
    this.#operations.set(operation.name, operation);
    return operation;
  }

  /** Failure that an injected fault gives to a call of this name. */
  failureOf(
    method: string,
    usual: { readonly status: string; readonly message: string },
  ): GoogleError | undefined {
    const fault = this.world.faults.takeFailure('google', method);
    return fault && new GoogleError(fault.code ?? usual.status, fault.message ?? usual.message);
  }

  /** Reports whether an operation on the resource has not ended. */
  isBusy(target: string): boolean {
    return this.list().some((operation) => operation.target === target && operation.endTime === undefined);
  }

  /** @throws GoogleError NOT_FOUND */
  get(name: string): Operation {
    const operation = this.#operations.get(name);
    if (!operation) throw notFound(name);
    return operation;
  }

  delete(name: string): void {
    this.#operations.delete(this.get(name).name);
  }

  list(): readonly Operation[] {
    return [...this.#operations.values()];
  }

  #time(): string {
    return new Date(this.world.now()).toISOString();
  }
}

const failureOf = ({ status, message }: GoogleError): OperationFailure => ({
  code: isCanonicalStatus(status) ? canonicalStatuses[status].code : canonicalStatuses.INTERNAL.code,
  message,
});

/** Operation as the API shows it. */
export function renderOperation(operation: Operation): object {
  const { name, target, verb, apiVersion, createTime, endTime, error, response, metadata } = operation;
  const usual = { '@type': METADATA, ...(verb === undefined ? {} : { verb }), target };
  return {
    name,
    metadata: {
      ...(metadata ? metadata() : usual),
      createTime,
      ...(endTime === undefined ? {} : { endTime }),
      requestedCancellation: false,
      apiVersion,
    },
    done: endTime !== undefined,
    ...(error ? { error: { ...error, details: [] } } : {}),
    ...(response ? { response } : {}),
  };
}

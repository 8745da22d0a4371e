import type { ArmAnswer, ArmCall } from './arm-route.js';
import { renderOperation, type AscOperation } from './asc-operations.js';

/** Answers that start or follow a long-running operation. */
export class LongRunning {
  /**
   * @param retryAfterSeconds value of Retry-After; absent: the header is not sent, and callers poll at the interval
   * that they have chosen themselves
   */
  constructor(
    private readonly origin: () => string,
    private readonly retryAfterSeconds: number | undefined,
  ) {}

  /** Starts an operation. The caller may follow its status by Azure-AsyncOperation or its result by Location. */
  started(status: number, operation: AscOperation, apiVersion: string, body?: unknown): ArmAnswer {
    const url = `${this.origin()}${operation.id}`;
    return {
      status,
      headers: {
        'Azure-AsyncOperation': `${url}?api-version=${apiVersion}`,
        Location: `${url}?monitor=true&api-version=${apiVersion}`,
        ...this.#retryAfter(),
      },
      ...(body === undefined ? {} : { body }),
    };
  }

  /** Answer of `ascOperations/{id}`: the operation, or with `monitor=true` its result. */
  followed(operation: AscOperation, call: ArmCall): ArmAnswer {
    const underWay = operation.status === 'InProgress';
    if (call.query.get('monitor') === 'true') return this.#monitored(operation, call);
    return {
      status: 200,
      headers: underWay ? this.#retryAfter() : {},
      body: renderOperation(operation),
    };
  }

  #monitored(operation: AscOperation, { apiVersion }: ArmCall): ArmAnswer {
    if (operation.status === 'InProgress') return this.started(202, operation, apiVersion);
    if (operation.error) return { status: 409, body: { error: operation.error } };
    const resource = operation.resource(apiVersion);
    return resource === undefined ? { status: 204 } : { status: 200, body: resource };
  }

  #retryAfter(): Readonly<Record<string, string>> {
    return this.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(this.retryAfterSeconds) };
  }
}

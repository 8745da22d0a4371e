import { AsyncLocalStorage } from 'node:async_hooks';
import type { CloudRequestEnd, CloudRequests } from '@lustre-csi/core';
import type { CallTracer, MountChange, MountObserver } from '@lustre-csi/core/server';
import { startSpan, type FinishedSpan, type Span } from './span.js';

/** Traces CSI calls, and in them the requests to the cloud and the changes of the mount table. Names of attributes are those of
 *  OpenTelemetry's semantic conventions where it has any. */
export class Tracer implements CallTracer, CloudRequests {
  readonly #current = new AsyncLocalStorage<Span>();

  constructor(private readonly finish: (span: FinishedSpan) => void) {}

  async during<T>(
    { name, volume }: Parameters<CallTracer['during']>[0],
    run: () => Promise<T>,
    describe: Parameters<CallTracer['during']>[2],
  ): Promise<T> {
    const span = startSpan({ name, kind: 'server' }, this.finish);
    const [service = '', method = ''] = name.split('/');
    const attributes = {
      ...{ 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method },
      ...(volume === undefined ? {} : { 'lustre_csi.volume': volume }),
    };
    try {
      const result = await this.#current.run(span, run);
      span.end({ ...attributes, 'rpc.grpc.status': 'OK' });
      return result;
    } catch (error) {
      const { code, message } = describe(error);
      span.end({ ...attributes, 'rpc.grpc.status': code }, message);
      throw error;
    }
  }

  /** Part of CloudRequests: a request that no call has sent begins a trace of its own. */
  sent(operation: string, attempt: number): (end: CloudRequestEnd) => void {
    const parent = this.#current.getStore();
    const span = startSpan({ name: operation, kind: 'client', parent }, this.finish);
    return ({ code, requestId, throttled = false }) => {
      const attributes = {
        ...{ 'rpc.method': operation, 'lustre_csi.attempt': attempt },
        ...{ 'lustre_csi.code': code, 'lustre_csi.throttled': throttled },
        ...(requestId === undefined ? {} : { 'lustre_csi.request_id': requestId }),
      };
      span.end(attributes, code === 'OK' ? undefined : code);
    };
  }

  /** Observer of changes of the mount table. */
  readonly mounts: MountObserver = {
    started: (change: MountChange) => {
      const parent = this.#current.getStore();
      const span = startSpan({ name: change, kind: 'internal', parent }, this.finish);
      return ({ error }) => span.end(error === undefined ? {} : { 'error.type': error }, error);
    },
  };
}

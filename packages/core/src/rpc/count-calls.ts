import { status } from '@grpc/grpc-js';
import type { Wrapper } from './call-chain.js';
import { codeName, errorToStatus } from './error-to-status.js';

/** Observer of calls, for metrics. `method` is the gRPC path: `/csi.v1.Controller/CreateVolume`. */
export interface CallObserver {
  started(method: string): void;
  /** Reports the end of a call. `code` is the gRPC name: `OK`, `DEADLINE_EXCEEDED`. */
  ended(method: string, code: string, seconds: number): void;
}

/** Reports the begin and the end of each call to an observer. */
export const countCalls =
  (observer: CallObserver): Wrapper =>
  (next) =>
  async (request, call) => {
    const began = performance.now();
    let code = status.OK;
    const method = `/csi.v1.${call.service}/${call.method}`;
    observer.started(method);
    try {
      return await next(request, call);
    } catch (error) {
      code = errorToStatus(error).code;
      throw error;
    } finally {
      observer.ended(method, codeName(code), (performance.now() - began) / 1000);
    }
  };

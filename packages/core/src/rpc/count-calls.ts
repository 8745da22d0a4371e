import { status } from '@grpc/grpc-js';
import type { Wrapper } from './call-chain.js';
import { codeName, errorToStatus } from './error-to-status.js';

/** Who wants to know of calls: metrics. `method` as gRPC spells it: `/csi.v1.Controller/CreateVolume`. */
export interface CallObserver {
  started(method: string): void;
  /** `code` as gRPC spells it: `OK`, `DEADLINE_EXCEEDED`. */
  ended(method: string, code: string, seconds: number): void;
}

/** Tells an observer when each call begins and ends. */
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

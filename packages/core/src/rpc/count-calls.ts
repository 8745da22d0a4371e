import { status } from '@grpc/grpc-js';
import type { Wrapper } from './call-chain.js';
import { subjectOf, type CallSubject } from './call-subject.js';
import { codeName, errorToStatus } from './error-to-status.js';

/** Observer of calls, for metrics. `method` is the gRPC path: `/csi.v1.Controller/CreateVolume`. */
export interface CallObserver {
  /** @param subject work that the call requests; absent: the call changes nothing in the cloud */
  started(method: string, subject?: CallSubject): void;
  /** Reports the end of a call. `code` is the gRPC name: `OK`, `DEADLINE_EXCEEDED`. */
  ended(method: string, code: string, seconds: number, subject?: CallSubject): void;
}

/** Reports the begin and the end of each call to an observer. */
export const countCalls =
  (observer: CallObserver): Wrapper =>
  (next) =>
  async (request, call) => {
    const began = performance.now();
    let code = status.OK;
    const method = `/csi.v1.${call.service}/${call.method}`;
    const subject = subjectOf(call.method, request);
    observer.started(method, subject);
    try {
      return await next(request, call);
    } catch (error) {
      code = errorToStatus(error).code;
      throw error;
    } finally {
      observer.ended(method, codeName(code), (performance.now() - began) / 1000, subject);
    }
  };

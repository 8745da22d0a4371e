import { AsyncLocalStorage } from 'node:async_hooks';
import type { CloudRequestEnd, CloudRequests } from '../model/cloud-requests.js';

/** Most ids that one line of the log shows: those of the last requests. */
const MAX_IDS = 5;

/** Requests to the cloud that one call has sent. */
class RequestsOfCall {
  #count = 0;
  #ids: readonly string[] = [];

  add({ requestId }: CloudRequestEnd): void {
    this.#count += 1;
    if (requestId !== undefined) this.#ids = [...this.#ids, requestId].slice(-MAX_IDS);
  }

  get fields(): object {
    if (this.#count === 0) return {};
    const ids = this.#ids.length === 0 ? {} : { cloudRequestIds: this.#ids };
    return { cloudRequests: this.#count, ...ids };
  }
}

const calls = new AsyncLocalStorage<RequestsOfCall>();

/** Attributes requests to the call that sends them. One that serves several calls counts for the first of them. */
export const requestsOfCall: CloudRequests & {
  /** Runs a call. @param run gets a function that returns the fields of the requests so far, for the log */
  during<T>(run: (fields: () => object) => Promise<T>): Promise<T>;
} = {
  sent: () => {
    const current = calls.getStore();
    return (end) => current?.add(end);
  },
  during: (run) => {
    const requests = new RequestsOfCall();
    return calls.run(requests, () => run(() => requests.fields));
  },
};

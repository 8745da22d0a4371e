/** End of one request to a cloud. */
export interface CloudRequestEnd {
  /** `OK`; the cloud's error code, where the provider knows it; else the HTTP status, or `network`, `timeout`, `aborted`.
   *  One of few values: it becomes the label of a metric. */
  readonly code: string;
  /** The cloud refused the request because there were too many. */
  readonly throttled?: boolean;
  /** The cloud's id of the request, which its support needs; absent: there was no answer. */
  readonly requestId?: string;
}

/** Observer of the requests that a provider sends to its cloud, for metrics, logs and traces. */
export interface CloudRequests {
  /** Reports one HTTP request, repetitions included.
   *  @param operation name in the cloud's API reference: `CreateFileSystem`
   *  @param attempt number of the attempt of its call, from 1
   *  @returns reports the end; to be called once */
  sent(operation: string, attempt: number): (end: CloudRequestEnd) => void;
}

/** Observer that notifies others, which can be added later. */
export class CloudRequestRelay implements CloudRequests {
  readonly #observers: CloudRequests[] = [];

  add(observer: CloudRequests): void {
    this.#observers.push(observer);
  }

  sent(operation: string, attempt: number): (end: CloudRequestEnd) => void {
    const reports = this.#observers.map((observer) => observer.sent(operation, attempt));
    return (end) => reports.forEach((report) => report(end));
  }
}

/** Reports the requests of a provider whose caller observes none. */
export const unobserved: CloudRequests = { sent: () => () => {} };

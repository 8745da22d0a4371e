import { DriverError, isDriverError, messageOf, type ErrorKind } from '@lustre-csi/core';
import { CloudError } from './example-cloud.js';

/** Kind of error and next step, for each code of the cloud. */
const table: Readonly<Record<CloudError['code'], readonly [ErrorKind, string]>> = {
  NotFound: ['not-found', 'look for the file system in the console'],
  UnknownRegion: ['failed-precondition', 'correct --region'],
  QuotaExceeded: ['resource-exhausted', 'raise the quota, or delete file systems'],
};

/** Performs a call to the cloud.
 *  @throws DriverError with the code, the message and the request id of the cloud, and the next step */
export async function callCloud<T>(title: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toDriverError(title, error);
  }
}

function toDriverError(title: string, error: unknown): DriverError {
  // The reason of an aborted signal is a DriverError of the core.
  if (isDriverError(error)) return error;
  if (error instanceof CloudError) {
    const [kind, nextStep] = table[error.code];
    const words = `${error.code}: ${error.message} (request ${error.requestId})`;
    return new DriverError(kind, `${title}: ${words}; ${nextStep}`, { cause: error });
  }
  // A cut connection, for example: the call may have had its effect.
  return new DriverError('unavailable', `${title}: ${messageOf(error)}; it is retried`, { cause: error });
}

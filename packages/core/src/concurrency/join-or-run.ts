import { KeyHeldError, LeftEarlyError, type Coalescer, type Job } from './coalescer.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';

/** Runs a job that holds its key, with the driver's own errors: a call that leaves early gets the progress of the
 *  work, a call that meets other work gets `aborted`.
 *  @throws DriverError aborted, deadline-exceeded, cancelled, unavailable, and what the work throws */
export async function joinOrRun<T>(coalescer: Coalescer, job: Job<T>, signal: AbortSignal): Promise<T> {
  try {
    return await coalescer.run(job, signal);
  } catch (error) {
    if (error instanceof KeyHeldError) {
      const progress = error.progress === '' ? '' : ` (${error.progress})`;
      throw new DriverError(
        'aborted',
        `another operation on ${job.key} is under way${progress}; try again later`,
      );
    }
    if (error instanceof LeftEarlyError) throw leftEarly(error);
    throw error;
  }
}

function leftEarly(error: LeftEarlyError): DriverError {
  const reason = isDriverError(error.cause)
    ? error.cause
    : new DriverError('cancelled', 'the call was given up', { cause: error.cause });
  return error.progress === ''
    ? reason
    : new DriverError(reason.kind, `${error.progress}; ${reason.message}`, { cause: error });
}

import { DriverError, isDriverError, type ErrorKind } from './driver-error.js';

/** Errors after which the provisioner repeats the call, even for a claim that is deleted meanwhile. */
const notFinal: readonly ErrorKind[] = ['unavailable', 'aborted', 'deadline-exceeded', 'cancelled'];

/** Reports if the external-provisioner forgets a creation that ends with this error. */
export function isFinal(error: unknown): error is DriverError {
  return isDriverError(error) && !notFinal.includes(error.kind);
}

/**
 * An error in the middle of a creation of which something exists already, and may be billed. After an error that ends the
 * creation for good the provisioner would forget it with the claim: this one has the call repeated.
 * @param whatExists a sentence
 */
export function asRetryable(error: unknown, whatExists: string): unknown {
  if (!isFinal(error)) return error;
  return new DriverError('unavailable', `${error.message.replace(/\.$/, '')}. ${whatExists}`, {
    cause: error,
  });
}

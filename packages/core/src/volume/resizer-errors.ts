import { DriverError, isDriverError } from '../errors/driver-error.js';

/**
 * Error of ControllerExpandVolume in the code that external-resizer handles as intended. It reads FAILED_PRECONDITION
 * as "in use, only offline" and stops retrying while a pod uses the claim, even after the cause is gone.
 * RESOURCE_EXHAUSTED leaves the expansion open, so that the user cannot request less: but nothing was begun if a quota
 * refused.
 */
export function forExpansion(error: unknown): unknown {
  if (isDriverError(error, 'failed-precondition')) return as('unavailable', error);
  return isDriverError(error, 'resource-exhausted') ? as('out-of-range', error, '. Or request less') : error;
}

/** Error of ControllerModifyVolume likewise: only INVALID_ARGUMENT lets the user revert a request that no quota allows. */
export function forModification(error: unknown): unknown {
  return isDriverError(error, 'resource-exhausted')
    ? as('invalid-argument', error, '. Or request less')
    : error;
}

const as = (kind: DriverError['kind'], error: DriverError, more = ''): DriverError =>
  new DriverError(kind, `${error.message.replace(/\.$/, '')}${more}`, { cause: error });

import { DriverError, isDriverError } from '../errors/driver-error.js';

/**
 * The error of ControllerExpandVolume in the code that external-resizer takes as it is meant. FAILED_PRECONDITION is "in use,
 * only offline" to it: it does not ask again while a pod uses the claim, though the cause may be long gone. RESOURCE_EXHAUSTED
 * leaves the growth open, so that the user cannot ask for less: but nothing was begun where a quota refuses.
 */
export function forExpansion(error: unknown): unknown {
  if (isDriverError(error, 'failed-precondition')) return as('unavailable', error);
  return isDriverError(error, 'resource-exhausted') ? as('out-of-range', error, '. Or ask for less') : error;
}

/** The error of ControllerModifyVolume likewise: only INVALID_ARGUMENT lets the user take back what no quota allows. */
export function forModification(error: unknown): unknown {
  return isDriverError(error, 'resource-exhausted')
    ? as('invalid-argument', error, '. Or ask for less')
    : error;
}

const as = (kind: DriverError['kind'], error: DriverError, more = ''): DriverError =>
  new DriverError(kind, `${error.message.replace(/\.$/, '')}${more}`, { cause: error });

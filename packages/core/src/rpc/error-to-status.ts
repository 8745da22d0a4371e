import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { DriverError, isDriverError, type ErrorKind } from '../errors/driver-error.js';

/** Longest message: gRPC sends it in a header, which servers and clients limit to some kilobytes. */
const MAX_MESSAGE_BYTES = 3000;

const codes: Readonly<Record<ErrorKind, status>> = {
  'invalid-argument': status.INVALID_ARGUMENT,
  'not-found': status.NOT_FOUND,
  'already-exists': status.ALREADY_EXISTS,
  'out-of-range': status.OUT_OF_RANGE,
  'failed-precondition': status.FAILED_PRECONDITION,
  'permission-denied': status.PERMISSION_DENIED,
  unauthenticated: status.UNAUTHENTICATED,
  unimplemented: status.UNIMPLEMENTED,
  'resource-exhausted': status.RESOURCE_EXHAUSTED,
  aborted: status.ABORTED,
  'deadline-exceeded': status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  unavailable: status.UNAVAILABLE,
  internal: status.INTERNAL,
};

/** Converts an error to a gRPC status; the only place that does. The details stay empty (CSI: Error Scheme). */
export function errorToStatus(thrown: unknown): StatusObject {
  const error = asDriverError(thrown);
  return {
    code: codes[error.kind],
    details: shortened(error.message),
    metadata: new Metadata(),
  };
}

/** Shortens a message to well-formed Unicode: half a surrogate pair cannot be sent, and the call would get no answer. */
function shortened(message: string): string {
  return Buffer.from(message).subarray(0, MAX_MESSAGE_BYTES).toString();
}

/** Returns the DriverError. Any other error is a defect: INTERNAL is reserved for those. */
export function asDriverError(thrown: unknown): DriverError {
  if (isDriverError(thrown)) return thrown;
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new DriverError(
    'internal',
    `a defect of the driver: ${what}. The driver's log has the stack; please report it`,
    {
      cause: thrown,
    },
  );
}

/** Name of a code in logs and metrics. */
export function codeName(code: status): string {
  return status[code];
}

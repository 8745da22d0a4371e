import { DriverError } from '../errors/driver-error.js';

/** Limit of strings without a limit of their own (CSI, Size Limits). */
const MAX_STRING_BYTES = 128;

/** Requires a field to be set. `field` is its name in csi.proto.
 *  @throws DriverError invalid-argument naming the field */
export function requireString(value: string, field: string): string {
  if (value === '') throw missing(field);
  if (value.includes('\0')) throw invalidField(field, 'holds a NUL character');
  return value;
}

/** Requires a name that fits the specification's size limit. */
export function requireName(value: string, field: string): string {
  const name = requireString(value, field);
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_STRING_BYTES) {
    throw invalidField(field, `is ${bytes} bytes long; the CSI specification allows ${MAX_STRING_BYTES}`);
  }
  return name;
}

/** Requires an absolute path. */
export function requirePath(value: string, field: string): string {
  const path = requireString(value, field);
  if (!path.startsWith('/')) throw invalidField(field, `is "${path}", which is not an absolute path`);
  return path;
}

/** Requires a list with at least one entry. */
export function requireEntries<T>(values: readonly T[], field: string): readonly T[] {
  if (values.length === 0) throw missing(field);
  return values;
}

export function requireMessage<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw missing(field);
  return value;
}

export const missing = (field: string): DriverError =>
  new DriverError('invalid-argument', `${field} is missing: the CSI specification requires it`);

export const invalidField = (field: string, why: string): DriverError =>
  new DriverError('invalid-argument', `${field} ${why}`);

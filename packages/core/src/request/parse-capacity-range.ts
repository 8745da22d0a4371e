import { DriverError } from '../errors/driver-error.js';
import type { CapacityRange as WireRange } from '../gen/csi.js';
import { Capacity, type CapacityRange } from '../model/capacity.js';
import { invalidField } from './require.js';

/** Parses a capacity range. An absent range and a zero bound are no bound.
 *  @throws DriverError invalid-argument for negative bounds, out-of-range where no size can lie between them */
export function parseCapacityRange(range: WireRange | undefined): CapacityRange {
  const required = bound(range?.requiredBytes ?? 0n, 'capacity_range.required_bytes');
  const limit = bound(range?.limitBytes ?? 0n, 'capacity_range.limit_bytes');
  if (required && limit && required.isGreaterThan(limit)) {
    throw new DriverError(
      'out-of-range',
      `capacity_range requires ${required.toString()} but limits the size to ${limit.toString()}`,
    );
  }
  return { ...(required ? { required } : {}), ...(limit ? { limit } : {}) };
}

function bound(bytes: bigint, field: string): Capacity | undefined {
  if (bytes < 0n) throw invalidField(field, `is ${bytes}; it cannot be negative`);
  return bytes === 0n ? undefined : Capacity.bytes(bytes);
}

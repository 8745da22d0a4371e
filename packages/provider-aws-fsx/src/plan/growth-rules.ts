import { Capacity, DriverError, describeRange, type CapacityRange } from '@lustre-csi/core';
import { MAX_GIB, describeKind, sizeRuleFor, type CapacitySettings } from './capacity-rules.js';

/**
 * Finds the smallest size within the range to which a file system can grow, or its present one where that is enough.
 * A file system grows in whole steps of its kind (API reference, UpdateFileSystem: StorageCapacity); Lustre has no
 * minimum increase. Pure.
 *
 * @throws DriverError out-of-range naming the legal sizes
 */
export function grownCapacity(settings: CapacitySettings, current: Capacity, range: CapacityRange): Capacity {
  const { required, limit } = range;
  if (!required || !current.isLessThan(required)) return withinLimit(current, current, range);
  if (settings.storageType === 'INTELLIGENT_TIERING') return withinLimit(required, current, range);
  if (settings.deploymentType === 'SCRATCH_1') {
    throw new DriverError(
      'out-of-range',
      `file systems of SCRATCH_1 cannot be expanded; it has ${current.toString()}`,
    );
  }
  const { step } = sizeRuleFor(settings);
  const gib = Math.ceil(required.toGibibytes() / step) * step;
  const capacity = gib <= MAX_GIB ? Capacity.gibibytes(gib) : undefined;
  if (capacity && !limit?.isLessThan(capacity)) return capacity;
  throw new DriverError(
    'out-of-range',
    `no size that ${describeKind(settings)} can grow to from ${current.toString()} is ${describeRange(range)}; legal: ` +
      `multiples of ${step} GiB; the smallest that is large enough is ${gib} GiB`,
  );
}

function withinLimit(capacity: Capacity, current: Capacity, range: CapacityRange): Capacity {
  if (!range.limit?.isLessThan(capacity)) return capacity;
  throw new DriverError(
    'out-of-range',
    `the file system has ${current.toString()}, ${describeRange(range)} was requested, and file systems cannot shrink`,
  );
}

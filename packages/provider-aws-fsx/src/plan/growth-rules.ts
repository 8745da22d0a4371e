import { Capacity, DriverError, describeRange, type CapacityRange } from '@lustre-csi/core';
import { MAX_GIB, describeKind, sizeRuleFor, type CapacitySettings } from './capacity-rules.js';

/**
 * The smallest size within the range that a file system can grow to, or the one that it has where that is enough.
 * A file system grows in whole steps of its kind (API reference, UpdateFileSystem: StorageCapacity); there is no
 * least increase for Lustre. Pure.
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
      `file systems of SCRATCH_1 do not grow; it has ${current.toString()}`,
    );
  }
  const { step } = sizeRuleFor(settings);
  const gib = Math.ceil(required.toGibibytes() / step) * step;
  const capacity = gib <= MAX_GIB ? Capacity.gibibytes(gib) : undefined;
  if (capacity && !limit?.isLessThan(capacity)) return capacity;
  throw new DriverError(
    'out-of-range',
    `no size that ${describeKind(settings)} can grow to from ${current.toString()} is ${describeRange(range)}; legal are ` +
      `multiples of ${step} GiB, and the next that is large enough is ${gib} GiB`,
  );
}

function withinLimit(capacity: Capacity, current: Capacity, range: CapacityRange): Capacity {
  if (!range.limit?.isLessThan(capacity)) return capacity;
  throw new DriverError(
    'out-of-range',
    `it has ${current.toString()}, and asked for is ${describeRange(range)}; file systems do not shrink`,
  );
}

import { Capacity, DriverError, describeRange, isWithin, type CapacityRange } from '@lustre-csi/core';

/** Sizes of a file system in GB (OCI documentation, File Storage with Lustre): from the smallest in small steps, and above a
 *  size in large ones. */
const SMALLEST = 31_200n;
const STEP = 10_400n;
const LARGE = 124_800n;
const LARGE_STEP = 41_600n;

/** OCI counts in GB of 10^9 bytes. */
const GB = 10n ** 9n;

export const gigabytes = (count: number | bigint): Capacity => Capacity.bytes(BigInt(count) * GB);

/** Whole GB, rounded up. */
export const toGigabytes = ({ bytes }: Capacity): number => Number((bytes + GB - 1n) / GB);

/** Finds the smallest legal capacity within the range.
 *  @throws DriverError out-of-range naming the legal sizes */
export function smallestCapacity(range: CapacityRange): Capacity {
  const wanted = BigInt(toGigabytes(range.required ?? Capacity.zero));
  const capacity = gigabytes(legalAtLeast(wanted));
  if (isWithin(capacity, range)) return capacity;
  throw new DriverError(
    'out-of-range',
    `OCI has no file system of ${describeRange(range)}; legal: ${legalSizes}`,
  );
}

function legalAtLeast(wanted: bigint): bigint {
  if (wanted <= SMALLEST) return SMALLEST;
  const [base, step] = wanted <= LARGE ? [SMALLEST, STEP] : [LARGE, LARGE_STEP];
  return base + ((wanted - base + step - 1n) / step) * step;
}

/** The legal capacities for people. */
export const legalSizes = `${SMALLEST} GB and more, in steps of ${STEP} GB up to ${LARGE} GB and of ${LARGE_STEP} GB above`;

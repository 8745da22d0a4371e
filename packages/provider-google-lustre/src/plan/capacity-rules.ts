import { Capacity, describeRange, DriverError, isWithin, type CapacityRange } from '@lustre-csi/core';

/** Sizes of a throughput tier (Managed Lustre documentation, "Capacity and performance", 2026). */
export interface Tier {
  /** As the API shows `perUnitStorageThroughput`. */
  readonly throughput: string;
  /** Smallest size, and the step of the standard range. */
  readonly step: Capacity;
  /** Largest size of the standard range: an instance that was created in it stays in it. */
  readonly standardMaximum: Capacity;
  /** Step beyond the standard range; absent: there is none. */
  readonly largeStep?: Capacity;
  readonly maximum: Capacity;
}

const gib = (count: number): Capacity => Capacity.gibibytes(count);

const tiers: readonly Tier[] = [
  {
    throughput: '1000',
    step: gib(9_000),
    standardMaximum: gib(1_530_000),
    largeStep: gib(72_000),
    maximum: gib(10_008_000),
  },
  {
    throughput: '500',
    step: gib(18_000),
    standardMaximum: gib(3_060_000),
    largeStep: gib(144_000),
    maximum: gib(20_016_000),
  },
  {
    throughput: '250',
    step: gib(36_000),
    standardMaximum: gib(6_120_000),
    largeStep: gib(288_000),
    maximum: gib(40_032_000),
  },
  { throughput: '125', step: gib(72_000), standardMaximum: gib(12_240_000), maximum: gib(12_240_000) },
  { throughput: '25', step: gib(472_000), standardMaximum: gib(84_016_000), maximum: gib(84_016_000) },
];

/** Throughput that instances of the dynamic tier show. */
export const DYNAMIC_THROUGHPUT = '25';

/** Tier of a throughput; undefined: this driver does not know it. */
export const tierOf = (throughput: string | undefined): Tier | undefined =>
  tiers.find((tier) => tier.throughput === throughput);

/** Finds the smallest legal size of a new instance within the range.
 *  @throws DriverError out-of-range naming the legal sizes */
export function smallestCapacity(tier: Tier, range: CapacityRange): Capacity {
  const size = nextSize(tier, range.required ?? tier.step);
  if (size && isWithin(size, range)) return size;
  throw noSize(tier, range);
}

/** Finds the smallest legal size of an instance that has a size already.
 *  @throws DriverError out-of-range naming the legal sizes */
export function smallestGrowth(tier: Tier, current: Capacity, range: CapacityRange): Capacity {
  const required = range.required && current.isLessThan(range.required) ? range.required : current;
  if (required === current) return current;
  const size = nextSize(tier, required);
  const leavesStandard =
    !current.isGreaterThan(tier.standardMaximum) && size?.isGreaterThan(tier.standardMaximum);
  if (size && !leavesStandard && isWithin(size, range)) return size;
  const why = leavesStandard
    ? `; an instance that was created with at most ${tier.standardMaximum.toString()} cannot be expanded beyond it`
    : '';
  throw noSize(tier, range, why);
}

function nextSize(
  { step, standardMaximum, largeStep, maximum }: Tier,
  required: Capacity,
): Capacity | undefined {
  const wanted = required.isLessThan(step) ? step : required.roundUpTo(step);
  if (!wanted.isGreaterThan(standardMaximum)) return wanted;
  const large = largeStep && required.roundUpTo(largeStep);
  return large && !large.isGreaterThan(maximum) ? large : undefined;
}

const noSize = (tier: Tier, range: CapacityRange, why = ''): DriverError =>
  new DriverError(
    'out-of-range',
    `Managed Lustre with ${tier.throughput} MB/s per TiB has no size of ${describeRange(range)}; legal: ${legalSizes(tier)}${why}`,
  );

/** Describes the sizes of a tier for people. */
export function legalSizes({ step, standardMaximum, largeStep, maximum }: Tier): string {
  const standard = `multiples of ${step.toGibibytes()}Gi up to ${standardMaximum.toGibibytes()}Gi`;
  if (!largeStep) return standard;
  return `${standard}, beyond them multiples of ${largeStep.toGibibytes()}Gi up to ${maximum.toGibibytes()}Gi`;
}

import { invalidArgument } from '../protocol/google-error.js';

/** Sizes of one throughput tier, in GiB (https://cloud.google.com/managed-lustre/docs/create-instance). */
interface Tier {
  readonly step: number;
  /** Largest size of the standard range; an instance that was created in it stays in it. */
  readonly standardMaximum: number;
  /** Steps beyond the standard range; absent: there is none. */
  readonly largeStep?: number;
  readonly maximum: number;
}

/** Tiers by MB/s per TiB. */
const tiers: ReadonlyMap<number, Tier> = new Map([
  [1000, { step: 9_000, standardMaximum: 1_530_000, largeStep: 72_000, maximum: 10_008_000 }],
  [500, { step: 18_000, standardMaximum: 3_060_000, largeStep: 144_000, maximum: 20_016_000 }],
  [250, { step: 36_000, standardMaximum: 6_120_000, largeStep: 288_000, maximum: 40_032_000 }],
  [125, { step: 72_000, standardMaximum: 12_240_000, maximum: 12_240_000 }],
  [25, { step: 472_000, standardMaximum: 84_016_000, maximum: 84_016_000 }],
]);

function tierOf(throughput: number): Tier {
  const tier = tiers.get(throughput);
  if (tier) return tier;
  throw invalidArgument(
    `Invalid value for field "instance.per_unit_storage_throughput": ${throughput}. Supported values are 125, 250, 500, 1000.`,
  );
}

/** Checks the size of a new instance. @throws GoogleError INVALID_ARGUMENT */
export function checkCapacity(capacityGib: number, throughput: number): void {
  const { step, standardMaximum, largeStep, maximum } = tierOf(throughput);
  const isStandard = capacityGib <= standardMaximum;
  const applied = isStandard ? step : (largeStep ?? step);
  if (capacityGib >= step && capacityGib <= maximum && capacityGib % applied === 0) return;
  throw invalidArgument(
    `Invalid value for field "instance.capacity_gib": ${capacityGib}. Must be between ${step} and ${maximum}, in multiples of ${applied}.`,
  );
}

/** Checks an expansion. @throws GoogleError INVALID_ARGUMENT */
export function checkGrowth(from: number, createdWith: number, to: number, throughput: number): void {
  const { standardMaximum } = tierOf(throughput);
  checkCapacity(to, throughput);
  if (to < from)
    throw invalidArgument(`Field "instance.capacity_gib" cannot be decreased from ${from} to ${to}.`);
  if (createdWith > standardMaximum || to <= standardMaximum) return;
  throw invalidArgument(
    `Field "instance.capacity_gib": an instance that was created with at most ${standardMaximum} GiB cannot be expanded beyond it.`,
  );
}

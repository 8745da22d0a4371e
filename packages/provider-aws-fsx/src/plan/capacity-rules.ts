import { Capacity, DriverError, describeRange, type CapacityRange } from '@lustre-csi/core';
import type { FsxSettings } from '../parameters/settings.js';

/** Settings on which the legal sizes depend. */
export type CapacitySettings = Pick<
  FsxSettings,
  'deploymentType' | 'storageType' | 'perUnitStorageThroughput' | 'efaEnabled'
>;

/** Sizes that FSx offers for some settings. */
export interface SizeRule {
  readonly deploymentType: FsxSettings['deploymentType'];
  readonly storageType: FsxSettings['storageType'];
  readonly efa: boolean;
  /** MB/s/TiB; absent: any. */
  readonly throughput?: number;
  /** GiB: legal sizes below the first legal multiple of `step`. */
  readonly small: readonly number[];
  /** GiB: every multiple that is larger than all of `small` is legal. */
  readonly step: number;
}

const ssd = { storageType: 'SSD', efa: false } as const;
const hdd = { deploymentType: 'PERSISTENT_1', storageType: 'HDD', efa: false, small: [] } as const;
const efa = { deploymentType: 'PERSISTENT_2', storageType: 'SSD', efa: true, small: [] } as const;

/** API reference, CreateFileSystem: StorageCapacity; Lustre User Guide, file systems with EFA. */
const sizeRules: readonly SizeRule[] = [
  { ...ssd, deploymentType: 'SCRATCH_1', small: [1200, 2400], step: 3600 },
  { ...ssd, deploymentType: 'SCRATCH_2', small: [1200], step: 2400 },
  { ...ssd, deploymentType: 'PERSISTENT_1', small: [1200], step: 2400 },
  { ...ssd, deploymentType: 'PERSISTENT_2', small: [1200], step: 2400 },
  { ...hdd, throughput: 12, step: 6000 },
  { ...hdd, throughput: 40, step: 1800 },
  { ...efa, throughput: 125, step: 38_400 },
  { ...efa, throughput: 250, step: 19_200 },
  { ...efa, throughput: 500, step: 9600 },
  { ...efa, throughput: 1000, step: 4800 },
];

/** Largest value of StorageCapacity, a 32-bit number of GiB. The quota of an account is lower, and only FSx knows it. */
export const MAX_GIB = 2 ** 31 - 1;

/** Size of an INTELLIGENT_TIERING volume where the request names none: such file systems have no size, volumes must. */
const ELASTIC_DEFAULT = Capacity.gibibytes(1200);

/**
 * Finds the smallest size within the range that FSx creates; sizes are rounded up, as in aws-fsx-csi-driver. For
 * INTELLIGENT_TIERING, which is elastic, it is the required size, to the byte.
 *
 * @throws DriverError out-of-range naming the legal sizes
 */
export function smallestCapacity(settings: CapacitySettings, range: CapacityRange): Capacity {
  if (settings.storageType === 'INTELLIGENT_TIERING') return elasticCapacity(range);
  const rule = sizeRuleFor(settings);
  const wanted = Math.max(1, range.required?.toGibibytes() ?? 0);
  const gib = rule.small.find((size) => size >= wanted) ?? firstMultiple(rule, wanted);
  const capacity = Capacity.gibibytes(gib);
  if (gib > MAX_GIB || range.limit?.isLessThan(capacity)) throw outOfRange(settings, rule, range, gib);
  return capacity;
}

function elasticCapacity({ required, limit }: CapacityRange): Capacity {
  if (required && limit?.isLessThan(required)) {
    throw new DriverError('out-of-range', `no size is ${describeRange({ required, limit })}`);
  }
  if (required && required.bytes > 0n) return required;
  return limit?.isLessThan(ELASTIC_DEFAULT) ? limit : ELASTIC_DEFAULT;
}

/** Finds the sizes of these settings.
 *  @throws DriverError invalid-argument where FSx offers none */
export function sizeRuleFor(settings: CapacitySettings): SizeRule {
  const { deploymentType, storageType, perUnitStorageThroughput, efaEnabled = false } = settings;
  const rule = sizeRules.find(
    (candidate) =>
      candidate.deploymentType === deploymentType &&
      candidate.storageType === storageType &&
      candidate.efa === efaEnabled &&
      (candidate.throughput === undefined || candidate.throughput === perUnitStorageThroughput),
  );
  if (rule) return rule;
  throw new DriverError('invalid-argument', `FSx offers no sizes for ${describeKind(settings)}`);
}

const firstMultiple = ({ step }: SizeRule, wanted: number): number => Math.ceil(wanted / step) * step;

function outOfRange(
  settings: CapacitySettings,
  { small, step }: SizeRule,
  range: CapacityRange,
  nearest: number,
): DriverError {
  const sizes = [...small.map((size) => `${size} GiB`), `multiples of ${step} GiB`].join(', ');
  const next =
    nearest > MAX_GIB
      ? `the largest that FSx can express is ${MAX_GIB} GiB`
      : `the smallest that is large enough is ${nearest} GiB`;
  return new DriverError(
    'out-of-range',
    `no size of ${describeKind(settings)} is ${describeRange(range)}; legal: ${sizes}; ${next}`,
  );
}

/** Describes the settings for people: `PERSISTENT_2 on SSD with 125 MB/s/TiB`. */
export function describeKind(settings: CapacitySettings): string {
  const { deploymentType, storageType, perUnitStorageThroughput, efaEnabled } = settings;
  const throughput =
    perUnitStorageThroughput === undefined ? '' : ` with ${perUnitStorageThroughput} MB/s/TiB`;
  return `${deploymentType} on ${storageType}${throughput}${efaEnabled ? ' and EFA' : ''}`;
}

import { Capacity, DriverError, describeRange, isWithin, type CapacityRange } from '@lustre-csi/core';
import type { SkuFacts } from '../api/skus.js';

/** Finds the smallest legal capacity of the SKU within the range: a multiple of its step, up to its largest maximum. Only
 *  Azure knows the maximum of the subscription; `create` reports its refusal.
 *  @throws DriverError out-of-range naming the legal sizes */
export function smallestCapacity(sku: SkuFacts, range: CapacityRange): Capacity {
  const required = range.required ?? sku.step;
  const wanted = required.isLessThan(sku.step) ? sku.step : required.roundUpTo(sku.step);
  const tooLarge = sku.maximum !== undefined && wanted.isGreaterThan(sku.maximum);
  if (tooLarge || !isWithin(wanted, range)) {
    throw new DriverError(
      'out-of-range',
      `${sku.name} in ${sku.location} has no size of ${describeRange(range)}; legal: ${legalSizes(sku)}`,
    );
  }
  return wanted;
}

/** Reports whether Azure offers the capacity only to subscriptions that are enabled for large clusters. */
export function isLargeCluster(sku: SkuFacts, capacity: Capacity): boolean {
  return sku.usualMaximum !== undefined && capacity.isGreaterThan(sku.usualMaximum);
}

/** Describes the capacities of the SKU for people. */
export function legalSizes(sku: SkuFacts): string {
  const steps = `multiples of ${sku.step.toString()}`;
  if (sku.maximum === undefined || sku.usualMaximum === undefined) return steps;
  const usual = `${steps} up to ${sku.usualMaximum.toString()}`;
  if (sku.maximum.equals(sku.usualMaximum)) return usual;
  return `${usual}, or up to ${sku.maximum.toString()} where Azure has enabled the subscription for large clusters`;
}

/** Step of the capacity of volumes that a StorageClass with mgs-ip-address hands out, as azurelustre-csi-driver rounds it. */
const staticStep = Capacity.tebibytes(4);

/** Computes the capacity of a volume on an existing file system, whose real size nothing here depends on.
 *  @throws DriverError out-of-range if the limit is below the next step */
export function staticCapacity(range: CapacityRange): Capacity {
  const required = range.required ?? staticStep;
  const capacity = required.isLessThan(staticStep) ? staticStep : required.roundUpTo(staticStep);
  if (isWithin(capacity, range)) return capacity;
  throw new DriverError(
    'out-of-range',
    `a volume with mgs-ip-address has no size of ${describeRange(range)}; legal: multiples of ${staticStep.toString()}`,
  );
}

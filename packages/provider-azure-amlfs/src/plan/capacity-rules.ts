import { DriverError, describeRange, isWithin, type Capacity, type CapacityRange } from '@lustre-csi/core';
import type { SkuFacts } from '../api/skus.js';

/** The smallest legal capacity of the SKU within the range: multiples of its step, up to its largest maximum. Which
 *  maximum a subscription really has is known to Azure alone; what it refuses, `create` reports.
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

/** Whether the capacity is one that Azure only gives to subscriptions that it has enabled for large clusters. */
export function isLargeCluster(sku: SkuFacts, capacity: Capacity): boolean {
  return sku.usualMaximum !== undefined && capacity.isGreaterThan(sku.usualMaximum);
}

/** For people: what capacities the SKU has. */
export function legalSizes(sku: SkuFacts): string {
  const steps = `multiples of ${sku.step.toString()}`;
  if (sku.maximum === undefined || sku.usualMaximum === undefined) return steps;
  const usual = `${steps} up to ${sku.usualMaximum.toString()}`;
  if (sku.maximum.equals(sku.usualMaximum)) return usual;
  return `${usual}, or up to ${sku.maximum.toString()} where Azure has enabled the subscription for large clusters`;
}

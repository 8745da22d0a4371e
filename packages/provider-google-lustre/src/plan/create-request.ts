import type { Capacity } from '@lustre-csi/core';
import { labelsFor } from '../parameters/labels.js';
import type { InstancePlan } from './plan.js';

/** Inputs of the request for an instance. */
export interface CreateRequest {
  readonly plan: InstancePlan;
  readonly capacity: Capacity;
  readonly attempt: number;
  readonly clusterId: string;
  /** Requests servers on port 6988. */
  readonly legacyPort: boolean;
}

/** Builds the body of CreateInstance (google.cloud.lustre.v1). */
export function createRequest({ plan, capacity, attempt, clusterId, legacyPort }: CreateRequest): object {
  const { volumeName, metadata, labels, tier, isDynamic, maintenance } = plan;
  const optional = {
    description: plan.description,
    kmsKey: plan.kmsKey,
    placementPolicy: plan.placementPolicy,
    accessRulesOptions: plan.accessRules,
    ...(isDynamic
      ? { dynamicTierOptions: { mode: 'DEFAULT_CACHE' } }
      : { perUnitStorageThroughput: tier.throughput }),
    ...(maintenance ? { maintenancePolicy: { weeklyMaintenanceWindows: [maintenance] } } : {}),
    ...(legacyPort ? { gkeSupportEnabled: true } : {}),
  };
  return {
    filesystem: plan.filesystem,
    capacityGib: String(capacity.toGibibytes()),
    network: plan.network,
    labels: labelsFor({ volumeName, attempt, clusterId, metadata }, labels),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

import type { Capacity } from '@lustre-csi/core';
import type { SubnetCheck } from './arm.js';
import type { AmlPlan, Creation } from './plan.js';
import { tagsFor } from './tags.js';

/** All that the request for a file system depends on. */
export interface CreateRequest {
  readonly plan: AmlPlan;
  readonly creation: Creation;
  readonly capacity: Capacity;
  readonly attempt: number;
  readonly clusterId: string;
}

/** The body of AmlFilesystems_CreateOrUpdate (Microsoft.StorageCache, 2023-05-01). */
export function createRequest({ plan, creation, capacity, attempt, clusterId }: CreateRequest): object {
  const { volumeName, subDir, metadata } = plan;
  const { location, sku, zone, subnetId, maintenanceWindow, identities, tags } = creation;
  return {
    location,
    tags: tagsFor({ volumeName, attempt, clusterId, subDir, metadata }, tags),
    sku: { name: sku.name },
    ...(zone === undefined ? {} : { zones: [zone] }),
    ...(identities.length === 0 ? {} : { identity: userAssigned(identities) }),
    properties: {
      storageCapacityTiB: capacity.toTebibytes(),
      filesystemSubnet: subnetId,
      maintenanceWindow,
    },
  };
}

function userAssigned(identities: readonly string[]): object {
  return {
    type: 'UserAssigned',
    userAssignedIdentities: Object.fromEntries(identities.map((id) => [id, {}])),
  };
}

/** What is asked of the subnet before. */
export function subnetCheck(creation: Creation, capacity: Capacity): SubnetCheck {
  return {
    subnetId: creation.subnetId,
    capacityTiB: capacity.toTebibytes(),
    skuName: creation.sku.name,
    location: creation.location,
  };
}

import type { Capacity } from '@lustre-csi/core';
import type { Creation } from './creation-settings.js';
import type { AmlPlan } from './plan.js';
import { tagsFor } from '../parameters/tags.js';

/** Inputs of the request for a file system. */
export interface CreateRequest {
  readonly plan: AmlPlan;
  readonly creation: Creation;
  readonly capacity: Capacity;
  readonly attempt: number;
  readonly clusterId: string;
}

/** Builds the body of AmlFilesystems_CreateOrUpdate (Microsoft.StorageCache, 2024-03-01 and later). */
export function createRequest({ plan, creation, capacity, attempt, clusterId }: CreateRequest): object {
  const { volumeName, subDir, metadata } = plan;
  const { location, skuName, zone, subnetId, maintenanceWindow, identities, tags } = creation;
  const { rootSquash, encryptionKey, hsm } = creation;
  return {
    location,
    tags: tagsFor({ volumeName, attempt, clusterId, subDir, metadata }, tags),
    sku: { name: skuName },
    ...(zone === undefined ? {} : { zones: [zone] }),
    ...(identities.length === 0 ? {} : { identity: userAssigned(identities) }),
    properties: {
      storageCapacityTiB: capacity.toTebibytes(),
      filesystemSubnet: subnetId,
      maintenanceWindow,
      ...(rootSquash ? { rootSquashSettings: rootSquash } : {}),
      ...(encryptionKey ? { encryptionSettings: { keyEncryptionKey: encryptionKey } } : {}),
      ...(hsm ? { hsm: { settings: hsm } } : {}),
    },
  };
}

function userAssigned(identities: readonly string[]): object {
  return {
    type: 'UserAssigned',
    userAssignedIdentities: Object.fromEntries(identities.map((id) => [id, {}])),
  };
}

/** Demand for servers: their place, number and kind. */
export interface Demand {
  readonly subnetId: string;
  readonly skuName: string;
  readonly location: string;
  readonly capacity: Capacity;
}

/** Computes the demand that the driver checks before a creation. */
export function demandOf({ subnetId, skuName, location }: Creation, capacity: Capacity): Demand {
  return { subnetId, skuName, location, capacity };
}

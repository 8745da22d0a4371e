import { createHash } from 'node:crypto';
import type { Capacity } from '@lustre-csi/core';
import { tagsFor, type Ownership } from '../parameters/tags.js';
import { toGigabytes } from './capacity-rules.js';
import type { Creation } from './plan.js';

/** Inputs of the request for a file system. */
export interface CreateRequest extends Ownership {
  readonly creation: Creation;
  /** Name with the prefix of the tenancy. */
  readonly availabilityDomain: string;
  readonly capacity: Capacity;
}

/** Builds the body of CreateLustreFileSystem (20250228). The same request always has the same text: OCI compares it where the
 *  retry token comes again. */
export function createRequest(request: CreateRequest): object {
  const { creation, availabilityDomain, capacity, volumeName } = request;
  const { nsgIds, kmsKeyId, clusterPlacementGroupId, maintenanceWindow, definedTags } = creation;
  return {
    compartmentId: creation.compartmentId,
    availabilityDomain,
    displayName: volumeName,
    fileSystemName: creation.fileSystemName,
    capacityInGBs: toGigabytes(capacity),
    subnetId: creation.subnetId,
    performanceTier: creation.performanceTier,
    rootSquashConfiguration: creation.rootSquash,
    ...(nsgIds === undefined ? {} : { nsgIds }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    ...(clusterPlacementGroupId === undefined ? {} : { clusterPlacementGroupId }),
    ...(maintenanceWindow ? { maintenanceWindow } : {}),
    freeformTags: tagsFor(request, creation.freeformTags),
    ...(definedTags ? { definedTags } : {}),
  };
}

/** Retry token of a request: at most 64 characters, the same in every replica. It follows from the whole body, since OCI refuses
 *  a known token with another one: a StorageClass may be recreated with other parameters within the 24 hours of a token. */
export const retryToken = (body: object): string =>
  createHash('sha256').update(JSON.stringify(body)).digest('hex');

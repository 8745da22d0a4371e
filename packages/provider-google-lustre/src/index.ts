import type { ProviderPlugin } from '@lustre-csi/core';
import { ManagedLustreNode } from './node/node-identity.js';
import { hasTopology, nodeZone, topologyFlag } from './node/node-zone.js';
import { DRIVER_NAME } from './parameters/driver-name.js';
import { cloudConfigFlag, endpointFlag, legacyPortFlag } from './parameters/flags.js';
import { managedLustreParameterSchema } from './parameters/parameters.js';

export type { ManagedLustreFileSystems } from './operations/file-systems.js';
export type { InstancePlan } from './plan/plan.js';
export { legalSizes, smallestCapacity, tierOf, type Tier } from './plan/capacity-rules.js';
export {
  mutableParameters,
  mutableParameterSchema,
  type MutableParameters,
} from './parameters/mutable-parameters.js';
export { ManagedLustreNode } from './node/node-identity.js';
export {
  managedLustreParameters,
  managedLustreParameterSchema,
  type ManagedLustreParameters,
} from './parameters/parameters.js';
export { toFileSystem } from './plan/to-file-system.js';
export { contextKey, toVolumeContext } from './node/volume-context.js';
export { formatVolumeHandle, parseVolumeHandle, type VolumeHandle } from './node/volume-handle.js';

/** Google Cloud Managed Lustre; replaces lustre-csi-driver of Google under the same driver name. */
export const googleLustre: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'Google Cloud Managed Lustre',
  parameters: managedLustreParameterSchema,
  flags: [cloudConfigFlag, endpointFlag, legacyPortFlag, topologyFlag],
  expandable: true,
  hasTopology,
  node: (settings) => new ManagedLustreNode(hasTopology(settings) ? () => nodeZone(settings) : undefined),
  controller: async (settings, context) => {
    // A node never calls this, and so never loads the client.
    const { buildController } = await import('./module.js');
    return buildController(settings, context);
  },
};

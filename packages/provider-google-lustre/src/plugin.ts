import type { ProviderPlugin } from '@lustre-csi/core';
import { ManagedLustreNode } from './node/node-identity.js';
import { hasTopology, nodeZone, topologyFlag } from './node/node-zone.js';
import { DRIVER_NAME } from './parameters/driver-name.js';
import { cloudConfigFlag, endpointFlag, legacyPortFlag } from './parameters/flags.js';

/** Google Cloud Managed Lustre; replaces lustre-csi-driver of Google under the same driver name. */
export const googleLustre: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'Google Cloud Managed Lustre',
  parameters: async () => (await import('./module.js')).managedLustreParameterSchema,
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

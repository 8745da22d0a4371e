import type { ProviderPlugin } from '@lustre-csi/core';
import { LustreNode } from './node/lustre-node.js';
import { DRIVER_NAME } from './parameters/driver-name.js';
import { ociFlags } from './parameters/flags.js';

/** OCI File Storage with Lustre; replaces Oracle's driver (oci-cloud-controller-manager) under the same driver name. */
export const ociLustre: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'OCI File Storage with Lustre',
  parameters: async () => (await import('./module.js')).lustreParameterSchema,
  flags: ociFlags,
  expandable: true,
  node: () => new LustreNode(),
  controller: async (settings, context) => {
    // A node never calls this, and so never loads the client of OCI.
    const { buildController } = await import('./module.js');
    return buildController(settings, context);
  },
};

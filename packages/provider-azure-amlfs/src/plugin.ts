import type { ProviderPlugin } from '@lustre-csi/core';
import { DRIVER_NAME } from './parameters/driver-name.js';
import { configFileFlag } from './parameters/flags.js';
import { AmlNode } from './node/node-identity.js';
import { hasTopology, nodeZone, topologyFlag } from './node/node-zone.js';

/** Azure Managed Lustre; replaces azurelustre-csi-driver under the same driver name. */
export const azureAmlfs: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'Azure Managed Lustre',
  parameters: async () => (await import('./module.js')).amlParameterSchema,
  flags: [configFileFlag, topologyFlag],
  expandable: true,
  hasTopology,
  node: (settings) => new AmlNode(hasTopology(settings) ? () => nodeZone(settings) : undefined),
  controller: async (settings, context) => {
    // A node never calls this, and so never loads the SDK.
    const { buildController } = await import('./module.js');
    return buildController(settings, context);
  },
  diagnosis: async (settings, context) => {
    const { createDiagnosis } = await import('./diagnosis/create-diagnosis.js');
    return createDiagnosis(settings, context);
  },
};

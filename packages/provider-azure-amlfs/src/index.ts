import type { ProviderPlugin } from '@lustre-csi/core';
import { configFileFlag } from './azure-config.js';
import { DRIVER_NAME } from './driver-name.js';
import { AmlNode } from './node-identity.js';
import { hasTopology, nodeZone, topologyFlag } from './node-zone.js';
import { amlParameterSchema } from './parameters.js';

export type { AmlFileSystems, AmlFileSystemsOptions } from './file-systems.js';
export type { AmlPlan } from './plan.js';
export { parseAzureConfig, readAzureConfig, type AzureConfig } from './azure-config.js';
export { legalSizes, smallestCapacity } from './capacity-rules.js';
export { mutableParameters, mutableParameterSchema, type MutableParameters } from './mutable-parameters.js';
export { AmlNode } from './node-identity.js';
export { amlParameters, amlParameterSchema, type AmlParameters } from './parameters.js';
export { skusIn, type SkuFacts } from './skus.js';
export { toFileSystem } from './to-file-system.js';
export { amlMountSource, contextKey } from './volume-context.js';
export { formatVolumeHandle, parseVolumeHandle, type VolumeHandle } from './volume-handle.js';

/** Azure Managed Lustre. Takes over from azurelustre-csi-driver under its name. */
export const azureAmlfs: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'Azure Managed Lustre',
  parameters: amlParameterSchema,
  flags: [configFileFlag, topologyFlag],
  expandable: true,
  hasTopology,
  node: (settings) => new AmlNode(hasTopology(settings) ? () => nodeZone(settings) : undefined),
  controller: async (settings, context) => {
    // A node never gets here, and so never loads the SDK.
    const { buildController } = await import('./module.js');
    return buildController(settings, context);
  },
};

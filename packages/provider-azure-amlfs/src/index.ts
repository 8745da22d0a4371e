import type { ProviderPlugin } from '@lustre-csi/core';
import { configFileFlag } from './parameters/azure-config.js';
import { DRIVER_NAME } from './parameters/driver-name.js';
import { AmlNode } from './node/node-identity.js';
import { hasTopology, nodeZone, topologyFlag } from './node/node-zone.js';
import { amlParameterSchema } from './parameters/parameters.js';

export type { AmlFileSystems, AmlFileSystemsOptions } from './operations/file-systems.js';
export type { AmlPlan } from './plan/plan.js';
export { parseAzureConfig, readAzureConfig, type AzureConfig } from './parameters/azure-config.js';
export { legalSizes, smallestCapacity } from './plan/capacity-rules.js';
export {
  mutableParameters,
  mutableParameterSchema,
  type MutableParameters,
} from './parameters/mutable-parameters.js';
export { AmlNode } from './node/node-identity.js';
export { amlParameters, amlParameterSchema, type AmlParameters } from './parameters/parameters.js';
export { skusIn, type SkuFacts } from './api/skus.js';
export { toFileSystem } from './plan/to-file-system.js';
export { amlMountSource, contextKey } from './node/volume-context.js';
export { formatVolumeHandle, parseVolumeHandle, type VolumeHandle } from './node/volume-handle.js';

/** Azure Managed Lustre; replaces azurelustre-csi-driver under the same driver name. */
export const azureAmlfs: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'Azure Managed Lustre',
  parameters: amlParameterSchema,
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

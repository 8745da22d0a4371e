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
export { azureAmlfs } from './plugin.js';

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
export { googleLustre } from './plugin.js';

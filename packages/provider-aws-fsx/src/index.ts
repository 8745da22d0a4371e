export type { FsxFileSystems, FsxFileSystemsOptions } from './operations/file-systems.js';
export type { FsxPlan } from './plan/plan.js';
export { smallestCapacity, type CapacitySettings } from './plan/capacity-rules.js';
export { FsxNode } from './node/node-identity.js';
export {
  mutableParameters,
  mutableParameterSchema,
  type MutableParameters,
} from './parameters/mutable-parameters.js';
export { fsxParameters, fsxParameterSchema, type FsxParameters } from './parameters/parameters.js';
export { snapshotParameters, snapshotParameterSchema } from './parameters/snapshot-parameters.js';
export { tagKeys, type Tags } from './parameters/tags.js';
export { fromVolumeContext, toVolumeContext } from './node/volume-context.js';
export { parseVolumeHandle, type VolumeHandle } from './node/volume-handle.js';
export { awsFsx } from './plugin.js';

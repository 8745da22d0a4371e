export type { LustreFileSystems } from './operations/file-systems.js';
export { LustreNode } from './node/lustre-node.js';
export { contextKey, mountSourceOf } from './node/volume-context.js';
export { formatVolumeHandle, parseVolumeHandle, type VolumeHandle } from './node/volume-handle.js';
export { mutableParameterSchema } from './parameters/mutable-parameters.js';
export { lustreParameterSchema, type LustreParameters } from './parameters/parameters.js';
export { ociLustre } from './plugin.js';

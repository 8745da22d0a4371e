export { GenericController } from './operations/generic-controller.js';
export { genericParameters, genericParameterSchema } from './parameters/parameters.js';
export { contextKey, fromVolumeContext, toVolumeContext } from './node/volume-context.js';
export { genericLustre } from './plugin.js';

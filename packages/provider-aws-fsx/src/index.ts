import type { ProviderPlugin } from '@lustre-csi/core';
import { FsxNode } from './node-identity.js';
import { DRIVER_NAME, fsxParameterSchema } from './parameters.js';

export type { FsxFileSystems, FsxFileSystemsOptions } from './file-systems.js';
export type { FsxPlan } from './plan.js';
export { smallestCapacity, type CapacitySettings } from './capacity-rules.js';
export { FsxNode } from './node-identity.js';
export { fsxParameters, fsxParameterSchema, type FsxParameters } from './parameters.js';
export { tagKeys, type Tags } from './tags.js';
export { fromVolumeContext, toVolumeContext } from './volume-context.js';
export { parseVolumeHandle, type VolumeHandle } from './volume-handle.js';

/** Amazon FSx for Lustre. Takes over from aws-fsx-csi-driver under its name. */
export const awsFsx: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'Amazon FSx for Lustre',
  parameters: fsxParameterSchema,
  flags: [
    {
      name: 'region',
      type: 'string',
      valueName: 'REGION',
      environment: 'AWS_REGION',
      description: 'AWS region of the file systems; AWS_DEFAULT_REGION is read too',
    },
    {
      name: 'extra-tags',
      type: 'string',
      valueName: 'KEY=VALUE,...',
      description: 'Tags of every file system that the driver creates',
    },
  ],
  node: () => new FsxNode(),
  controller: async (settings, context) => {
    // A node never gets here, and so never loads the SDK.
    const { buildController } = await import('./module.js');
    return buildController(settings, context);
  },
};

import type { ProviderPlugin } from '@lustre-csi/core';
import { DRIVER_NAME } from './parameters/driver-name.js';
import { FsxNode } from './node/node-identity.js';
import { hasTopology, nodeZone, topologyFlag } from './node/node-zone.js';
import { fsxParameterSchema } from './parameters/parameters.js';

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

/** Amazon FSx for Lustre; replaces aws-fsx-csi-driver under the same driver name. */
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
      description:
        'AWS region of the file systems; AWS_DEFAULT_REGION is read too. Without both, the driver reads it from the EC2 ' +
        'instance metadata, then from the Kubernetes node (its providerID)',
    },
    {
      name: 'extra-tags',
      type: 'string',
      valueName: 'KEY=VALUE,...',
      description: 'Tags of every file system that the driver creates',
    },
    topologyFlag,
  ],
  expandable: true,
  hasTopology,
  node: (settings, context) =>
    new FsxNode(hasTopology(settings) ? () => nodeZone(settings, context?.node) : undefined),
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

import type { ProviderPlugin } from '@lustre-csi/core';
import { DRIVER_NAME } from './parameters/driver-name.js';
import { FsxNode } from './node/node-identity.js';
import { hasTopology, nodeZone, topologyFlag } from './node/node-zone.js';

/** Amazon FSx for Lustre; replaces aws-fsx-csi-driver under the same driver name. */
export const awsFsx: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'Amazon FSx for Lustre',
  parameters: async () => (await import('./module.js')).fsxParameterSchema,
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

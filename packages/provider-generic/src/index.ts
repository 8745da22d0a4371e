import type { ProviderPlugin } from '@lustre-csi/core';
import { DRIVER_NAME } from './parameters/driver-name.js';
import { GenericController } from './operations/generic-controller.js';
import { genericParameterSchema } from './parameters/parameters.js';
import { contextKey, fromVolumeContext } from './node/volume-context.js';

export { GenericController } from './operations/generic-controller.js';
export { genericParameters, genericParameterSchema } from './parameters/parameters.js';
export { contextKey, fromVolumeContext, toVolumeContext } from './node/volume-context.js';

/** Any Lustre that the nodes can reach: on-premises, self-hosted, of whatever vendor. Volumes are written by hand, or are
 *  directories of file systems which exist. */
export const genericLustre: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'Any Lustre',
  parameters: genericParameterSchema,
  flags: [
    {
      name: 'serve-as',
      type: 'string',
      valueName: 'NAME',
      environment: 'LUSTRE_CSI_SERVE_AS',
      description: `the CSI driver name that ${DRIVER_NAME} takes, so that several can run in one cluster`,
    },
  ],
  servedAs: (settings) => settings.flag('serve-as'),
  // Directories are, whoever makes the file system.
  expandable: true,
  node: () => ({
    contextKeys: Object.values(contextKey),
    mountSource: ({ context }) => fromVolumeContext(context),
  }),
  controller: async () => new GenericController(),
};

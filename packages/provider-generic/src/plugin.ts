import type { ProviderPlugin } from '@lustre-csi/core';
import { DRIVER_NAME, FORMER_DRIVER_NAME } from './parameters/driver-name.js';
import { contextKey, foreignKey, mountFlagsOf, mountSourceOf } from './node/volume-context.js';

/** Any Lustre that the nodes can reach: on-premises, self-hosted, of any vendor. Volumes are static, or directories of
 *  existing file systems. */
export const genericLustre: ProviderPlugin = {
  driverName: DRIVER_NAME,
  formerNames: [FORMER_DRIVER_NAME],
  title: 'Any Lustre',
  parameters: async () => (await import('./parameters/parameters.js')).genericParameterSchema,
  flags: [
    {
      name: 'serve-as',
      type: 'string',
      valueName: 'NAME',
      environment: 'LUSTRE_CSI_SERVE_AS',
      description: `CSI driver name in place of ${DRIVER_NAME}, so that several drivers can run in one cluster`,
    },
  ],
  servedAs: (settings) => settings.flag('serve-as'),
  // Directories are, on every file system.
  expandable: true,
  node: () => ({
    contextKeys: [...Object.values(contextKey), ...Object.values(foreignKey)],
    mountSource: mountSourceOf,
    mountFlags: mountFlagsOf,
  }),
  controller: async () => {
    const { GenericController } = await import('./operations/generic-controller.js');
    return new GenericController();
  },
};

import {
  ConfigurationError,
  type FlagDefinition,
  type ProviderPlugin,
  type Settings,
} from '@lustre-csi/core';
import { configFileFlag } from './azure-config.js';
import { AmlNodeProvider } from './node-identity.js';
import { driverName, parameters } from './parameters.js';

/** Switches of azurelustre-csi-driver that replace the cloud or the mount inside of the driver. */
const mockFlags = ['enable-azurelustre-mock-mount', 'enable-azurelustre-mock-dyn-prov'].map(
  (name): FlagDefinition => ({
    name,
    type: 'boolean',
    description:
      'Accepted as false for compatibility. To try the driver without Azure, run lustre-cloud-emulator.',
    default: 'false',
  }),
);

/** Azure Managed Lustre. */
export const azureAmlfs: ProviderPlugin = {
  driverName,
  title: 'Azure Managed Lustre',
  parameters,
  flags: [configFileFlag, ...mockFlags],
  node: (settings) => {
    refuseMocks(settings);
    return new AmlNodeProvider();
  },
  controller: async (settings, context) => {
    refuseMocks(settings);
    const { buildController } = await import('./module.js');
    return buildController(settings, context);
  },
};

function refuseMocks(settings: Settings): void {
  for (const { name } of mockFlags) {
    if (settings.flag(name)?.toLowerCase() === 'true') {
      throw new ConfigurationError(
        `--${name}=true: this driver has no mocks; run it under "lustre-cloud-emulator exec" to try it without Azure`,
      );
    }
  }
}

// For drivers of your own. Nothing here loads a cloud SDK.
export { AmlNodeProvider } from './node-identity.js';
export { parseAzureConfig, readAzureConfig, type AzureConfig } from './azure-config.js';
export { capacityFor, legalSizes } from './capacity-rules.js';
export { driverName, parameters } from './parameters.js';
export { toFileSystem } from './to-file-system.js';
export { contextKey } from './volume-context.js';
export { formatVolumeHandle, parseVolumeHandle, type VolumeHandle } from './volume-handle.js';

import { ConfigurationError, type ProviderPlugin } from '@lustre-csi/core';
import { exampleNode } from './node.js';
import { DRIVER_NAME, parameters } from './parameters.js';

/** The provider, as the driver takes it. */
export const exampleProvider: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'Example Cloud',
  parameters: async () => parameters,
  flags: [
    {
      name: 'region',
      type: 'string',
      valueName: 'REGION',
      environment: 'EXAMPLE_REGION',
      default: 'north',
      description: 'region of the file systems',
    },
  ],
  node: () => exampleNode,
  controller: async (settings) => {
    // Imported here, so that nodes never load the SDK.
    const { ExampleCloud } = await import('./example-cloud.js');
    const { ExampleController } = await import('./example-controller.js');
    const region = settings.flag('region') ?? '';
    if (!ExampleCloud.regions.includes(region)) {
      throw new ConfigurationError(`--region is "${region}": write ${ExampleCloud.regions.join(' or ')}`);
    }
    return new ExampleController(new ExampleCloud(), region);
  },
};

import {
  ConfigurationError,
  DriverError,
  messageOf,
  type FlagDefinition,
  type Settings,
} from '@lustre-csi/core';
import { InstanceMetadata } from './instance-metadata.js';

/** What the flag says where the node is to find out by itself. */
const FROM_INSTANCE_METADATA = 'imds';

/** Topology is advertised only where this is set, on the controller and on every node. */
export const topologyFlag: FlagDefinition = {
  name: 'topology-zone',
  type: 'string',
  valueName: 'ZONE|imds',
  description:
    'Availability Zone of this node, or imds to ask the EC2 instance metadata service for it. Switches topology on: set it on the controller too',
};

/** Whether nodes tell their zones. */
export const hasTopology = (settings: Settings): boolean => Boolean(settings.flag(topologyFlag.name));

/** The Availability Zone of the node that this process runs on.
 *  @throws DriverError unavailable where the instance metadata service does not answer */
export async function nodeZone(settings: Settings): Promise<string> {
  const configured = settings.flag(topologyFlag.name);
  if (!configured) throw new ConfigurationError(`--${topologyFlag.name} is not set`);
  if (configured !== FROM_INSTANCE_METADATA) return configured;
  const metadata = new InstanceMetadata(settings);
  try {
    const zone = await metadata.get('placement/availability-zone');
    if (/^[a-z0-9-]{4,63}$/.test(zone)) return zone;
    throw new Error('its answer is not an Availability Zone');
  } catch (error) {
    throw new DriverError(
      'unavailable',
      `the instance metadata service at ${metadata.endpoint} does not tell the zone of this node: ${messageOf(error)}. ` +
        `Let the pod use the host network, or write the zone in --${topologyFlag.name}`,
      { cause: error },
    );
  }
}

import {
  ConfigurationError,
  DriverError,
  messageOf,
  type FlagDefinition,
  type OrchestratedNode,
  type Settings,
} from '@lustre-csi/core';
import { InstanceMetadata } from './instance-metadata.js';
import { placeOfNode } from './node-provider-id.js';

/** Value of the flag for the zone that the instance metadata service reports. */
const FROM_INSTANCE_METADATA = 'imds';
/** Value of the flag for the zone in the providerID of the Kubernetes node. */
const FROM_PROVIDER_ID = 'provider-id';

/** Flag that enables topology, on the controller and on every node. */
export const topologyFlag: FlagDefinition = {
  name: 'topology-zone',
  type: 'string',
  valueName: 'ZONE|imds|provider-id',
  description:
    'Availability Zone of this node, or imds to read it from the EC2 instance metadata service, or provider-id to take ' +
    'that of the Kubernetes node. Enables topology: set it on the controller too',
};

/** Reports whether nodes advertise their zones. */
export const hasTopology = (settings: Settings): boolean => Boolean(settings.flag(topologyFlag.name));

/** Finds the Availability Zone of the node on which this process runs.
 *  @throws DriverError unavailable where its source does not report it */
export async function nodeZone(settings: Settings, node?: OrchestratedNode): Promise<string> {
  const configured = settings.flag(topologyFlag.name);
  if (!configured) throw new ConfigurationError(`--${topologyFlag.name} is not set`);
  if (configured === FROM_PROVIDER_ID) return zoneOfNode(node);
  if (configured !== FROM_INSTANCE_METADATA) return configured;
  return zoneOfInstance(settings);
}

async function zoneOfNode(node: OrchestratedNode | undefined): Promise<string> {
  try {
    if (!node) throw new Error('the driver has no connection to Kubernetes');
    const { zone } = await placeOfNode(node);
    if (zone !== undefined) return zone;
    throw new Error('it is a hybrid node, which is in no zone of AWS');
  } catch (error) {
    throw new DriverError(
      'unavailable',
      `the zone of the Kubernetes node is unknown: ${messageOf(error)}. Write the zone in --${topologyFlag.name}`,
      { cause: error },
    );
  }
}

async function zoneOfInstance(settings: Settings): Promise<string> {
  const metadata = new InstanceMetadata(settings);
  try {
    const zone = await metadata.get('placement/availability-zone');
    if (/^[a-z0-9-]{4,63}$/.test(zone)) return zone;
    throw new Error('its answer is not an Availability Zone');
  } catch (error) {
    throw new DriverError(
      'unavailable',
      `the instance metadata service at ${metadata.endpoint} did not report the zone of this node: ${messageOf(error)}. ` +
        `Let the pod use the host network, or write the zone in --${topologyFlag.name}`,
      { cause: error },
    );
  }
}

import {
  ConfigurationError,
  DriverError,
  messageOf,
  trimTrailingSlashes,
  type FlagDefinition,
  type Settings,
} from '@lustre-csi/core';

/** Well-known label of the zone of a node: the key in the topology of nodes and in that of requests. */
export const zoneKey = 'topology.kubernetes.io/zone';

/** Value of the flag for the zone that the instance metadata service reports. */
const FROM_INSTANCE_METADATA = 'imds';

const IMDS = 'http://169.254.169.254';

/** Variable with another endpoint of the instance metadata service, which @azure/identity reads, too. */
const IMDS_VARIABLE = 'AZURE_POD_IDENTITY_AUTHORITY_HOST';

/** Flag that enables topology, on the controller and on every node. */
export const topologyFlag: FlagDefinition = {
  name: 'topology-zone',
  type: 'string',
  valueName: 'ZONE|imds',
  description:
    'Availability zone of this node in the form of its label (eastus-1), or imds to read it from the Azure instance metadata service. Enables topology: set it on the controller too',
};

/** Reports whether nodes advertise their zones. */
export const hasTopology = (settings: Settings): boolean => Boolean(settings.flag(topologyFlag.name));

/** Finds the zone of the node on which this process runs, in the form of cloud-provider-azure's labels: `eastus-1`.
 *  @throws DriverError unavailable where the instance metadata service does not answer */
export async function nodeZone(settings: Settings): Promise<string> {
  const configured = settings.flag(topologyFlag.name);
  if (!configured) throw new ConfigurationError(`--${topologyFlag.name} is not set`);
  if (configured !== FROM_INSTANCE_METADATA) return configured;
  const endpoint = trimTrailingSlashes(settings.environment(IMDS_VARIABLE) ?? IMDS);
  // Most nodes need neither the schema nor its library.
  const { zoneFromMetadata } = await import('./instance-metadata.js');
  try {
    return await zoneFromMetadata(endpoint);
  } catch (error) {
    throw new DriverError(
      'unavailable',
      `the instance metadata service at ${endpoint} did not report the zone of this node: ${messageOf(error)}. Let ` +
        `the pod use the host network, or write the zone in --${topologyFlag.name}`,
      { cause: error },
    );
  }
}

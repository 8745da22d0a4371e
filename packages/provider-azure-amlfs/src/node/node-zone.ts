import {
  ConfigurationError,
  DriverError,
  messageOf,
  trimTrailingSlashes,
  type FlagDefinition,
  type Settings,
} from '@lustre-csi/core';
import * as z from 'zod/mini';

/** Well-known label of the zone of a node: the key in the topology of nodes and in that of requests. */
export const zoneKey = 'topology.kubernetes.io/zone';

/** Value of the flag for the zone that the instance metadata service reports. */
const FROM_INSTANCE_METADATA = 'imds';

const IMDS = 'http://169.254.169.254';
const IMDS_TIMEOUT_MS = 5_000;

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

/** Schema of the compute metadata (Azure Instance Metadata Service, 2021-02-01). */
const computeMetadata = z.object({ location: z.string().check(z.minLength(1)), zone: z.string() });

/** Finds the zone of the node on which this process runs, in the form of cloud-provider-azure's labels: `eastus-1`.
 *  @throws DriverError unavailable where the instance metadata service does not answer */
export async function nodeZone(settings: Settings): Promise<string> {
  const configured = settings.flag(topologyFlag.name);
  if (!configured) throw new ConfigurationError(`--${topologyFlag.name} is not set`);
  if (configured !== FROM_INSTANCE_METADATA) return configured;
  const endpoint = trimTrailingSlashes(settings.environment(IMDS_VARIABLE) ?? IMDS);
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

async function zoneFromMetadata(endpoint: string): Promise<string> {
  const answer = await fetch(`${endpoint}/metadata/instance/compute?api-version=2021-02-01`, {
    headers: { Metadata: 'true' },
    signal: AbortSignal.timeout(IMDS_TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const compute = z.safeParse(computeMetadata, await answer.json());
  if (!compute.success) throw new Error('its answer is not instance metadata');
  const { location, zone } = compute.data;
  // Machines without a zone have the label "0", which AKS writes where it knows no fault domain.
  return zone === '' ? '0' : `${location.toLowerCase()}-${zone}`;
}

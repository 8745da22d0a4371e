import {
  ConfigurationError,
  DriverError,
  messageOf,
  type FlagDefinition,
  type Settings,
} from '@lustre-csi/core';
import * as z from 'zod/mini';

/** The well-known label of nodes: what is known of a node in its topology, and asked for in a claim's. */
export const zoneKey = 'topology.kubernetes.io/zone';

/** What the flag says where the node is to find out by itself. */
const FROM_INSTANCE_METADATA = 'imds';

const IMDS = 'http://169.254.169.254';
const IMDS_TIMEOUT_MS = 5_000;

/** Where the instance metadata service is, if elsewhere: the variable that @azure/identity reads, too. */
const IMDS_VARIABLE = 'AZURE_POD_IDENTITY_AUTHORITY_HOST';

/** Topology is advertised only where this is set, on the controller and on every node. */
export const topologyFlag: FlagDefinition = {
  name: 'topology-zone',
  type: 'string',
  valueName: 'ZONE|imds',
  description:
    'Availability zone of this node as its label has it (eastus-1), or imds to ask the Azure instance metadata service for it. Switches topology on: set it on the controller too',
};

/** Whether nodes tell their zones. */
export const hasTopology = (settings: Settings): boolean => Boolean(settings.flag(topologyFlag.name));

/** Instance metadata, compute (Azure Instance Metadata Service, 2021-02-01). */
const computeMetadata = z.object({ location: z.string().check(z.minLength(1)), zone: z.string() });

/** The zone of the node that this process runs on, as cloud-provider-azure labels nodes: `eastus-1`.
 *  @throws DriverError unavailable where the instance metadata service does not answer */
export async function nodeZone(settings: Settings): Promise<string> {
  const configured = settings.flag(topologyFlag.name);
  if (!configured) throw new ConfigurationError(`--${topologyFlag.name} is not set`);
  if (configured !== FROM_INSTANCE_METADATA) return configured;
  const endpoint = (settings.environment(IMDS_VARIABLE) ?? IMDS).replace(/\/+$/, '');
  try {
    return await zoneFromMetadata(endpoint);
  } catch (error) {
    throw new DriverError(
      'unavailable',
      `the instance metadata service at ${endpoint} does not tell the zone of this node: ${messageOf(error)}. Let ` +
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
  if (!compute.success) throw new Error('its answer is no instance metadata');
  const { location, zone } = compute.data;
  // Machines without a zone have the label "0", as AKS writes it where it knows no fault domain.
  return zone === '' ? '0' : `${location.toLowerCase()}-${zone}`;
}

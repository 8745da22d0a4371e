import { ConfigurationError, messageOf, type OrchestratedNode, type Settings } from '@lustre-csi/core';
import { InstanceMetadata } from './instance-metadata.js';
import { isRegion, parseProviderId } from './node-provider-id.js';

/** The region of the machine that this process runs on, where the settings name none: of the EC2 instance, else of the
 *  node. Takes seconds at most, whoever does not answer.
 *  @throws ConfigurationError one line with all that was asked, and why it did not help */
export async function ownRegion(settings: Settings, node: OrchestratedNode | undefined): Promise<string> {
  const metadata = new InstanceMetadata(settings);
  const failures: string[] = [];
  for (const [who, ask] of [
    [`the instance metadata service at ${metadata.endpoint}`, () => ofInstance(metadata)],
    ['the node', () => ofNode(node)],
  ] as const) {
    try {
      return await ask();
    } catch (error) {
      failures.push(`${who} tells none: ${messageOf(error)}`);
    }
  }
  throw new ConfigurationError(
    `no AWS region: set the environment variable AWS_REGION or the flag --region, such as us-west-2 (${failures.join('; ')})`,
  );
}

async function ofInstance(metadata: InstanceMetadata): Promise<string> {
  const region = await metadata.get('placement/region');
  if (isRegion(region)) return region;
  throw new Error('its answer is not a region');
}

async function ofNode(node: OrchestratedNode | undefined): Promise<string> {
  if (!node) throw new Error('this driver knows no orchestrator to ask');
  return (await placeOfNode(node)).region;
}

/** Where the node is, by its providerID.
 *  @throws Error whose message says in one line why that does not tell */
export async function placeOfNode(node: OrchestratedNode): Promise<{ region: string; zone?: string }> {
  const providerId = await node.providerId();
  if (providerId === undefined) {
    throw new Error('it has no providerID; the cloud controller manager, or EKS, sets one when the node joins');
  }
  const place = parseProviderId(providerId);
  if (place) return place;
  throw new Error(`its providerID ${JSON.stringify(providerId)} is not that of an EC2 instance or an EKS hybrid node`);
}

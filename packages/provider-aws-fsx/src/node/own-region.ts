import { ConfigurationError, messageOf, type OrchestratedNode, type Settings } from '@lustre-csi/core';
import { InstanceMetadata } from './instance-metadata.js';
import { isRegion, placeOfNode } from './node-provider-id.js';

/** Finds the region of the machine on which this process runs, where the settings name none: of the EC2 instance, else
 *  of the Kubernetes node. Takes a few seconds at most, also where a source does not answer.
 *  @throws ConfigurationError one line with every source and why it did not help */
export async function ownRegion(settings: Settings, node: OrchestratedNode | undefined): Promise<string> {
  const metadata = new InstanceMetadata(settings);
  const failures: string[] = [];
  for (const [source, ask] of [
    [`the instance metadata service at ${metadata.endpoint}`, () => ofInstance(metadata)],
    ['the Kubernetes node', () => ofNode(node)],
  ] as const) {
    try {
      return await ask();
    } catch (error) {
      failures.push(`${source} reports none: ${messageOf(error).replace(/\s+/g, ' ')}`);
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
  if (!node) throw new Error('the driver has no connection to Kubernetes');
  return (await placeOfNode(node)).region;
}

import { ConfigurationError, messageOf, type OrchestratedNode, type Settings } from '@lustre-csi/core';
import { InstanceMetadata } from './instance-metadata.js';
import { isRegion, placeOfNode } from './node-provider-id.js';

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
      failures.push(`${who} tells none: ${messageOf(error).replace(/\s+/g, ' ')}`);
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

import { EC2Client } from '@aws-sdk/client-ec2';
import { FSxClient } from '@aws-sdk/client-fsx';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import type { CloudDiagnosis, CloudEndpoint, ProviderContext, Settings } from '@lustre-csi/core';
import { agentsFor, reachEndpoint } from '@lustre-csi/core/network';
import { AwsCaller } from '../api/aws-operation.js';
import { clientOptions, regionFrom } from '../module.js';
import { FsxDiagnosis } from './fsx-diagnosis.js';

/** Creates the diagnosis of the controller's AWS account. Calls no cloud API.
 *  @throws ConfigurationError as the controller */
export async function createDiagnosis(settings: Settings, context: ProviderContext): Promise<CloudDiagnosis> {
  const region = await regionFrom(settings, context);
  const options = await clientOptions(region, context, settings);
  const [fsx, ec2, sts] = [new FSxClient(options), new EC2Client(options), new STSClient(options)];
  const reach = async (signal: AbortSignal): Promise<readonly CloudEndpoint[]> => {
    const agents = await agentsFor((name) => settings.environment(name), 'AWS_CA_BUNDLE');
    const urls = (['FSx', 'EC2', 'STS'] as const).map((name) => ({
      name,
      url: urlOf(name, region, settings),
    }));
    return Promise.all(urls.map((each) => reachEndpoint(each, { signal, agents })));
  };
  return new FsxDiagnosis({
    region,
    fsx: new AwsCaller(() => fsx),
    ec2: new AwsCaller(() => ec2),
    sts: new AwsCaller(() => sts),
    quotas: new AwsCaller(() => new ServiceQuotasClient(options)),
    reach,
  });
}

/** Endpoint of a service: the one that the environment names, as the SDK reads it, or the public one of the region. */
function urlOf(name: string, region: string, settings: Settings): string {
  const variable = `AWS_ENDPOINT_URL_${name.toUpperCase()}`;
  const custom = settings.environment(variable) ?? settings.environment('AWS_ENDPOINT_URL');
  return custom ?? `https://${name.toLowerCase()}.${region}.${domainOf(region)}/`;
}

/** DNS suffix of a region's partition (AWS General Reference). */
const domainOf = (region: string): string =>
  region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seed } from './aws/seed.js';
import { azureSeed } from './azure/seed.js';
import { googleEnvironment } from './google/google-environment.js';
import { writeOciEnvironment } from './oci/oci-environment.js';

export interface EmulatorAddresses {
  readonly awsUrl: string;
  readonly azureUrl: string;
  /** PEM of the authority that vouches for `azureUrl`. */
  readonly certificateAuthority: string;
}

/**
 * Environment variables with which the real SDKs and the driver reach the emulated clouds: none of them is special
 * to the emulator. Writes the files that the variables name into the directory.
 */
export function writeEnvironment(
  directory: string,
  { awsUrl, azureUrl, certificateAuthority }: EmulatorAddresses,
): Record<string, string> {
  const azureConfig = join(directory, 'azure.json');
  const authority = join(directory, 'ca.pem');
  writeFileSync(azureConfig, `${JSON.stringify(azureConfiguration(azureUrl), undefined, 2)}\n`);
  writeFileSync(authority, certificateAuthority);
  return {
    AWS_ENDPOINT_URL_FSX: awsUrl,
    AWS_ENDPOINT_URL_EC2: awsUrl,
    AWS_ENDPOINT_URL_STS: awsUrl,
    AWS_ENDPOINT_URL_SERVICE_QUOTAS: awsUrl,
    AWS_REGION: seed.region,
    // The AWS SDK for Python reads this one alone.
    AWS_DEFAULT_REGION: seed.region,
    // Amazon's own example keys: any pair is good, the emulator checks that requests are signed, not by whom.
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_EC2_METADATA_DISABLED: 'true',
    AZURE_CONFIG_FILE: azureConfig,
    AZURE_AUTHORITY_HOST: azureUrl,
    NODE_EXTRA_CA_CERTS: authority,
    ...googleEnvironment(directory, awsUrl),
    ...writeOciEnvironment(directory, azureUrl),
    ...directly(process.env),
  };
}

/**
 * Variables that exempt this machine from a proxy, where one is configured: the SDKs would send it these calls too.
 */
export function directly(environment: NodeJS.ProcessEnv): Record<string, string> {
  if (!Object.keys(environment).some((name) => /^https?_proxy$/i.test(name))) return {};
  const excepted = [environment['NO_PROXY'] ?? environment['no_proxy'], '127.0.0.1']
    .filter(Boolean)
    .join(',');
  return { NO_PROXY: excepted, no_proxy: excepted };
}

/** The cloud provider configuration of Kubernetes for Azure; cloud-provider-azure documents its fields. */
function azureConfiguration(azureUrl: string): Record<string, unknown> {
  const [network] = azureSeed.virtualNetworks;
  const [client] = azureSeed.clients;
  return {
    tenantId: azureSeed.tenantId,
    subscriptionId: azureSeed.subscriptionId,
    resourceGroup: network.resourceGroup,
    location: azureSeed.location,
    vnetName: network.name,
    vnetResourceGroup: network.resourceGroup,
    subnetName: network.subnets[0].name,
    aadClientId: client.clientId,
    aadClientSecret: client.clientSecret,
    resourceManagerEndpoint: azureUrl,
    useManagedIdentityExtension: false,
  };
}

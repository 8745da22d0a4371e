import { readFile } from 'node:fs/promises';
import { ConfigurationError, messageOf, type FlagDefinition, type Settings } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { cloudNamed, type AzureCloud } from './clouds.js';

export const configFileFlag = {
  name: 'azure-config-file',
  type: 'string',
  description: 'The cloud provider configuration of Kubernetes for Azure.',
  environment: 'AZURE_CONFIG_FILE',
  default: '/etc/kubernetes/azure.json',
  valueName: 'FILE',
} as const satisfies FlagDefinition;

const text = z.optional(z.string());
/** Tools have written booleans both ways. */
const flag = z.optional(
  z.union([
    z.boolean(),
    z.pipe(
      z.enum(['true', 'false', '']),
      z.transform((word) => word === 'true'),
    ),
  ]),
);

/** Fields of azure.json, as cloud-provider-azure names them, that this driver gives a meaning to. */
const fields = {
  tenantId: text,
  subscriptionId: text,
  networkResourceSubscriptionId: text,
  resourceGroup: text,
  location: text,
  vnetName: text,
  vnetResourceGroup: text,
  subnetName: text,
  cloud: text,
  resourceManagerEndpoint: text,
  aadClientId: text,
  aadClientSecret: text,
  useManagedIdentityExtension: flag,
  userAssignedIdentityID: text,
  useFederatedWorkloadIdentityExtension: flag,
  aadFederatedTokenFile: text,
};
const file = z.object(fields);

/** cloud-provider-azure reads field names in any case. */
const spelling = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));

/** Values of these fields. Declared, not inferred: the package's types name no schema library. */
interface AzureFile {
  readonly tenantId?: string | undefined;
  readonly subscriptionId?: string | undefined;
  readonly networkResourceSubscriptionId?: string | undefined;
  readonly resourceGroup?: string | undefined;
  readonly location?: string | undefined;
  readonly vnetName?: string | undefined;
  readonly vnetResourceGroup?: string | undefined;
  readonly subnetName?: string | undefined;
  readonly cloud?: string | undefined;
  readonly resourceManagerEndpoint?: string | undefined;
  readonly aadClientId?: string | undefined;
  readonly aadClientSecret?: string | undefined;
  readonly useManagedIdentityExtension?: boolean | undefined;
  readonly userAssignedIdentityID?: string | undefined;
  readonly useFederatedWorkloadIdentityExtension?: boolean | undefined;
  readonly aadFederatedTokenFile?: string | undefined;
}

/** What azure.json says: defaults of StorageClass parameters, the cloud, and how to prove who we are. */
export interface AzureConfig extends Omit<
  AzureFile,
  'subscriptionId' | 'cloud' | 'resourceManagerEndpoint' | 'networkResourceSubscriptionId'
> {
  /** The file itself, for messages. */
  readonly file: string;
  readonly subscriptionId: string;
  /** The subscription of virtual networks. */
  readonly networkSubscriptionId: string;
  readonly cloud: AzureCloud;
}

/** Reads azure.json from where the settings say it is.
 *  @throws ConfigurationError one line that names the file and what to write in it */
export async function readAzureConfig(settings: Settings): Promise<AzureConfig> {
  const path =
    settings.flag(configFileFlag.name) ??
    settings.environment(configFileFlag.environment) ??
    configFileFlag.default;
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError(
      `cannot read the Azure configuration ${path} (${messageOf(error)}): mount azure.json there, or set ` +
        `${configFileFlag.environment} to where it is`,
    );
  }
  return parseAzureConfig(content, path);
}

/** Reads the content of azure.json.
 *  @throws ConfigurationError one line that names the field and what to write there */
export function parseAzureConfig(content: string, path: string): AzureConfig {
  const { subscriptionId, cloud, resourceManagerEndpoint, networkResourceSubscriptionId, ...rest } =
    parseFields(content, path);
  if (!subscriptionId) {
    throw new ConfigurationError(
      `${path} has no subscriptionId: write the id of the Azure subscription there`,
    );
  }
  return {
    ...rest,
    file: path,
    subscriptionId,
    networkSubscriptionId: networkResourceSubscriptionId ?? subscriptionId,
    cloud: cloudNamed(cloud, resourceManagerEndpoint, path),
  };
}

function parseFields(content: string, path: string): AzureFile {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new ConfigurationError(
      `${path} is not JSON (${oneLine(messageOf(error))}): write azure.json there`,
    );
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ConfigurationError(`${path} is not a JSON object: write azure.json there`);
  }
  const outcome = z.safeParse(file, withKnownSpelling(json));
  if (outcome.success) return outcome.data;
  const [issue] = outcome.error.issues;
  const name = String(issue?.path[0] ?? '');
  const legal = name.startsWith('use') ? 'true or false' : 'a string';
  throw new ConfigurationError(`${name} in ${path} must be ${legal}`);
}

/** Empty strings and null mean the same as no field at all. */
function withKnownSpelling(json: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(json)
      .filter(([, value]) => value !== '' && value !== null)
      .map(([name, value]) => [spelling.get(name.toLowerCase()) ?? name, value as unknown]),
  );
}

const oneLine = (words: string): string => words.replace(/\s+/g, ' ');

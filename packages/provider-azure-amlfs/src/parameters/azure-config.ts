import { readFile } from 'node:fs/promises';
import { ConfigurationError, messageOf, type Settings } from '@lustre-csi/core';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod/mini';
import { cloudNamed, type AzureCloud } from './clouds.js';
import { configFileFlag } from './flags.js';

const text = z.optional(z.string());
/** Boolean, which some tools write as a string. */
const flag = z.optional(
  z.union([
    z.boolean(),
    z.pipe(
      z.enum(['true', 'false', '']),
      z.transform((word) => word === 'true'),
    ),
  ]),
);

/** Fields of azure.json that this driver uses, in the spelling of cloud-provider-azure. */
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

/** Spelling of each field name by its lower case: cloud-provider-azure ignores case. */
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

/** Content of azure.json: defaults of StorageClass parameters, the cloud, and the identity of the driver. */
export interface AzureConfig extends Omit<
  AzureFile,
  'subscriptionId' | 'cloud' | 'resourceManagerEndpoint' | 'networkResourceSubscriptionId'
> {
  /** Path of the file, for messages. */
  readonly file: string;
  readonly subscriptionId: string;
  /** Subscription of virtual networks. */
  readonly networkSubscriptionId: string;
  readonly cloud: AzureCloud;
  /** Reason for which nothing is known of Azure: the file does not exist. Absent: it was read. */
  readonly missing?: string;
}

/** Reads azure.json from the path in the settings. A file that does not exist is no error: static volumes need none, and
 *  azurelustre-csi-driver starts without it, too.
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
    const message =
      `cannot read the Azure configuration ${path} (${messageOf(error)}): mount azure.json there, or set ` +
      `${configFileFlag.environment} to its path`;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missingConfig(path, message);
    throw new ConfigurationError(message);
  }
  return parseAzureConfig(content, path);
}

const missingConfig = (path: string, missing: string): AzureConfig => ({
  file: path,
  subscriptionId: '',
  networkSubscriptionId: '',
  cloud: cloudNamed(undefined, undefined, path),
  missing,
});

/** Reads the content of azure.json: JSON or, as cloud-provider-azure reads it, YAML, with or without a byte order mark.
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
  const json = parseText(content.replace(/^\uFEFF/, ''), path);
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

function parseText(content: string, path: string): unknown {
  try {
    return JSON.parse(content);
  } catch (jsonError) {
    try {
      return parseYaml(content, { logLevel: 'error' });
    } catch {
      throw new ConfigurationError(
        `${path} is not JSON (${oneLine(messageOf(jsonError))}), nor YAML: write azure.json there`,
      );
    }
  }
}

/** Normalizes field names and drops empty fields: an empty string and null mean the same as no field. */
function withKnownSpelling(json: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(json)
      .filter(([, value]) => value !== '' && value !== null)
      .map(([name, value]) => [spelling.get(name.toLowerCase()) ?? name, value as unknown]),
  );
}

const oneLine = (words: string): string => words.replace(/\s+/g, ' ');

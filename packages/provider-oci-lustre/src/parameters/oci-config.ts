import { ConfigurationError, type Settings } from '@lustre-csi/core';
import { readConfigFile, type ConfigFile } from './config-file.js';
import type { OciFlag } from './flags.js';

/** Kinds of identities of the controller. */
export const authMethods = ['user-key', 'instance-principal', 'workload-identity'] as const;

export type AuthMethod = (typeof authMethods)[number];

/** Settings of the controller. */
export interface OciConfig extends Omit<ConfigFile, 'compartmentId' | 'usesInstancePrincipal'> {
  readonly auth: AuthMethod;
  /** Compartments of file systems, the default first; empty: that of the instance. */
  readonly compartmentIds: readonly string[];
  readonly realmDomain: string | undefined;
  readonly lustreEndpoint: URL | undefined;
  readonly identityEndpoint: URL | undefined;
}

/** Reads the settings of the controller. Calls no API.
 *  @throws ConfigurationError one line that names the setting which is missing or wrong */
export async function readOciConfig(settings: Settings): Promise<OciConfig> {
  const flag = (name: OciFlag): string | undefined => settings.flag(name) || undefined;
  const path = flag('oci-config-file') ?? settings.environment('CONFIG_YAML_FILENAME');
  const profile = settings.environment('OCI_CONFIG_PROFILE') ?? 'DEFAULT';
  const { compartmentId, usesInstancePrincipal, ...file } =
    path === undefined ? ({} as ConfigFile) : await readConfigFile(path, profile);
  const hasKey = file.key !== undefined && !usesInstancePrincipal;
  const config: OciConfig = {
    ...file,
    auth: authMethod(flag('oci-auth'), hasKey, settings),
    region: flag('oci-region') ?? file.region ?? settings.environment('OCI_RESOURCE_PRINCIPAL_REGION'),
    compartmentIds: compartmentIdsIn(flag('oci-compartment-id') ?? compartmentId ?? ''),
    realmDomain: flag('oci-realm-domain'),
    lustreEndpoint: urlIn('oci-lustre-endpoint', flag('oci-lustre-endpoint')),
    identityEndpoint: urlIn('oci-identity-endpoint', flag('oci-identity-endpoint')),
  };
  if (config.auth === 'user-key') checkUserKey(config, path);
  return config;
}

function authMethod(given: string | undefined, hasKey: boolean, settings: Settings): AuthMethod {
  const method = authMethods.find((name) => name === given);
  if (method !== undefined) return method;
  if (given !== undefined)
    throw new ConfigurationError(`--oci-auth is "${given}"; legal: ${authMethods.join(', ')}`);
  if (hasKey) return 'user-key';
  const isWorkload = settings.environment('OCI_RESOURCE_PRINCIPAL_VERSION') !== undefined;
  return isWorkload ? 'workload-identity' : 'instance-principal';
}

function checkUserKey(config: OciConfig, path: string | undefined): void {
  if (path === undefined)
    throw new ConfigurationError('--oci-auth user-key needs a configuration file: --oci-config-file');
  for (const name of ['tenancyId', 'userId', 'fingerprint', 'key', 'region'] as const) {
    if (!config[name])
      throw new ConfigurationError(`${path} has no ${namesInFile[name]}, which a user key needs`);
  }
}

const namesInFile = {
  tenancyId: 'tenancy',
  userId: 'user',
  fingerprint: 'fingerprint',
  key: 'key_file (auth.key in YAML)',
  region: 'region',
};

function compartmentIdsIn(list: string): readonly string[] {
  const ids = list
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const wrong = ids.find((id) => !/^ocid1\.(?:compartment|tenancy)\./.test(id));
  if (wrong === undefined) return ids;
  throw new ConfigurationError(`--oci-compartment-id: "${wrong}" is not the OCID of a compartment`);
}

function urlIn(flag: OciFlag, text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return new URL(text);
  throw new ConfigurationError(`--${flag} is "${text}": write an address such as https://lustre.example.com`);
}

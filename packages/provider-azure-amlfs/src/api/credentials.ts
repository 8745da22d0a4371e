import { ConfigurationError, type Settings } from '@lustre-csi/core';
import type { AzureConfig } from '../parameters/azure-config.js';

/** Identity with which the driver authenticates, chosen from azure.json and the environment. */
export type Identity =
  | {
      readonly kind: 'workload';
      readonly tenantId: string;
      readonly clientId: string;
      readonly tokenFile: string;
    }
  | { readonly kind: 'managed'; readonly clientId?: string; readonly resourceId?: string }
  | {
      readonly kind: 'secret';
      readonly tenantId: string;
      readonly clientId: string;
      readonly secret: string;
    };

/** Placeholder that AKS writes into azure.json where there is no service principal. */
const NO_PRINCIPAL = 'msi';

type Find = (config: AzureConfig, settings: Settings) => Identity | undefined;

/** Finders in their order: the environment's client secret, as in DefaultAzureCredential of the Go driver; then those of
 *  cloud-provider-azure: federated token, managed identity, client secret. */
const finders: readonly Find[] = [environmentSecret, workloadIdentity, managedIdentity, clientSecret];

/**
 * Chooses the identity. The environment variables are those of @azure/identity, which AKS Workload Identity sets;
 * AZURE_CLIENT_ID takes precedence over the ids in azure.json, as in azurelustre-csi-driver.
 * @throws ConfigurationError naming what to write
 */
export function chooseIdentity(config: AzureConfig, settings: Settings): Identity {
  for (const find of finders) {
    const identity = find(config, settings);
    if (identity) return identity;
  }
  throw new ConfigurationError(
    `${config.file} names no identity: write useManagedIdentityExtension: true, or aadClientId and ` +
      `aadClientSecret, or run the controller with AKS Workload Identity`,
  );
}

/** Reads the three variables of EnvironmentCredential; they count together only. */
function environmentSecret(_config: AzureConfig, settings: Settings): Identity | undefined {
  const tenantId = settings.environment('AZURE_TENANT_ID');
  const clientId = settings.environment('AZURE_CLIENT_ID');
  const secret = settings.environment('AZURE_CLIENT_SECRET');
  if (tenantId === undefined || clientId === undefined || secret === undefined) return undefined;
  return { kind: 'secret', tenantId, clientId, secret };
}

function workloadIdentity(config: AzureConfig, settings: Settings): Identity | undefined {
  const tokenFile = settings.environment('AZURE_FEDERATED_TOKEN_FILE') ?? config.aadFederatedTokenFile;
  if (!config.useFederatedWorkloadIdentityExtension && !settings.environment('AZURE_FEDERATED_TOKEN_FILE')) {
    return undefined;
  }
  const clientId = clientIdOf(config, settings);
  const path = config.file;
  return {
    kind: 'workload',
    tenantId: required(tenantOf(config, settings), 'tenantId', path),
    clientId: required(clientId, 'aadClientId', path),
    tokenFile: required(tokenFile, 'aadFederatedTokenFile', path),
  };
}

function managedIdentity(config: AzureConfig, settings: Settings): Identity | undefined {
  if (!config.useManagedIdentityExtension) return undefined;
  const id = settings.environment('AZURE_CLIENT_ID') ?? config.userAssignedIdentityID;
  if (id === undefined) return { kind: 'managed' };
  return id.startsWith('/') ? { kind: 'managed', resourceId: id } : { kind: 'managed', clientId: id };
}

function clientSecret(config: AzureConfig, settings: Settings): Identity | undefined {
  const clientId = clientIdOf(config, settings);
  const secret = given(config.aadClientSecret) ?? settings.environment('AZURE_CLIENT_SECRET');
  if (clientId === undefined || secret === undefined) return undefined;
  const tenantId = required(tenantOf(config, settings), 'tenantId', config.file);
  return { kind: 'secret', tenantId, clientId, secret };
}

const tenantOf = (config: AzureConfig, settings: Settings): string | undefined =>
  settings.environment('AZURE_TENANT_ID') ?? config.tenantId;

const clientIdOf = (config: AzureConfig, settings: Settings): string | undefined =>
  settings.environment('AZURE_CLIENT_ID') ?? given(config.aadClientId);

const given = (value: string | undefined): string | undefined => (value === NO_PRINCIPAL ? undefined : value);

function required(value: string | undefined, field: string, path: string): string {
  if (value !== undefined) return value;
  throw new ConfigurationError(`${path} has no ${field}, which its identity needs: write it there`);
}

/** Address of the authority that issues tokens. */
export const authorityOf = (config: AzureConfig, settings: Settings): string =>
  settings.environment('AZURE_AUTHORITY_HOST') ?? config.cloud.authority;

/** Checks in the beginning what the SDK would refuse with the first request for a token.
 *  @throws ConfigurationError naming what to write */
export function checkIdentity(identity: Identity, authority: string, path: string): void {
  if (identity.kind === 'managed') return;
  if (!/^[0-9a-zA-Z.-]+$/.test(identity.tenantId)) {
    throw new ConfigurationError(
      `"${identity.tenantId}" is no tenant: write its id in AZURE_TENANT_ID, or as tenantId in ${path}`,
    );
  }
  if (!authority.startsWith('https:')) {
    throw new ConfigurationError(
      `the authority "${authority}" would get secrets in the clear: write an address with https in AZURE_AUTHORITY_HOST`,
    );
  }
}

/** Endpoint from which @azure/identity requests tokens of managed identities. */
const INSTANCE_METADATA = 'http://169.254.169.254';

/** Describes the requests for tokens of the identity: the beginning of a sentence. */
export function tokenSource(identity: Identity, config: AzureConfig, settings: Settings): string {
  if (identity.kind === 'managed') {
    const endpoint = settings.environment('AZURE_POD_IDENTITY_AUTHORITY_HOST') ?? INSTANCE_METADATA;
    const id = identity.clientId ?? identity.resourceId;
    const name = id === undefined ? 'the system-assigned identity' : `the managed identity ${id}`;
    return `the request to the instance metadata service ${endpoint} for a token of ${name}`;
  }
  const { kind, tenantId, clientId } = identity;
  const name = kind === 'workload' ? 'the workload identity' : 'the service principal';
  return `the request to the authority ${authorityOf(config, settings)} for a token of ${name} ${clientId} in tenant ${tenantId}`;
}

import { readFileSync } from 'node:fs';
import {
  ConfigurationError,
  messageOf,
  systemClock,
  type Clock,
  type ControllerProvider,
  type ProviderContext,
  type Settings,
} from '@lustre-csi/core';
import { agentsFor } from '@lustre-csi/core/network';
import { AvailabilityDomains } from './api/availability-domains.js';
import { SessionCredentials, userKeyCredentials, type Credentials } from './api/credentials.js';
import { httpExchange, type HttpExchange } from './api/http-exchange.js';
import { InstanceMetadata } from './api/instance-metadata.js';
import { openInstanceSession } from './api/instance-principal.js';
import { OciApi } from './api/oci-api.js';
import { OciSite } from './api/oci-site.js';
import { openWorkloadSession, serviceAccount, WORKLOAD_IDENTITY_PORT } from './api/workload-identity.js';
import { BasePathTags } from './operations/base-path-tags.js';
import { LustreDeletion } from './operations/deletion.js';
import { LustreExpansion } from './operations/expansion.js';
import { FileSystemReader } from './operations/file-system-reader.js';
import { LustreFileSystems } from './operations/file-systems.js';
import { LustreModification } from './operations/modification.js';
import { WorkRequests } from './operations/work-requests.js';
import { readOciConfig, type OciConfig } from './parameters/oci-config.js';

export { lustreParameterSchema } from './parameters/parameters.js';

/**
 * Builds the controller side from the settings. Calls no cloud API.
 * @param given exchange with OCI; absent: HTTP as the environment wants it
 * @param clock measures the pauses between repeated calls
 * @throws ConfigurationError one line that names the missing or wrong setting
 */
export async function buildController(
  settings: Settings,
  context: ProviderContext,
  given?: HttpExchange,
  clock: Clock = systemClock,
): Promise<ControllerProvider> {
  const config = await readOciConfig(settings);
  const send = given ?? httpExchange({ agents: await agentsFor((name) => settings.environment(name)) });
  const metadata = new InstanceMetadata(send, settings.environment('OCI_METADATA_BASE_URL'));
  const site = new OciSite(config, () => metadata.facts());
  const api = new OciApi({
    send,
    credentials: newCredentials(config, settings, { send, metadata, site }),
    endpoint: (service) => site.endpoint(service),
    userAgent: `${context.driverName}/${context.driverVersion}`,
    clock,
  });
  return newFileSystems(
    api,
    site,
    { compartmentIds: config.compartmentIds, clusterId: context.clusterId },
    clock,
  );
}

interface Surroundings {
  readonly send: HttpExchange;
  readonly metadata: InstanceMetadata;
  readonly site: OciSite;
}

function newCredentials(config: OciConfig, settings: Settings, around: Surroundings): Credentials {
  if (config.auth === 'user-key') return userKeyCredentials(config);
  if (config.auth === 'workload-identity') return workloadCredentials(settings);
  const { send, metadata, site } = around;
  // The variable of the SDKs.
  const given = settings.environment('OCI_SDK_AUTH_CLIENT_REGION_URL');
  const authUrl = given === undefined ? () => site.authUrl() : async () => given.replace(/\/$/, '');
  return new SessionCredentials(() => openInstanceSession({ send, metadata, authUrl }));
}

/** Credentials of the pod's service account. The variables are those of the SDKs.
 *  @throws ConfigurationError outside a cluster */
function workloadCredentials(settings: Settings): Credentials {
  const host = settings.environment('KUBERNETES_SERVICE_HOST');
  if (host === undefined)
    throw new ConfigurationError(
      '--oci-auth workload-identity needs the variable KUBERNETES_SERVICE_HOST: it works in pods of OKE only',
    );
  const caFile = settings.environment('OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH') ?? serviceAccount.ca;
  const tokenFile = settings.environment('OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH') ?? serviceAccount.token;
  const send = httpExchange({ ca: authorityIn(caFile) });
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${WORKLOAD_IDENTITY_PORT}`;
  return new SessionCredentials(() => openWorkloadSession({ send, url, tokenFile }));
}

function authorityIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`cannot read the certificate authority of the cluster: ${messageOf(error)}`);
  }
}

function newFileSystems(
  api: OciApi,
  site: OciSite,
  options: { readonly compartmentIds: readonly string[]; readonly clusterId: string },
  clock: Clock,
): LustreFileSystems {
  const works = new WorkRequests(api);
  const reader = new FileSystemReader({ api, works, site, ...options });
  return new LustreFileSystems(
    {
      api,
      reader,
      domains: new AvailabilityDomains(api),
      deletion: new LustreDeletion(api, reader, works),
      expansion: new LustreExpansion(api, reader, works),
      modification: new LustreModification(api, reader, works),
      basePaths: new BasePathTags(api, reader, clock),
    },
    options,
  );
}

import {
  systemClock,
  type Clock,
  type ControllerProvider,
  type ProviderContext,
  type Settings,
} from '@lustre-csi/core';
import { agentsFor } from '@lustre-csi/core/network';
import { AccessTokens } from './api/access-token.js';
import { tokenSource } from './api/credentials.js';
import { httpSender } from './api/http-request.js';
import { LongRunningOperations } from './api/long-running.js';
import { LustreApi } from './api/lustre-api.js';
import { defaultRetries, RetryPolicy, type RetryOptions } from './api/retry-policy.js';
import { MetadataServer } from './node/metadata-server.js';
import { CreationWatch } from './operations/creation-watch.js';
import { DataImport } from './operations/data-import.js';
import { InstanceExpansion } from './operations/expansion.js';
import { ManagedLustreFileSystems } from './operations/file-systems.js';
import { InstanceReader } from './operations/instance-reader.js';
import { InstanceModification } from './operations/modification.js';
import { DriverProject } from './operations/project.js';
import { WatchedChanges } from './operations/watched-changes.js';
import { readCloudConfig, type CloudConfig } from './parameters/cloud-config.js';

export { managedLustreParameterSchema } from './parameters/parameters.js';

/**
 * Builds the controller side from the settings. Calls no cloud API.
 * @param retries pace of repeated requests
 * @param clock measures the limits of requests and tokens
 * @throws ConfigurationError one line that names the missing or wrong setting
 */
export async function buildController(
  settings: Settings,
  context: ProviderContext,
  retries: RetryOptions = defaultRetries,
  clock: Clock = systemClock,
): Promise<ControllerProvider> {
  const config = await readCloudConfig(settings);
  const agents = await agentsFor((name) => settings.environment(name));
  const tokens = new AccessTokens(tokenSource(settings, agents), clock);
  const api = new LustreApi(httpSender(agents), tokens, {
    endpoint: config.endpoint,
    userAgent: `${context.driverName}/${context.driverVersion}`,
    retries: new RetryPolicy(retries),
    clock,
  });
  const project = new DriverProject(config, new MetadataServer(settings));
  return newFileSystems(api, project, config, context);
}

function newFileSystems(
  api: LustreApi,
  project: DriverProject,
  { legacyPort }: CloudConfig,
  { clusterId, log }: ProviderContext,
): ManagedLustreFileSystems {
  const operations = new LongRunningOperations(api);
  const creations = new CreationWatch(operations);
  const reader = new InstanceReader(api, creations, { clusterId, log });
  const parts = {
    project,
    reader,
    operations,
    creations,
    deletions: new WatchedChanges<'deletion'>(operations),
    imports: new DataImport(api, operations),
    expansion: new InstanceExpansion(api, reader, operations),
    modification: new InstanceModification({ api, reader, operations }),
  };
  return new ManagedLustreFileSystems(api, parts, { clusterId, legacyPort });
}

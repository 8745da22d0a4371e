import type { CommonClientOptions } from '@azure/core-client';
import type { TokenCredential } from '@azure/identity';
import {
  DriverError,
  systemClock,
  type Clock,
  type ControllerProvider,
  type ProviderContext,
  type Settings,
} from '@lustre-csi/core';
import { armOperations } from './api/arm-operations.js';
import { Arm } from './api/arm.js';
import { withObservedTokens } from './api/observe-requests.js';
import { throughProxies } from './api/through-proxies.js';
import { readAzureConfig, type AzureConfig } from './parameters/azure-config.js';
import { boundedCredential } from './api/bounded-credential.js';
import { authorityOf, checkIdentity, chooseIdentity, tokenSource } from './api/credentials.js';
import { deferredCredential } from './api/deferred-credential.js';
import { DataJobCompletion } from './operations/data-jobs.js';
import { AmlExpansion } from './operations/expansion.js';
import { FailedOperations } from './api/failed-operations.js';
import { FileSystemReader } from './operations/file-system-reader.js';
import { AmlFileSystems } from './operations/file-systems.js';
import { AmlModification } from './operations/modification.js';
import { Preflight } from './operations/preflight.js';
import { SkuCatalogue } from './api/skus.js';
import { inWords } from './api/tolerant-json.js';
import { SubscriptionListing } from './operations/subscription-listing.js';

export { amlParameterSchema } from './parameters/parameters.js';

/**
 * Builds the controller side from the settings. Calls no cloud API.
 * @param given options of HTTP requests to ARM and to the authority: TLS, proxy, retries
 * @param clock measures the limits of requests for tokens and SKUs
 * @throws ConfigurationError one line that names the missing or wrong setting
 */
export async function buildController(
  settings: Settings,
  context: ProviderContext,
  given: CommonClientOptions = {},
  clock: Clock = systemClock,
): Promise<ControllerProvider> {
  const pipeline = await throughProxies(given, settings);
  const forTokens = withObservedTokens(pipeline, context.cloudRequests);
  const config = await readAzureConfig(settings);
  if (config.missing !== undefined) context.log.warn({}, `only static volumes are served: ${config.missing}`);
  const arm = newArm(newCredential(config, settings, forTokens, clock), config, context, pipeline);
  const skus = new SkuCatalogue((signal) => arm.call(armOperations.listSkus, undefined, signal), clock);
  return newFileSystems(arm, skus, config, context);
}

export function newCredential(
  config: AzureConfig,
  settings: Settings,
  pipeline: CommonClientOptions,
  clock: Clock,
): TokenCredential {
  const { missing } = config;
  if (missing !== undefined) return missingCredential(missing);
  const identity = chooseIdentity(config, settings);
  const authority = authorityOf(config, settings);
  checkIdentity(identity, authority, config.file);
  const credential = deferredCredential(async () => {
    const { createCredential } = await import('./api/create-credential.js');
    return createCredential(identity, authority, pipeline);
  });
  return boundedCredential(credential, tokenSource(identity, config, settings), clock);
}

/** Creates a credential that fails each call before it reaches Azure. */
const missingCredential = (reason: string): TokenCredential => ({
  getToken: async () => {
    throw new DriverError('unavailable', reason);
  },
});

export function newArm(
  credential: TokenCredential,
  { subscriptionId, cloud }: AzureConfig,
  { driverName, driverVersion, cloudRequests: requests }: ProviderContext,
  pipeline: CommonClientOptions,
): Arm {
  return new Arm(credential, {
    subscriptionId,
    endpoint: cloud.resourceManager,
    scope: cloud.scope,
    userAgent: `${driverName}/${driverVersion}`,
    pipeline,
    requests,
  });
}

function newFailedOperations(arm: Arm): FailedOperations {
  return new FailedOperations(async (location, id, signal) => {
    const { error, status } = await arm.call(armOperations.getOperation, { location, id }, signal);
    const words = inWords(': ', error?.code, error?.message);
    return words || (/^(failed|canceled)$/i.test(status ?? '') ? status : undefined);
  });
}

function newFileSystems(
  arm: Arm,
  skus: SkuCatalogue,
  config: AzureConfig,
  { clusterId, log }: ProviderContext,
): AmlFileSystems {
  const failed = newFailedOperations(arm);
  const reader = new FileSystemReader(arm, failed, { clusterId, log });
  const preflight = new Preflight(arm, log);
  const parts = {
    skus,
    failed,
    reader,
    listing: new SubscriptionListing(reader, config, log),
    preflight,
    jobs: new DataJobCompletion(arm, () => Date.now()),
    expansion: new AmlExpansion(arm, reader, skus, preflight, failed),
    modification: new AmlModification(arm, reader, failed),
  };
  return new AmlFileSystems(arm, parts, { config, clusterId });
}

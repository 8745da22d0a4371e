import 'reflect-metadata';
import type { CommonClientOptions } from '@azure/core-client';
import type { TokenCredential } from '@azure/identity';
import type { ControllerProvider, ProviderContext, Settings } from '@lustre-csi/core';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import { Arm, type ArmOptions } from './arm.js';
import { readAzureConfig, type AzureConfig } from './azure-config.js';
import { chooseIdentity, createCredential } from './credentials.js';
import { FailedOperations } from './failed-operations.js';
import { AmlFileSystems } from './file-systems.js';
import { SkuCatalogue } from './skus.js';

/** What the controller side is built from. */
export interface AzureAmlfsOptions {
  readonly settings: Settings;
  readonly context: ProviderContext;
  readonly config: AzureConfig;
  /** How HTTP requests to ARM and to the authority are sent: TLS, proxy, retries. */
  readonly pipeline: CommonClientOptions;
}

/** Identifiers of what the module binds, for containers that replace a part of it. */
export const azureAmlfsTokens = {
  credential: Symbol.for('@lustre-csi/provider-azure-amlfs/credential') as ServiceIdentifier<TokenCredential>,
} as const;

/** Binds the controller side of Azure Managed Lustre. Calls no cloud API. */
export function azureAmlfsModule({
  settings,
  context,
  config,
  pipeline,
}: AzureAmlfsOptions): ContainerModule {
  const { driverName, driverVersion, clusterId, log } = context;
  const armOptions: ArmOptions = {
    subscriptionId: config.subscriptionId,
    endpoint: config.cloud.resourceManager,
    scope: config.cloud.scope,
    userAgent: `${driverName}/${driverVersion}`,
    pipeline,
  };
  return new ContainerModule(({ bind }) => {
    const { credential } = azureAmlfsTokens;
    bind(credential)
      .toResolvedValue(() => createCredential(chooseIdentity(config, settings), config, settings, pipeline))
      .inSingletonScope();
    bind(Arm)
      .toResolvedValue((proof: TokenCredential) => new Arm(proof, armOptions), [credential])
      .inSingletonScope();
    bind(SkuCatalogue)
      .toResolvedValue((arm: Arm) => new SkuCatalogue(() => arm.listSkus()), [Arm])
      .inSingletonScope();
    bind(FailedOperations)
      .toResolvedValue(
        (arm: Arm) => new FailedOperations((...operation) => arm.failureOf(...operation)),
        [Arm],
      )
      .inSingletonScope();
    bind(AmlFileSystems)
      .toResolvedValue(
        (arm: Arm, skus: SkuCatalogue, failed: FailedOperations) =>
          new AmlFileSystems(arm, skus, failed, { config, clusterId, log }),
        [Arm, SkuCatalogue, FailedOperations],
      )
      .inSingletonScope();
  });
}

/**
 * Builds the controller side.
 * @param pipeline how HTTP requests to ARM and to the authority are sent: TLS, proxy, retries
 * @throws ConfigurationError one line that names the setting which is missing or wrong
 */
export async function buildController(
  settings: Settings,
  context: ProviderContext,
  pipeline: CommonClientOptions = {},
): Promise<ControllerProvider> {
  const config = await readAzureConfig(settings);
  const container = new Container();
  container.load(azureAmlfsModule({ settings, context, config, pipeline }));
  return container.get(AmlFileSystems);
}

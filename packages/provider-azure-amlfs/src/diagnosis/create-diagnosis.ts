import type { CommonClientOptions } from '@azure/core-client';
import {
  ConfigurationError,
  systemClock,
  type CloudDiagnosis,
  type CloudEndpoint,
  type ProviderContext,
  type Settings,
} from '@lustre-csi/core';
import { agentsFor, reachEndpoint } from '@lustre-csi/core/network';
import { authorityOf, chooseIdentity, tokenSource } from '../api/credentials.js';
import { throughProxies } from '../api/through-proxies.js';
import { newArm, newCredential } from '../module.js';
import { readAzureConfig } from '../parameters/azure-config.js';
import { AmlDiagnosis } from './aml-diagnosis.js';

/** Creates the diagnosis of the controller's Azure subscription. Calls no cloud API.
 *  @param given options of HTTP requests, as for the controller; `ca` is the authority of the requests to endpoints
 *  @throws ConfigurationError as the controller, and where there is no azure.json */
export async function createDiagnosis(
  settings: Settings,
  context: ProviderContext,
  given: CommonClientOptions = {},
  ca?: string,
): Promise<CloudDiagnosis> {
  const config = await readAzureConfig(settings);
  if (config.missing !== undefined) throw new ConfigurationError(config.missing);
  const pipeline = await throughProxies(given, settings);
  const credential = newCredential(config, settings, pipeline, systemClock);
  const identity = chooseIdentity(config, settings);
  const reach = async (signal: AbortSignal): Promise<readonly CloudEndpoint[]> => {
    const agents = await agentsFor((name) => settings.environment(name));
    const all = [{ name: 'Azure Resource Manager', url: config.cloud.resourceManager }];
    // Managed identities get their tokens from the machine.
    if (identity.kind !== 'managed') all.push({ name: 'Entra ID', url: authorityOf(config, settings) });
    return Promise.all(all.map((each) => reachEndpoint(each, { signal, agents, ca })));
  };
  return new AmlDiagnosis({
    arm: newArm(credential, config, context, pipeline),
    credential,
    config,
    tokenSource: tokenSource(identity, config, settings),
    reach,
  });
}

import type { CommonClientOptions } from '@azure/core-client';
import type { Settings } from '@lustre-csi/core';
import { agentsFor } from '@lustre-csi/core/network';
import { defaultHttpClient } from './default-http-client.js';

/** Options whose requests use the proxies and the authorities of the environment. The SDK's own proxy policy reads NO_PROXY
 *  without subnets and ports; what it chooses is replaced.
 *  @throws ConfigurationError naming the variable */
export async function throughProxies(
  options: CommonClientOptions,
  settings: Pick<Settings, 'environment'>,
): Promise<CommonClientOptions> {
  const agents = await agentsFor((name) => settings.environment(name));
  if (!agents) return options;
  const client = options.httpClient ?? defaultHttpClient();
  return {
    ...options,
    httpClient: {
      sendRequest: (request) => {
        request.agent = request.url.startsWith('https:') ? agents.https : agents.http;
        return client.sendRequest(request);
      },
    },
  };
}

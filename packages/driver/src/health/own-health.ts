import { connectCsi } from '@lustre-csi/core/client';
import { grpcAddress } from '@lustre-csi/core/server';
import type { Config } from '../config/config.js';
import { mountHelper } from '../config/mount-helper.js';
import type { HttpListener } from '../http/http-listener.js';
import type { PluginRegistration } from '../kubernetes/plugin-registration.js';
import type { HealthCheck } from './health-checks.js';
import { serveHealth } from './health-server.js';
import { requireLustreClient } from './lustre-client-check.js';

/** Time limit of the call, in milliseconds. */
const CALL_MS = 3_000;

/** Serves the health of this process: it calls its own socket, as livenessprobe does beside other drivers.
 *  @throws ConfigurationError naming the flag */
export async function serveOwnHealth(
  address: string,
  { endpoint, mode, settings }: Pick<Config, 'endpoint' | 'mode' | 'settings'>,
  registration?: Pick<PluginRegistration, 'requireSocket' | 'requireRegistered'>,
): Promise<HttpListener> {
  const client = connectCsi(grpcAddress(endpoint));
  const csi: HealthCheck = {
    name: 'csi',
    run: async () => {
      const { ready } = await client.identity.probe({}, { deadline: Date.now() + CALL_MS });
      if (ready === false) throw new Error('the driver is not ready');
    },
  };
  const lustre: HealthCheck = {
    name: 'lustre-client',
    run: () => requireLustreClient(mountHelper(settings) !== 'require'),
  };
  const listener = await serveHealth(address, {
    live: registration ? [csi, { name: 'registration', run: () => registration.requireSocket() }] : [csi],
    ready: [
      csi,
      ...(registration ? [{ name: 'registration', run: () => registration.requireRegistered() }] : []),
      ...(mode === 'controller' ? [] : [lustre]),
    ],
  });
  const stop = async (): Promise<void> => {
    client.close();
    await listener.stop();
  };
  return { address: listener.address, stop };
}

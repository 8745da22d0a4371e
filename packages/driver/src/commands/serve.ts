import { serve, type ServedService } from '@lustre-csi/core';
import type { Config, Mode } from '../config.js';
import { createContainer, tokens } from '../container.js';
import { createLog } from '../logger.js';
import { version } from '../version.js';

type ServiceName = 'identityService' | 'controllerService' | 'nodeService';

const servicesOf: Readonly<Record<Mode, readonly ServiceName[]>> = {
  controller: ['identityService', 'controllerService'],
  node: ['identityService', 'nodeService'],
  all: ['identityService', 'controllerService', 'nodeService'],
};

/** Serves CSI until SIGTERM or SIGINT. A second signal ends the process at once.
 *  @throws ConfigurationError before anything is served */
export async function serveCommand(config: Config): Promise<void> {
  const { plugin, mode } = config;
  const log = createLog(config.logLevel, { driver: plugin.driverName, mode });
  for (const warning of config.warnings) log.warn({}, warning);
  const container = createContainer(config, log);
  const services: ServedService[] = [];
  for (const name of servicesOf[mode]) services.push(await container.getAsync(tokens[name]));
  const server = await serve({ endpoint: config.endpoint, services, log });
  log.info({ address: server.address, version, nodeId: config.nodeId }, 'serving CSI');
  const signal = await terminationSignal();
  log.info({ signal }, 'stopping: calls under way are finished or handed over, volumes stay mounted');
  await server.stop(config.shutdownGraceMs);
  log.info({}, 'stopped');
}

function terminationSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve(signal));
    }
  });
}

import type { Log } from '@lustre-csi/core';
import { describeVersions, readClientVersions, serve, type ServedService } from '@lustre-csi/core/server';
import type { Container } from 'inversify';
import { allObservers } from '../metrics/all-observers.js';
import type { Config, Mode } from '../config/config.js';
import { createContainer, tokens } from '../container/container.js';
import type { DriverDefinition } from '../driver-definition.js';
import { createLog } from '../logger.js';
import type { Metrics } from '../metrics/metrics.js';
import type { BackgroundTask } from '../kubernetes/startup-taint-removal.js';

type ServiceName = 'identityService' | 'controllerService' | 'nodeService';

const servicesOf: Readonly<Record<Mode, readonly ServiceName[]>> = {
  controller: ['identityService', 'controllerService'],
  node: ['identityService', 'nodeService'],
  all: ['identityService', 'controllerService', 'nodeService'],
};

const PRIVATE = 0o077;

/** Serves CSI until SIGTERM or SIGINT. A second signal ends the process at once.
 *  @throws ConfigurationError before the driver serves */
export async function serveCommand(config: Config, driver: DriverDefinition): Promise<void> {
  const { plugin, mode } = config;
  process.umask(PRIVATE); // Files that the driver and its children make are root's alone, however it was started.
  const standardLog = createLog(config.logLevel, { driver: plugin.driverName, mode });
  const container = await createContainer(driver, config, standardLog);
  const log = container.get(tokens.log);
  for (const warning of config.warnings) log.warn({}, warning);
  const services: ServedService[] = [];
  for (const name of servicesOf[mode]) services.push(await container.getAsync(tokens[name]));
  const removeStartupTaint = await startupTaintRemovalOf(config, container);
  const metrics = await metricsOf(config, container);
  if (metrics) log.info({ address: metrics.address }, 'serving metrics');
  const server = await serve({
    endpoint: config.endpoint,
    services,
    log,
    observer: allObservers(container.get(tokens.kubeletRegistration), ...(metrics ? [metrics.observer] : [])),
  }).catch(async (error: unknown) => {
    await metrics?.stop(); // Its server would keep the process of the caller alive.
    throw error;
  });
  log.info({ address: server.address, version: driver.version, nodeId: config.nodeId }, 'serving CSI');
  if (mode !== 'controller') void reportClientVersions(log);
  const stopping = new AbortController();
  const startupTaintRemoved = removeStartupTaint?.(stopping.signal);
  const signal = await terminationSignal();
  stopping.abort();
  log.info({ signal }, 'stopping: calls in progress are finished or handed over, volumes stay mounted');
  await server.stop(config.shutdownGraceMs);
  await startupTaintRemoved;
  await metrics?.stop();
  log.info({}, 'stopped');
}

/** Logs the releases of the client's halves, and a warning where they do not fit. */
async function reportClientVersions(log: Log): Promise<void> {
  const versions = await readClientVersions();
  const warning = describeVersions(versions);
  if (warning === undefined) log.info(versions, 'releases of the Lustre client');
  else log.warn(versions, warning);
}

/** Prepares the removal of the startup taint, which keeps pods away until the node can mount; controllers have none. */
async function startupTaintRemovalOf(
  { mode }: Config,
  container: Container,
): Promise<BackgroundTask | undefined> {
  return mode === 'controller' ? undefined : container.getAsync(tokens.startupTaintRemoval);
}

/** Serves metrics where `--metrics-address` requests them. Their library costs memory on each node: it is loaded only then. */
async function metricsOf(
  { settings, plugin, mode }: Config,
  container: Container,
): Promise<Metrics | undefined> {
  const address = settings.flag('metrics-address');
  if (address === undefined) return undefined;
  const { serveMetrics } = await import('../metrics/metrics.js');
  const engine = mode === 'controller' ? undefined : await container.getAsync(tokens.nodeEngine);
  return serveMetrics(address, plugin.driverName, engine);
}

function terminationSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve(signal));
    }
  });
}

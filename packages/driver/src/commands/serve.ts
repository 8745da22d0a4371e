import type { Log } from '@lustre-csi/core';
import { describeVersions, readClientVersions, serve, type ServedService } from '@lustre-csi/core/server';
import type { Container } from 'inversify';
import { allObservers } from '../metrics/all-observers.js';
import type { Config, Mode } from '../config/config.js';
import { createContainer, tokens } from '../container/container.js';
import type { DriverDefinition } from '../driver-definition.js';
import type { HttpListener } from '../http/http-listener.js';
import { limitHeapGrowth } from './heap-growth.js';
import { terminationSignal } from './termination-signal.js';
import { NodeWatch } from '../health/node-watch.js';
import { createLog } from '../logger.js';
import { readRegistration } from '../kubernetes/own-registration.js';
import type { PluginRegistration } from '../kubernetes/plugin-registration.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Tracing } from '../tracing/start-tracing.js';
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
  const fields = { driver: plugin.driverName, mode };
  const standardLog = createLog(config.logLevel, fields, { format: config.logFormat });
  const container = await createContainer(driver, config, standardLog);
  const log = container.get(tokens.log);
  for (const warning of config.warnings) log.warn({}, warning);
  const services: ServedService[] = [];
  for (const name of servicesOf[mode]) services.push(await container.getAsync(tokens[name]));
  const removeStartupTaint = await startupTaintRemovalOf(config, container);
  const stop = await startServers(config, container, { services, driver });
  // After the start: it loads a part of Node.js, and a start collects little garbage.
  void limitHeapGrowth();
  if (mode !== 'controller') void reportClientVersions(log);
  const watch = await nodeWatchOf(config, container);
  watch?.start();
  const stopping = new AbortController();
  const startupTaintRemoved = removeStartupTaint?.(stopping.signal);
  const signal = await terminationSignal();
  stopping.abort();
  watch?.stop();
  log.info({ signal }, 'stopping: calls in progress are finished or handed over, volumes stay mounted');
  await stop();
  await startupTaintRemoved;
  log.info({}, 'stopped');
}

interface Served {
  readonly services: readonly ServedService[];
  readonly driver: DriverDefinition;
}

/** Starts the servers of the driver. If one cannot start, it stops the others: they would keep the process of the caller
 *  alive.
 *  @returns function that stops them, the last one first */
async function startServers(
  config: Config,
  container: Container,
  { services, driver }: Served,
): Promise<() => Promise<void>> {
  const log = container.get(tokens.log);
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
  };
  const listens = (listener: HttpListener, message: string): void => {
    stops.push(() => listener.stop());
    log.info({ address: listener.address }, message);
  };
  try {
    const tracing = await tracingOf(config, driver, container);
    if (tracing) stops.push(() => tracing.stop());
    const metrics = await metricsOf(config, driver, container);
    if (metrics) listens(metrics, 'serving metrics');
    const registration = await registrationOf(config, log);
    const health = await healthOf(config, registration);
    if (health) listens(health, 'serving health');
    const { endpoint, nodeId, shutdownGraceMs } = config;
    const traced = tracing ? { tracer: tracing.tracer } : {};
    const observer = allObservers(
      container.get(tokens.kubeletRegistration),
      ...(metrics ? [metrics.observer] : []),
    );
    const server = await serve({ endpoint, services, log, observer, ...traced });
    stops.push(() => server.stop(shutdownGraceMs));
    log.info({ address: server.address, version: driver.version, nodeId }, 'serving CSI');
    // Last, and ended first: while a preStop hook waits, the process serves, and kubelet can unmount.
    await registration?.start();
    if (registration) stops.push(() => registration.stop());
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}

/** Registration with kubelet, where `--kubelet-registration-path` requests it. Starts nothing. */
async function registrationOf(config: Config, log: Log): Promise<PluginRegistration | undefined> {
  const parts = readRegistration(config);
  if (!parts) return undefined;
  const { PluginRegistration } = await import('../kubernetes/plugin-registration.js');
  return new PluginRegistration({ ...parts, log });
}

/** Serves health where `--health-address` requests it. */
async function healthOf(
  config: Config,
  registration: PluginRegistration | undefined,
): Promise<HttpListener | undefined> {
  const address = config.settings.flag('health-address');
  if (address === undefined) return undefined;
  const { serveOwnHealth } = await import('../health/own-health.js');
  return serveOwnHealth(address, config, registration);
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

/** Traces where `--tracing` requests it. The code for it is loaded only then. */
async function tracingOf(
  { settings, plugin: { driverName }, mode, nodeId }: Config,
  { version }: DriverDefinition,
  container: Container,
): Promise<Tracing | undefined> {
  if (settings.flag('tracing') !== 'true') return undefined;
  const { startTracing } = await import('../tracing/start-tracing.js');
  const described = { driverName, version, mode, nodeId };
  const tracing = startTracing(settings, described, container.get(tokens.log));
  container.get(tokens.cloudRequests).add(tracing.tracer);
  container.get(tokens.mountObserver).add(tracing.tracer.mounts);
  return tracing;
}

/** Watches for trouble that only events report, where `--events` requests them. */
async function nodeWatchOf({ mode, nodeId }: Config, container: Container): Promise<NodeWatch | undefined> {
  const events = container.get(tokens.events);
  if (!events || mode === 'controller') return undefined;
  const engine = await container.getAsync(tokens.nodeEngine);
  return new NodeWatch({ node: nodeId, events, stats: () => engine.nodeStats() });
}

/** Serves metrics where `--metrics-address` requests them. Their library costs memory on each node: it is loaded only then. */
async function metricsOf(
  config: Config,
  driver: DriverDefinition,
  container: Container,
): Promise<Metrics | undefined> {
  const address = config.settings.flag('metrics-address');
  if (address === undefined) return undefined;
  const { startMetrics } = await import('../metrics/start-metrics.js');
  return startMetrics(address, config, driver, container);
}

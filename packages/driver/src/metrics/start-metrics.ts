import { readFile } from 'node:fs/promises';
import type { FileSystem } from '@lustre-csi/core';
import type { Container } from 'inversify';
import { duplicatesAmong, findOrphans } from '../commands/orphans.js';
import type { Config } from '../config/config.js';
import { mountHelper } from '../config/mount-helper.js';
import { tokens } from '../container/container.js';
import type { DriverDefinition } from '../driver-definition.js';
import { CurrentClientVersions } from '../health/client-versions.js';
import { NodeReadiness } from '../health/node-readiness.js';
import { inClusterEndpoint } from '../kubernetes/in-cluster-endpoint.js';
import type { KubeClient } from '../kubernetes/kube-client.js';
import { Leadership } from '../kubernetes/leadership.js';
import { serveMetrics, type MetricSources, type Metrics } from './metrics.js';
import { duplicateEvent, orphanEvent, subjectOf } from './file-system-events.js';
import { OrphanCheck, orphanCheckInterval } from './orphan-check.js';

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

type ControllerSources = NonNullable<MetricSources['controller']>;
type NodeSources = NonNullable<MetricSources['node']>;

/** Serves the metrics of a driver, and lets its parts report to them.
 *  @throws ConfigurationError naming the flag */
export async function startMetrics(
  address: string,
  config: Config,
  driver: DriverDefinition,
  container: Container,
): Promise<Metrics> {
  const { plugin, mode } = config;
  const cluster = mode === 'node' ? undefined : await clusterOf(config);
  const check = cluster && (await orphanCheckOf(config, container, cluster));
  const metrics = await serveMetrics(address, {
    driverName: plugin.driverName,
    provider: standardNameOf(driver, plugin),
    version: driver.version,
    mode,
    ...(mode === 'node' ? {} : { controller: await controllerSources(container, cluster, check) }),
    ...(mode === 'controller' ? {} : { node: await nodeSources(config, container) }),
  });
  container.get(tokens.cloudRequests).add(metrics.cloudRequests);
  if (metrics.mounts) container.get(tokens.mountObserver).add(metrics.mounts);
  void check?.start();
  const stop = async (): Promise<void> => {
    check?.stop();
    await metrics.stop();
  };
  return { ...metrics, stop };
}

/** Name of the provider's driver, under whichever name it is served. */
const standardNameOf = ({ providers }: DriverDefinition, { title, driverName }: Config['plugin']): string =>
  providers.find((provider) => provider.title === title)?.driverName ?? driverName;

/** Cluster in which this process is a pod. */
interface Cluster {
  readonly client: KubeClient;
  /** Absent: the namespace of the pod is unknown. */
  readonly leadership?: Leadership;
}

async function clusterOf({ settings, plugin: { driverName } }: Config): Promise<Cluster | undefined> {
  if (!settings.environment('KUBERNETES_SERVICE_HOST')) return undefined;
  const { KubeClient } = await import('../kubernetes/kube-client.js');
  const client = new KubeClient(inClusterEndpoint(settings, '--metrics-address'));
  const namespace = (await readFile(NAMESPACE_FILE, 'utf8').catch(() => '')).trim();
  if (namespace === '') return { client };
  return { client, leadership: new Leadership({ client, namespace, driverName }) };
}

async function controllerSources(
  container: Container,
  cluster: Cluster | undefined,
  check: OrphanCheck | undefined,
): Promise<ControllerSources> {
  const volumes = await container.getAsync(tokens.volumes);
  return {
    trash: () => volumes.trash,
    leads: () => cluster?.leadership?.leads,
    orphans: () => check?.count,
  };
}

async function orphanCheckOf(
  { settings, plugin: { driverName } }: Config,
  container: Container,
  { client, leadership }: Cluster,
): Promise<OrphanCheck | undefined> {
  const intervalMs = orphanCheckInterval(settings);
  if (intervalMs === undefined) return undefined;
  const provider = await container.getAsync(tokens.controllerProvider);
  const events = container.get(tokens.events);
  const find = async (): Promise<readonly FileSystem[]> => {
    const { fileSystems, orphans } = await findOrphans(provider, client, driverName);
    for (const event of [...orphans.map(orphanEvent), ...duplicatesAmong(fileSystems).map(duplicateEvent)])
      void events?.report({ ...event, subject: subjectOf(driverName) });
    return orphans;
  };
  return new OrphanCheck({
    intervalMs,
    find,
    log: container.get(tokens.log),
    leads: async () => leadership?.read(),
  });
}

async function nodeSources({ stateDir, settings }: Config, container: Container): Promise<NodeSources> {
  const engine = await container.getAsync(tokens.nodeEngine);
  const readiness = new NodeReadiness({ stateDir, isHelperOptional: mountHelper(settings) !== 'require' });
  const versions = new CurrentClientVersions();
  const taint = container.get(tokens.startupTaintState);
  return {
    stats: () => engine.nodeStats(),
    readiness: () => readiness.findings(),
    clientVersions: () => versions.current(),
    startupTaint: () => taint.present,
  };
}

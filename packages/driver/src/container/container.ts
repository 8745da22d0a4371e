import { join } from 'node:path';
import {
  CloudRequestRelay,
  type ControllerProvider,
  type Log,
  type NodeProvider,
  type OrchestratedNode,
} from '@lustre-csi/core';
import {
  DirectoryUsage,
  DirectoryVolumes,
  NodeEngine,
  VolumeOperations,
  controllerService,
  identityService,
  nodeService,
  parseMountOptionsAllow,
  requestsOfCall,
  type ServedService,
} from '@lustre-csi/core/server';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import type { CommandConfig } from '../config/config.js';
import { mountHelper } from '../config/mount-helper.js';
import type { DriverDefinition } from '../driver-definition.js';
import { clusterIdentity } from '../kubernetes/cluster-identity.js';
import type { ClusterEvents } from '../kubernetes/cluster-events.js';
import { eventsOfCluster } from '../kubernetes/events-of-cluster.js';
import { KubeletRegistration } from '../kubernetes/kubelet-registration.js';
import { orchestratedNode } from '../kubernetes/this-node.js';
import { MountRelay } from './mount-relay.js';
import { nodeEngineSettings } from './node-settings.js';
import type { StartupTaintState } from '../kubernetes/startup-taint.js';
import { startupTaintRemoval, type BackgroundTask } from '../kubernetes/startup-taint-removal.js';

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`lustre-csi/${name}`);

/** Parts of a driver, by name. */
export const tokens = {
  driver: token<DriverDefinition>('driver'),
  config: token<CommandConfig>('config'),
  log: token<Log>('log'),
  clusterId: token<string>('cluster-id'),
  cloudRequests: token<CloudRequestRelay>('cloud-requests'),
  mountObserver: token<MountRelay>('mount-observer'),
  startupTaintState: token<StartupTaintState>('startup-taint-state'),
  controllerProvider: token<ControllerProvider>('controller-provider'),
  nodeProvider: token<NodeProvider>('node-provider'),
  orchestratedNode: token<OrchestratedNode>('orchestrated-node'),
  volumes: token<VolumeOperations>('volumes'),
  nodeEngine: token<NodeEngine>('node-engine'),
  identityService: token<ServedService>('identity-service'),
  controllerService: token<ServedService>('controller-service'),
  nodeService: token<ServedService>('node-service'),
  /** Undefined: no events are requested. */
  events: token<ClusterEvents | undefined>('events'),
  kubeletRegistration: token<KubeletRegistration>('kubelet-registration'),
  startupTaintRemoval: token<BackgroundTask>('startup-taint-removal'),
};

/** Sides of the selected provider. Its cloud SDK is loaded with the controller side. */
const providerModule = new ContainerModule(({ bind }) => {
  bind(tokens.nodeProvider)
    .toResolvedValue(
      ({ plugin, settings }, node) => plugin.node(settings, { node }),
      [tokens.config, tokens.orchestratedNode],
    )
    .inSingletonScope();
  bind(tokens.controllerProvider)
    .toDynamicValue(async (context) => {
      const { plugin, settings } = context.get(tokens.config);
      const clusterId = await context.getAsync(tokens.clusterId);
      return plugin.controller(settings, {
        driverName: plugin.driverName,
        driverVersion: context.get(tokens.driver).version,
        clusterId,
        log: context.get(tokens.log),
        cloudRequests: context.get(tokens.cloudRequests),
        node: context.get(tokens.orchestratedNode),
      });
    })
    .inSingletonScope();
});

/** Parts that use the cluster's API. The Kubernetes client is loaded at the first use, and only in a pod. */
const clusterModule = new ContainerModule(({ bind }) => {
  bind(tokens.clusterId)
    .toResolvedValue(
      ({ settings, clusterId }, log) => clusterIdentity(settings, clusterId, log),
      [tokens.config, tokens.log],
    )
    .inSingletonScope();
  bind(tokens.orchestratedNode).toResolvedValue(
    ({ settings, nodeId }) => orchestratedNode(settings, nodeId),
    [tokens.config],
  );
  bind(tokens.events)
    .toResolvedValue(
      ({ settings, nodeId, plugin: { driverName } }, log) =>
        eventsOfCluster(settings, { driverName, nodeId, log }),
      [tokens.config, tokens.log],
    )
    .inSingletonScope();
  bind(tokens.kubeletRegistration)
    .toResolvedValue(() => new KubeletRegistration())
    .inSingletonScope();
  bind(tokens.startupTaintRemoval).toResolvedValue(
    ({ settings, plugin: { driverName }, nodeId }, log, registration, state) =>
      startupTaintRemoval(settings, {
        driverName,
        nodeId,
        log,
        state,
        isRegistered: () => registration.seen,
      }),
    [tokens.config, tokens.log, tokens.kubeletRegistration, tokens.startupTaintState],
  );
});

const coreModule = new ContainerModule(({ bind }) => {
  bind(tokens.volumes)
    .toResolvedValue(
      (provider, log, config) =>
        new VolumeOperations(provider, log, undefined, directoriesOf(provider, log, config), config),
      [tokens.controllerProvider, tokens.log, tokens.config],
    )
    .inSingletonScope();
  bind(tokens.nodeEngine)
    .toDynamicValue(async (context) => {
      const { stateDir, settings, plugin } = context.get(tokens.config);
      const chosen = await nodeEngineSettings(settings, plugin.driverName);
      const { measure: measureQuota } = new DirectoryUsage();
      const mountObserver = context.get(tokens.mountObserver);
      const log = context.get(tokens.log);
      const engine = new NodeEngine({ stateDir, log, mountObserver, measureQuota, ...chosen });
      void engine.resume();
      return engine;
    })
    .inSingletonScope();
  bind(tokens.identityService).toResolvedValue(
    ({ plugin, settings }, { version }) =>
      identityService({
        driverName: plugin.driverName,
        version,
        manifest: {},
        expandable: plugin.expandable ?? false,
        hasTopology: plugin.hasTopology?.(settings) ?? false,
      }),
    [tokens.config, tokens.driver],
  );
  bind(tokens.controllerService).toResolvedValue(
    (volumes, config) => controllerService(volumes, moreMountOptions(config)),
    [tokens.volumes, tokens.config],
  );
  bind(tokens.nodeService).toResolvedValue(
    (engine, provider, config) => nodeService(engine, provider, config.nodeId, moreMountOptions(config)),
    [tokens.nodeEngine, tokens.nodeProvider, tokens.config],
  );
});

/** Mount options that the operator allows besides the known ones. */
const moreMountOptions = ({ settings }: CommandConfig): readonly string[] =>
  parseMountOptionsAllow(settings.flag('mount-options-allow') ?? '');

/** Operations of directory volumes, where the provider has file systems for them. Mounts no file system before the first
 *  request; continues the work that an earlier process left unfinished. */
function directoriesOf(
  provider: ControllerProvider,
  log: Log,
  { plugin, stateDir, settings }: CommandConfig,
): DirectoryVolumes | undefined {
  const hosts = provider.parentFileSystems;
  if (!hosts) return undefined;
  const { driverName } = plugin;
  const parts = {
    ...{ driverName, hosts, provider, stateDir: join(stateDir, 'controller'), log },
    mountHelper: mountHelper(settings),
  };
  const directories = new DirectoryVolumes(parts);
  directories
    .resume()
    .catch((error: unknown) => log.warn({ err: error }, 'directory volumes are not available yet'));
  return directories;
}

/** Composition root: binds the standard parts, then lets the caller of the driver replace some. */
export async function createContainer(
  driver: DriverDefinition,
  config: CommandConfig,
  log: Log,
): Promise<Container> {
  const container = new Container();
  container.bind(tokens.driver).toConstantValue(driver);
  container.bind(tokens.config).toConstantValue(config);
  container.bind(tokens.log).toConstantValue(log);
  const cloudRequests = new CloudRequestRelay();
  cloudRequests.add(requestsOfCall);
  container.bind(tokens.cloudRequests).toConstantValue(cloudRequests);
  container.bind(tokens.mountObserver).toConstantValue(new MountRelay());
  container.bind(tokens.startupTaintState).toConstantValue({});
  container.load(providerModule, coreModule, clusterModule);
  await driver.configure?.(container);
  return container;
}

import 'reflect-metadata';
import {
  NodeEngine,
  VolumeOperations,
  controllerService,
  identityService,
  nodeService,
  type ControllerProvider,
  type Log,
  type NodeProvider,
  type ServedService,
} from '@lustre-csi/core';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import type { Config } from './config.js';
import { version } from './version.js';

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`lustre-csi/${name}`);

/** What the container knows, by name. */
export const tokens = {
  config: token<Config>('config'),
  log: token<Log>('log'),
  controllerProvider: token<ControllerProvider>('controller-provider'),
  nodeProvider: token<NodeProvider>('node-provider'),
  volumes: token<VolumeOperations>('volumes'),
  nodeEngine: token<NodeEngine>('node-engine'),
  identityService: token<ServedService>('identity-service'),
  controllerService: token<ServedService>('controller-service'),
  nodeService: token<ServedService>('node-service'),
};

/** The provider that the driver name selected. Its cloud SDK is loaded when somebody asks for the controller side. */
const providerModule = new ContainerModule(({ bind }) => {
  bind(tokens.nodeProvider)
    .toResolvedValue(({ plugin, settings }) => plugin.node(settings), [tokens.config])
    .inSingletonScope();
  bind(tokens.controllerProvider)
    .toDynamicValue(async (context) => {
      const { plugin, settings, clusterId } = context.get(tokens.config);
      return plugin.controller(settings, {
        driverName: plugin.driverName,
        driverVersion: version,
        clusterId,
        log: context.get(tokens.log),
      });
    })
    .inSingletonScope();
});

const coreModule = new ContainerModule(({ bind }) => {
  bind(tokens.volumes)
    .toResolvedValue(
      (provider, log) => new VolumeOperations(provider, log),
      [tokens.controllerProvider, tokens.log],
    )
    .inSingletonScope();
  bind(tokens.nodeEngine)
    .toResolvedValue(({ stateDir }, log) => new NodeEngine({ stateDir, log }), [tokens.config, tokens.log])
    .inSingletonScope();
  bind(tokens.identityService).toResolvedValue(
    ({ plugin, settings }) =>
      identityService({
        driverName: plugin.driverName,
        version,
        manifest: {},
        expandable: plugin.expandable ?? false,
        hasTopology: plugin.hasTopology?.(settings) ?? false,
      }),
    [tokens.config],
  );
  bind(tokens.controllerService).toResolvedValue((volumes) => controllerService(volumes), [tokens.volumes]);
  bind(tokens.nodeService).toResolvedValue(
    (engine, provider, { nodeId }) => nodeService(engine, provider, nodeId),
    [tokens.nodeEngine, tokens.nodeProvider, tokens.config],
  );
});

/** The composition root. */
export function createContainer(config: Config, log: Log): Container {
  const container = new Container();
  container.bind(tokens.config).toConstantValue(config);
  container.bind(tokens.log).toConstantValue(log);
  container.load(providerModule, coreModule);
  return container;
}

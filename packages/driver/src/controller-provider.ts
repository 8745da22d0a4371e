import type { ControllerProvider, Log, OrchestratedNode } from '@lustre-csi/core';
import type { CommandConfig } from './config.js';
import { version } from './version.js';

/** The controller side of the chosen provider. Its cloud SDK is loaded now. */
export async function controllerProvider(
  { plugin, settings, clusterId }: Pick<CommandConfig, 'plugin' | 'settings' | 'clusterId'>,
  log: Log,
  node: OrchestratedNode,
): Promise<ControllerProvider> {
  const { driverName } = plugin;
  return plugin.controller(settings, { driverName, driverVersion: version, clusterId, log, node });
}

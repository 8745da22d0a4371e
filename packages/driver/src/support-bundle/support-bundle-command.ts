import type { Writable } from 'node:stream';
import { ConfigurationError } from '@lustre-csi/core';
import type { ToolConfig } from '../config/config.js';
import { allChecks } from '../doctor/registry.js';
import { jsonReport } from '../doctor/report.js';
import { prepare, runChecks } from '../doctor/run-checks.js';
import { Surroundings } from '../doctor/surroundings.js';
import type { DriverDefinition } from '../driver-definition.js';
import { objectSources, logSources } from './cluster-sources.js';
import { nodeSources } from './node-sources.js';
import { metricsSource } from './metrics-source.js';
import { collected, type Source } from './sources.js';
import { writeTarGz } from './tar-gz.js';

/**
 * The command `support-bundle`: writes a tar.gz with what a maintainer needs: objects, logs, metrics, mounts, records, versions and
 * the report of `doctor`. Secrets are not read, and confidential values in the rest are removed. Changes nothing.
 * @returns 0
 * @throws ConfigurationError if standard output is a terminal, or naming the flag
 */
export async function supportBundleCommand(
  config: ToolConfig,
  driver: DriverDefinition,
  to: Writable & { readonly isTTY?: boolean } = process.stdout,
): Promise<number> {
  if (to.isTTY)
    throw new ConfigurationError('support-bundle writes a tar.gz: redirect it to a file (> bundle.tar.gz)');
  const logLines = logLinesOf(config);
  const surroundings = new Surroundings(config, driver);
  try {
    await writeTarGz(collected(sourcesOf(config, driver, surroundings, logLines)), to);
    return 0;
  } finally {
    await surroundings.close();
  }
}

function logLinesOf({ settings }: ToolConfig): number {
  const text = settings.flag('log-lines') ?? '';
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new ConfigurationError(`--log-lines is "${text}": write a number of lines`);
}

async function* sourcesOf(
  config: ToolConfig,
  driver: DriverDefinition,
  surroundings: Surroundings,
  logLines: number,
): AsyncIterable<Source> {
  const { mode, plugin, nodeId, settings } = config;
  const about = {
    driver: plugin.driverName,
    version: driver.version,
    mode,
    node: nodeId,
    node_js: process.version,
  };
  yield { name: 'about.json', collect: async () => ({ ...about, createdAt: new Date().toISOString() }) };
  // Each of its checks has a limit of its own.
  yield { name: 'doctor.json', limitMs: 120_000, collect: () => doctorReport(config, about, surroundings) };
  const metrics = settings.flag('metrics-address');
  if (metrics !== undefined) yield metricsSource(metrics);
  if (mode !== 'controller') yield* nodeSources(await surroundings.node());
  const kube = surroundings.kube();
  if (mode === 'node' || !kube) return;
  const { namespace } = await surroundings.pod();
  const cluster = { kube, driverName: plugin.driverName, namespace, logLines };
  yield* objectSources(cluster);
  yield* logSources(cluster);
}

async function doctorReport(
  { mode }: ToolConfig,
  about: Readonly<Record<string, string>>,
  surroundings: Surroundings,
): Promise<object> {
  const cluster = mode === 'node' ? undefined : await surroundings.cluster();
  const results = await runChecks([
    ...(mode === 'controller' ? [] : prepare('node', allChecks.node, await surroundings.node())),
    ...(mode === 'node' ? [] : prepare('controller', allChecks.controller, await surroundings.controller())),
    ...(cluster ? prepare('cluster', allChecks.cluster, cluster) : []),
  ]);
  return JSON.parse(jsonReport(results, about)) as object;
}

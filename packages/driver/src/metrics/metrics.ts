import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { messageOf, unobserved, type CloudRequests } from '@lustre-csi/core';
import type { CallObserver, MountObserver } from '@lustre-csi/core/server';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { listenHttp, type HttpListener } from '../http/http-listener.js';
import { allObservers } from './all-observers.js';
import { callMetrics } from './call-metrics.js';
import { metricCatalogue } from './catalogue.js';
import { cloudMetrics } from './cloud-metrics.js';
import { controllerMetrics, type ControllerSources } from './controller-metrics.js';
import { MetricSet } from './metric-set.js';
import { nodeMetrics, type NodeSources } from './node-metrics.js';
import { PendingWork } from './pending-work.js';

/** Inputs of the metrics. */
export interface MetricSources {
  readonly driverName: string;
  /** Standard name of the provider's driver. */
  readonly provider: string;
  readonly version: string;
  readonly mode: string;
  /** Absent: this process is no controller. */
  readonly controller?: Omit<ControllerSources, 'pending'>;
  /** Absent: this process serves no node. */
  readonly node?: NodeSources;
}

/** Metrics of the driver, in Prometheus' text format at `http://ADDRESS/metrics`. */
export interface Metrics extends HttpListener {
  readonly observer: CallObserver;
  readonly cloudRequests: CloudRequests;
  /** Absent: this process serves no node. */
  readonly mounts?: MountObserver;
}

/** Serves the metrics of this process.
 *  @param address value of `--metrics-address`
 *  @throws ConfigurationError naming the flag */
export async function serveMetrics(address: string, sources: MetricSources): Promise<Metrics> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const observers = registerAll(new MetricSet(registry), sources);
  const server = createServer((request, response) => void answer(registry, request, response));
  return { ...observers, ...(await listenHttp(server, 'metrics-address', address)) };
}

function registerAll(set: MetricSet, sources: MetricSources): Omit<Metrics, keyof HttpListener> {
  const { driverName, provider, version, mode, controller, node } = sources;
  set.gauge(metricCatalogue.buildInfo).set({ version, driver_name: driverName, provider, mode }, 1);
  const calls = callMetrics(set, driverName);
  const pending = new PendingWork();
  if (controller) controllerMetrics(set, provider, { ...controller, pending });
  return {
    observer: controller ? allObservers(calls, pending) : calls,
    cloudRequests: controller ? cloudMetrics(set, provider) : unobserved,
    ...(node ? { mounts: nodeMetrics(set, node) } : {}),
  };
}

async function answer(registry: Registry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url?.split('?')[0] !== '/metrics') {
    response.writeHead(404).end('metrics are at /metrics\n');
    return;
  }
  try {
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(text);
  } catch (error) {
    response.writeHead(500).end(messageOf(error));
  }
}

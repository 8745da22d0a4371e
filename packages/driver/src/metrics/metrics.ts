import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { messageOf } from '@lustre-csi/core';
import type { CallObserver, NodeEngine } from '@lustre-csi/core/server';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { listenHttp, type HttpListener } from '../http/http-listener.js';
import { registerNodeMetrics } from './node-metrics.js';

/** Buckets in seconds. They, names and labels are those of csi-lib-utils, so that one dashboard fits all CSI drivers. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];

/** Metrics of the driver, in Prometheus' text format at `http://ADDRESS/metrics`. */
export interface Metrics extends HttpListener {
  readonly observer: CallObserver;
}

/** Serves metrics.
 *  @param address `HOST:PORT`; an empty host means all addresses of the machine, port 0 any free port
 *  @param engine node engine of this process; absent on controllers
 *  @throws ConfigurationError naming the flag */
export async function serveMetrics(
  address: string,
  driverName: string,
  engine?: Pick<NodeEngine, 'nodeStats'>,
): Promise<Metrics> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  if (engine) registerNodeMetrics(registry, () => engine.nodeStats());
  const observer = callObserver(registry, driverName);
  const server = createServer((request, response) => void answer(registry, request, response));
  return { observer, ...(await listenHttp(server, 'metrics-address', address)) };
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

/** Spelling of a code in Go, which the drivers and sidecars use: `INVALID_ARGUMENT` is InvalidArgument. */
function goCode(code: string): string {
  if (code === 'OK') return code;
  if (code === 'CANCELLED') return 'Canceled';
  return code.toLowerCase().replace(/(?:^|_)(?<letter>[a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function callObserver(registry: Registry, driverName: string): CallObserver {
  const seconds = new Histogram({
    name: 'csi_plugin_operations_seconds',
    help: 'Duration of CSI calls, by method and gRPC status code.',
    labelNames: ['driver_name', 'method_name', 'grpc_status_code'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'lustre_csi_calls_in_flight',
    help: 'CSI calls in progress.',
    labelNames: ['method_name'],
    registers: [registry],
  });
  return {
    started: (method) => inFlight.inc({ method_name: method }),
    ended: (method, code, took) => {
      inFlight.dec({ method_name: method });
      seconds.observe({ driver_name: driverName, method_name: method, grpc_status_code: goCode(code) }, took);
    },
  };
}

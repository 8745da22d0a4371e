import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ConfigurationError, messageOf } from '@lustre-csi/core';
import type { CallObserver, NodeEngine } from '@lustre-csi/core/server';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { registerNodeMetrics } from './node-metrics.js';

/** Buckets in seconds. They, names and labels are those of csi-lib-utils, so that one dashboard fits all CSI drivers. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];

const MAX_PORT = 65_535;

/** Metrics of the driver, in Prometheus' text format at `http://ADDRESS/metrics`. */
export interface Metrics {
  readonly observer: CallObserver;
  /** Address with the port that was taken: `127.0.0.1:9095`. */
  readonly address: string;
  stop(): Promise<void>;
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
  const { host, port } = parseAddress(address);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  if (engine) registerNodeMetrics(registry, () => engine.nodeStats());
  const observer = callObserver(registry, driverName);
  const server = createServer((request, response) => void answer(registry, request, response));
  const taken = await listen(server, host, port);
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      // Prometheus keeps its connection open between scrapes: it must not delay the end of the driver.
      server.closeAllConnections();
    });
  return { observer, address: `${host.includes(':') ? `[${host}]` : host}:${taken}`, stop };
}

function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]]*)):(?<port>[0-9]{1,5})$/.exec(
    address,
  )?.groups;
  const port = Number(match?.['port']);
  if (port <= MAX_PORT) return { host: match?.['six'] ?? match?.['host'] ?? '', port };
  throw new ConfigurationError(
    `--metrics-address is "${address}": write HOST:PORT, such as 127.0.0.1:9095, or [::1]:9095`,
  );
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

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new ConfigurationError(`--metrics-address: cannot listen on ${host}:${port}: ${messageOf(error)}`),
      );
    });
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

import { createServer, type Server } from 'node:http';
import { ConfigurationError, messageOf, type CallObserver } from '@lustre-csi/core';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Seconds; the buckets of csi-lib-utils, so that one dashboard fits all CSI drivers. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];

/** Metrics of the driver, in Prometheus' text format at `http://ADDRESS/metrics`. */
export interface Metrics {
  readonly observer: CallObserver;
  /** As it was taken: `127.0.0.1:9095`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Serves metrics.
 *  @param address `HOST:PORT`; an empty host is every address of the machine
 *  @throws ConfigurationError naming the flag */
export async function serveMetrics(address: string, driverName: string): Promise<Metrics> {
  const [, host = '', port = ''] = /^(.*):([0-9]{1,5})$/.exec(address) ?? [];
  if (port === '' || Number(port) > 65535) {
    throw new ConfigurationError(
      `--metrics-address is "${address}": write HOST:PORT, such as 127.0.0.1:9095`,
    );
  }
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const observer = callObserver(registry, driverName);
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(messageOf(error)),
    );
  });
  const taken = await listen(server, host, Number(port));
  const stop = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return { observer, address: `${host}:${taken}`, stop };
}

function callObserver(registry: Registry, driverName: string): CallObserver {
  const seconds = new Histogram({
    name: 'csi_plugin_operations_seconds',
    help: 'How long CSI calls took, by method and gRPC status code.',
    labelNames: ['driver_name', 'method_name', 'grpc_status_code'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'lustre_csi_calls_in_flight',
    help: 'CSI calls that are being served.',
    labelNames: ['method_name'],
    registers: [registry],
  });
  return {
    started: (method) => inFlight.inc({ method_name: method }),
    ended: (method, code, took) => {
      inFlight.dec({ method_name: method });
      seconds.observe({ driver_name: driverName, method_name: method, grpc_status_code: code }, took);
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

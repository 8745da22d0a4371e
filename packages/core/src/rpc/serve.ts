import { chmod } from 'node:fs/promises';
import type { Log } from '../model/log.js';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { ConfigurationError } from '../errors/configuration-error.js';
import { DriverError, messageOf } from '../errors/driver-error.js';
import { chain, type Handler } from './call-chain.js';
import { countCalls, type CallObserver } from './count-calls.js';
import { claimSocket, ENDPOINT_SETTING, grpcAddress, type Endpoint } from './endpoint.js';
import { limitTime } from './limit-time.js';
import { logCall } from './log-call.js';
import { implement, withOwnCodecs } from './method-adapter.js';
import { traceCalls, type CallTracer } from './trace-calls.js';

/** CSI service and the functions that serve it. */
export interface ServedService {
  readonly definition: ServiceDefinition;
  /** `Methods` of the definition's type. */
  readonly methods: object;
}

export interface ServeOptions {
  readonly endpoint: Endpoint;
  /** Flag that names the endpoint, for messages. Default: `--endpoint`. */
  readonly setting?: string;
  readonly services: readonly ServedService[];
  readonly log: Log;
  readonly observer?: CallObserver;
  /** Absent: calls are not traced. */
  readonly tracer?: CallTracer;
}

export interface RunningServer {
  /** Address of the server: `unix:/path`, or `host:port` with the actual port. */
  readonly address: string;
  /** Stops taking calls, lets node calls finish, ends controller calls whose work the cloud continues, and removes the socket.
   *  Never unmounts anything. */
  stop(graceMs: number): Promise<void>;
}

/** The sidecars run as the same user, and kubelet as root. */
const SOCKET_MODE = 0o600;

const noObserver: CallObserver = { started: () => {}, ended: () => {} };

/** Serves CSI.
 *  @throws ConfigurationError if it cannot listen on the endpoint */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { endpoint, setting = ENDPOINT_SETTING, log } = options;
  const stopping = new AbortController();
  const server = new Server();
  const traced = options.tracer ? [traceCalls(options.tracer)] : [];
  const counted = countCalls(options.observer ?? noObserver);
  const wrappers = [...traced, logCall, counted, limitTime(stopping.signal)];
  const wrap = (handler: Handler): Handler => chain(wrappers, handler);
  for (const { definition, methods } of options.services) {
    server.addService(withOwnCodecs(definition), implement(definition, methods, wrap, log));
  }
  if (endpoint.kind === 'unix') await claimSocket(endpoint.path, setting);
  const port = await bind(server, grpcAddress(endpoint), setting);
  // With any umask: a process of another user must not mount.
  if (endpoint.kind === 'unix') await chmod(endpoint.path, SOCKET_MODE);
  return {
    address: endpoint.kind === 'unix' ? grpcAddress(endpoint) : `${endpoint.host}:${port}`,
    stop: async (graceMs) => {
      stopping.abort(
        new DriverError(
          'unavailable',
          'the driver is stopping; repeat the call: the next instance continues the work',
        ),
      );
      await shutDown(server, graceMs);
    },
  };
}

function bind(server: Server, address: string, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error) {
        reject(new ConfigurationError(`${setting}: cannot listen on ${address}: ${messageOf(error)}`));
      } else {
        resolve(port);
      }
    });
  });
}

/** Stops the server. Closing the socket also removes its file at once: a successor can listen there while calls end. */
async function shutDown(server: Server, graceMs: number): Promise<void> {
  const graceOver = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
  const drained = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  await Promise.race([drained, graceOver]);
  server.forceShutdown();
}

import { lstat, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, posix } from 'node:path';
import { ConfigurationError } from '../errors/configuration-error.js';
import { messageOf } from '../errors/driver-error.js';

/** Address at which the driver listens. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Flag of the socket of CSI, with its environment variable. */
export const ENDPOINT_SETTING = '--endpoint (CSI_ENDPOINT)';

/** Limit of sockaddr_un: 108 bytes, the last of them NUL (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107;
const MAX_PORT = 65_535;

/** Parses `unix:///path`, `unix:/path`, `/path` and, for development, `tcp://host:port`, in the spellings that the Go drivers
 *  take: a scheme in any case, and `unix://tmp/csi.sock` for `/tmp/csi.sock`, which is their default.
 *  @throws ConfigurationError naming the setting */
export function parseEndpoint(text: string): Endpoint {
  const tcp = /^tcp:\/\/(?<host>[^:/]+|\[[0-9a-f:]+\]):(?<port>[0-9]{1,5})\/?$/i.exec(text)?.groups;
  const port = Number(tcp?.['port']);
  if (port <= MAX_PORT) return { kind: 'tcp', host: tcp?.['host'] as string, port };
  const given = /^(?:unix:\/\/(?=.)|(?:unix:)?(?=\/(?!\/)))(?<path>.*[^/])$/i.exec(text)?.groups?.['path'];
  const path = given === undefined ? undefined : posix.join('/', given);
  if (path === undefined) {
    throw new ConfigurationError(
      `${ENDPOINT_SETTING} is "${text}": write unix:///path/csi.sock, or tcp://host:port for development`,
    );
  }
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new ConfigurationError(
      `${ENDPOINT_SETTING}: the socket path is longer than ${MAX_SOCKET_PATH_BYTES} bytes: ${path}`,
    );
  }
  return { kind: 'unix', path };
}

/** Formats an endpoint for grpc-js. */
export function grpcAddress(endpoint: Endpoint): string {
  return endpoint.kind === 'unix' ? `unix:${endpoint.path}` : `${endpoint.host}:${endpoint.port}`;
}

/** Frees the path of the socket: removes a stale socket, and leaves everything else.
 *  @param setting flag that names the path
 *  @throws ConfigurationError if another process listens there, or if it is not a socket */
export async function claimSocket(path: string, setting: string = ENDPOINT_SETTING): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw new ConfigurationError(`${setting}: cannot create the directory of ${path}: ${messageOf(error)}`);
  });
  const found = await lstat(path).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket()) {
    throw new ConfigurationError(
      `${setting}: ${path} exists and is not a socket; it was not removed: choose another path`,
    );
  }
  if (await isListening(path)) {
    throw new ConfigurationError(
      `${setting}: another process listens on ${path}; stop it, or choose another socket`,
    );
  }
  await rm(path);
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // ECONNREFUSED: no process listens. Any other error (EAGAIN: its queue is full) means that one does.
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

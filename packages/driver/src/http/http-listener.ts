import type { Server } from 'node:http';
import { ConfigurationError, messageOf } from '@lustre-csi/core';

const MAX_PORT = 65_535;

/** HTTP server that takes connections. */
export interface HttpListener {
  /** Address with the port that was taken: `127.0.0.1:9095`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Makes a server listen at the address of a flag.
 *  @param flag name of the flag, without dashes
 *  @param address `HOST:PORT`; an empty host means all addresses of the machine, port 0 any free port
 *  @throws ConfigurationError naming the flag */
export async function listenHttp(server: Server, flag: string, address: string): Promise<HttpListener> {
  const { host, port } = parseAddress(flag, address);
  const taken = await listen(server, flag, host, port);
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      // Clients keep their connections open between requests: they must not delay the end of the driver.
      server.closeAllConnections();
    });
  return { address: `${host.includes(':') ? `[${host}]` : host}:${taken}`, stop };
}

function parseAddress(flag: string, address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]]*)):(?<port>[0-9]{1,5})$/.exec(
    address,
  )?.groups;
  const port = Number(match?.['port']);
  if (port <= MAX_PORT) return { host: match?.['six'] ?? match?.['host'] ?? '', port };
  throw new ConfigurationError(
    `--${flag} is "${address}": write HOST:PORT, such as 127.0.0.1:9095, or [::1]:9095`,
  );
}

function listen(server: Server, flag: string, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new ConfigurationError(`--${flag}: cannot listen on ${host}:${port}: ${messageOf(error)}`));
    });
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

/** HTTP proxy that alone knows the names `*.lustre.test`, which are this machine. */
export interface RecordingProxy {
  /** URL with a user and a password, which each request must carry. */
  readonly url: string;
  /** Hosts that were reached through it, in order, without repetitions. */
  readonly hosts: ReadonlySet<string>;
  stop(): Promise<void>;
}

const CREDENTIALS = 'proxy-user:proxy-password';

/** Starts the proxy on loopback: CONNECT for TLS, and forwarding of plain requests. */
export async function startRecordingProxy(): Promise<RecordingProxy> {
  const hosts = new Set<string>();
  const server = createServer();
  /** Returns the host and port to connect to; undefined: refused. */
  const admit = ({ headers }: IncomingMessage, host: string): boolean => {
    const expected = `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`;
    const admitted = headers['proxy-authorization'] === expected && host.endsWith('.lustre.test');
    if (admitted) hosts.add(host);
    return admitted;
  };
  server.on('connect', (message, client) => {
    const [host = '', port = ''] = (message.url ?? '').split(':');
    if (!admit(message, host)) return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const upstream = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  server.on('request', (message, response) => {
    const { hostname, port, pathname, search } = new URL(message.url ?? '');
    if (!admit(message, hostname)) return void response.writeHead(407).end();
    const { method, headers } = message;
    const options = { host: '127.0.0.1', port, path: `${pathname}${search}`, method, headers };
    message.pipe(
      request(options, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  const port = await listen(server);
  return {
    url: `http://${CREDENTIALS}@127.0.0.1:${port}`,
    hosts,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Listens on loopback. Returns the port. */
export async function listen(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

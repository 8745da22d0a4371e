import { createServer, type AddressInfo, type Server } from 'node:net';

/** Port on which simulated servers accept connections, as Lustre servers do on 988. */
export class ServerPort {
  private constructor(
    readonly number: number,
    private readonly servers: readonly Server[],
  ) {}

  /** Opens one port at all these addresses. */
  static async open(addresses: readonly string[]): Promise<ServerPort> {
    const servers: Server[] = [];
    let number = 0;
    for (const address of addresses) {
      const server = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(number, address, resolve);
      });
      number = (server.address() as AddressInfo).port;
      server.unref();
      servers.push(server);
    }
    return new ServerPort(number, servers);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

import { connect, createServer } from 'node:net';
import { NODE_ADDRESS } from './addresses.js';

/** Makes the emulated AWS and Google Cloud reachable from pods that have a network of their own: at the node's address, on the same
 *  port. */
export async function forwardClouds(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const names = ['AWS_ENDPOINT_URL_FSX', 'CLOUDSDK_API_ENDPOINT_OVERRIDES_LUSTRE'];
  const ports = new Set(names.map((name) => new URL(environment[name] ?? '').port));
  await Promise.all([...ports].map((port) => forward(Number(port))));
}

function forward(port: number): Promise<void> {
  const server = createServer((client) => {
    const cloud = connect(port, '127.0.0.1');
    client.pipe(cloud).pipe(client);
    const close = (): void => {
      client.destroy();
      cloud.destroy();
    };
    client.on('error', close);
    cloud.on('error', close);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, NODE_ADDRESS, resolve);
  });
}

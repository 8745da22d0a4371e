import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError, type OrchestratedNode, type Settings } from '@lustre-csi/core';
import { afterEach, describe, expect, it } from 'vitest';
import { ownRegion } from './own-region.js';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** An instance metadata service, as the settings name it. */
async function metadata(answer: RequestListener): Promise<Settings> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return settings({
    AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
}

const settings = (environment: Readonly<Record<string, string>>): Settings => ({
  flag: () => undefined,
  environment: (name) => environment[name],
});

const noMetadata = settings({ AWS_EC2_METADATA_DISABLED: 'true' });
const silent: RequestListener = () => {};
const says =
  (text: string, status = 200): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end(text);

/** A node, and how often it was asked. */
function nodeWith(answer: () => Promise<string | undefined>): OrchestratedNode & { asked: number } {
  const node = { asked: 0, providerId: () => (node.asked++, answer()) };
  return node;
}

const failureOf = async (given: Settings, node?: OrchestratedNode): Promise<string> => {
  const error = await ownRegion(given, node).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigurationError);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
};

describe('ownRegion', () => {
  it('is the instance’s, and the node is not asked', async () => {
    const node = nodeWith(() => Promise.resolve('aws:///eu-west-1a/i-01'));
    expect(await ownRegion(await metadata(says('us-west-2\n')), node)).toBe('us-west-2');
    expect(node.asked).toBe(0);
  });

  it.each<[string, string, string]>([
    ['EC2', 'aws:///eu-west-1a/i-01', 'eu-west-1'],
    ['EKS Hybrid Nodes', 'eks-hybrid:///us-gov-west-1/training/mi-01', 'us-gov-west-1'],
  ])('is the node’s where there is no metadata: %s', async (_, providerId, region) => {
    const node = nodeWith(() => Promise.resolve(providerId));
    expect(await ownRegion(noMetadata, node)).toBe(region);
  });

  it('turns to the node soon where the metadata service is silent', async () => {
    const started = performance.now();
    const node = nodeWith(() => Promise.resolve('aws:///eu-west-1a/i-01'));
    expect(await ownRegion(await metadata(silent), node)).toBe('eu-west-1');
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it.each<[string, RequestListener]>([
    ['refuses', says('no', 403)],
    ['says nothing', says('')],
    ['is another cloud’s', says('<html>\n<body>not found</body>')],
  ])('turns to the node where the metadata service %s', async (_, answer) => {
    const node = nodeWith(() => Promise.resolve('aws:///eu-west-1a/i-01'));
    expect(await ownRegion(await metadata(answer), node)).toBe('eu-west-1');
  });

  it.each<[string, () => Promise<string | undefined>, string]>([
    ['cannot be read', () => Promise.reject(new Error('403 nodes is\n forbidden')), '403 nodes is forbidden'],
    ['has none', () => Promise.resolve(undefined), 'it has no providerID'],
    ['is in another cloud', () => Promise.resolve('azure:///x\n'), '"azure:///x\\n" is not that of an EC2'],
    ['has no zone', () => Promise.resolve('aws:////i-01'), '"aws:////i-01" is not that of an EC2'],
  ])('names in one line each source and why it failed: the node %s', async (_, answer, words) => {
    const message = await failureOf(noMetadata, nodeWith(answer));
    expect(message).toContain('set the environment variable AWS_REGION or the flag --region');
    expect(message).toContain('169.254.169.254 reports none: AWS_EC2_METADATA_DISABLED is set');
    expect(message).toContain(`the Kubernetes node reports none: `);
    expect(message).toContain(words);
  });

  it('says why the metadata service did not answer', async () => {
    expect(await failureOf(await metadata(silent))).toContain(
      'reports none: it did not answer in 1 s; the Kubernetes node',
    );
    expect(await failureOf(await metadata(says('', 404)))).toContain('reports none: HTTP 404');
    const closed = settings({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' });
    expect(await failureOf(closed)).toMatch(/reports none: .*(?:ECONNREFUSED|bad port)/);
    expect(await failureOf(noMetadata)).toContain('the driver has no connection to Kubernetes');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refuse, startKubeApiServer, type KubeApiServer } from '../testing/kube-api-server.js';
import { KubeClient } from './kube-client.js';
import { KubernetesNode } from './kubernetes-node.js';
import { orchestratedNode } from './this-node.js';

const signal = new AbortController().signal;
const nodePath = '/api/v1/nodes/n-1';
const csiNodePath = '/apis/storage.k8s.io/v1/csinodes/n-1';
const taint = { key: 'a', effect: 'NoSchedule' };

let server: KubeApiServer;
let directory: string;
let endpoint: ConstructorParameters<typeof KubeClient>[0];
let client: KubeClient;
let node: KubernetesNode;

beforeAll(async () => {
  server = await startKubeApiServer('secret');
  directory = await mkdtemp(join(tmpdir(), 'kube-node-'));
});
beforeEach(async () => {
  server.asked.length = 0;
  server.objects.clear();
  server.objects.set(nodePath, { spec: { providerID: 'aws:///us-west-2a/i-01', taints: [taint] } });
  await writeFile(join(directory, 'token'), 'secret\n');
  await writeFile(join(directory, 'ca.crt'), server.ca);
  const files = { caFile: join(directory, 'ca.crt'), tokenFile: join(directory, 'token') };
  endpoint = { host: '127.0.0.1', port: server.port, ...files };
  client = new KubeClient(endpoint);
  node = new KubernetesNode(client, 'n-1');
});
afterEach(async () => {
  server.intercept(undefined);
  await client.close();
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const test = { op: 'test', path: '/spec/taints/0', value: taint } as const;
const remove = { op: 'remove', path: '/spec/taints/0' } as const;

describe('KubernetesNode', () => {
  it('reads the provider ID and the taints', async () => {
    expect(await node.read(signal)).toEqual({ providerId: 'aws:///us-west-2a/i-01', taints: [taint] });
    server.objects.set(nodePath, { spec: { providerID: '' } });
    expect(await node.read(signal)).toEqual({ taints: [] });
  });

  it('patches the node', async () => {
    await node.patch([test, remove], signal);
    expect(server.objects.get(nodePath)).toMatchObject({ spec: { taints: [] } });
    expect(server.asked).toEqual([`PATCH ${nodePath}`]);
  });

  it('changes nothing if a test of the patch fails', async () => {
    const changed = { ...test, value: { ...taint, value: 'x' } };
    await expect(node.patch([changed, remove], signal)).rejects.toMatchObject({ status: 422 });
    expect(server.objects.get(nodePath)).toMatchObject({ spec: { taints: [taint] } });
  });

  it('sends a patch again on a connection that the server has closed', async () => {
    await node.read(signal);
    server.intercept((request) => {
      server.intercept(undefined);
      request.socket.destroy();
      return true;
    });
    await node.patch([test, remove], signal);
    expect(server.asked).toEqual([`GET ${nodePath}`, `PATCH ${nodePath}`, `PATCH ${nodePath}`]);
  });

  it('lists the drivers that kubelet has registered, and none without a CSINode', async () => {
    expect(await node.registeredDrivers(signal)).toEqual([]);
    server.objects.set(csiNodePath, { spec: { drivers: null } });
    expect(await node.registeredDrivers(signal)).toEqual([]);
    server.objects.set(csiNodePath, { spec: { drivers: [{ name: 'x' }, {}, { name: 'y' }] } });
    expect(await node.registeredDrivers(signal)).toEqual(['x', 'y']);
  });

  it.each<[string, number, () => Promise<unknown>, string]>([
    ['a node that may not be read', 403, () => node.read(signal), 'give the service account get on nodes'],
    [
      'a node that may not be patched',
      403,
      () => node.patch([], signal),
      'give the service account patch on nodes',
    ],
    [
      'a CSINode that may not be read',
      403,
      () => node.registeredDrivers(signal),
      'give the service account get on csinodes.storage.k8s.io',
    ],
    ['a wrong name', 404, () => node.read(signal), 'is n-1 the name of the node? Set CSI_NODE_NAME'],
    ['a server in trouble', 500, () => node.read(signal), 'reaches the API server'],
  ])('names the next step for %s', async (_, status, call, words) => {
    server.intercept((_request, response) => {
      refuse(response, status, 'the words of the server');
      return true;
    });
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'NodeApiError', status });
    expect((error as Error).message).toContain('the words of the server');
    expect((error as Error).message).toContain(words);
  });

  it('names the next step if no server answers, and without a token', async () => {
    server.intercept(() => true);
    const impatient = new KubeClient(endpoint, 500);
    await expect(new KubernetesNode(impatient, 'n-1').read(signal)).rejects.toMatchObject({
      status: undefined,
      message: expect.stringMatching(/did not answer in 0.5 s; check that/) as string,
    });
    await impatient.close();
    await rm(join(directory, 'token'));
    await expect(node.read(signal)).rejects.toThrow('automountServiceAccountToken');
  });

  it('ends with its caller', async () => {
    const caller = new AbortController();
    server.intercept(() => (caller.abort(new Error('the caller has gone')), true));
    await expect(node.read(caller.signal)).rejects.toThrow('the caller has gone');
  });

  it('requests only the named object, for any name', async () => {
    await new KubernetesNode(client, '../secrets').read(signal).catch(() => {});
    expect(server.asked).toEqual(['GET /api/v1/nodes/..%2Fsecrets']);
  });
});

describe('orchestratedNode', () => {
  it('reports in one line that there is no cluster', async () => {
    const answer = orchestratedNode({ environment: () => undefined }, 'n-1').providerId();
    await expect(answer).rejects.toThrow(
      /^its providerID needs the Kubernetes API, and KUBERNETES_SERVICE_HOST is not set: .*$/,
    );
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../testing/self-signed.js';
import { inClusterEndpoint } from './in-cluster-endpoint.js';
import { KubeClient } from './kube-client.js';
import { KubernetesPodRuntimes } from './pod-runtimes.js';

const certificate = selfSigned('the test cluster');
const signal = new AbortController().signal;
const pod = { namespace: 'ml', name: 'trainer-0' };
const annotation = 'fsx.csi.aws.com/volume-mode';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Objects of the cluster, by path; a function writes its own answer. */
let objects: Record<string, Readonly<Record<string, unknown>> | Answer>;
let tokens: (string | undefined)[];
let server: Server;
let directory: string;
let client: KubeClient;

const podPath = '/api/v1/namespaces/ml/pods/trainer-0';
const classPath = '/apis/node.k8s.io/v1/runtimeclasses/peer';
const isAnswer = (found: unknown): found is Answer => typeof found === 'function';
const status = (code: number, message: string) => (_: IncomingMessage, response: ServerResponse) =>
  response.writeHead(code).end(JSON.stringify({ kind: 'Status', message, code }));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kube-'));
  server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    tokens.push(request.headers.authorization);
    const found = objects[request.url ?? ''] ?? status(404, `${request.url} not found`);
    if (isAnswer(found)) found(request, response);
    else response.end(JSON.stringify(found));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(async () => {
  objects = { [podPath]: { metadata: { uid: 'u-1' }, spec: {} } };
  tokens = [];
  await writeFile(join(directory, 'token'), 'first\n');
  await writeFile(join(directory, 'ca.crt'), certificate.cert);
  client = newClient();
});
afterEach(() => client.close());
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

const newClient = (requestMs = 5_000): KubeClient =>
  new KubeClient(
    {
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      caFile: join(directory, 'ca.crt'),
      tokenFile: join(directory, 'token'),
    },
    requestMs,
  );
const lookUp = () => new KubernetesPodRuntimes(client, annotation).handlerOf(pod, signal);
const unavailable = (words: string) => ({
  kind: 'unavailable',
  message: expect.stringContaining(words) as string,
});

describe('KubernetesPodRuntimes', () => {
  it('finds the pod, its class, its handler and the annotation', async () => {
    expect(await lookUp()).toEqual({ uid: 'u-1' });
    objects[podPath] = { metadata: { uid: 'u-1' }, spec: { runtimeClassName: 'peer' } };
    objects[classPath] = { handler: 'kata-remote', metadata: { name: 'peer' } };
    expect(await lookUp()).toEqual({ uid: 'u-1', runtimeClass: 'peer', handler: 'kata-remote' });
    objects[classPath] = {
      handler: 'kata-remote',
      metadata: { annotations: { [annotation]: 'host', other: 'x' } },
    };
    expect(await lookUp()).toMatchObject({ annotation: 'host' });
  });

  it('reads the token again for each request', async () => {
    await lookUp();
    await writeFile(join(directory, 'token'), 'renewed');
    await lookUp();
    expect(tokens).toEqual(['Bearer first', 'Bearer renewed']);
  });

  it.each([
    [403, 'pods "trainer-0" is forbidden', 'get on pods and on runtimeclasses.node.k8s.io'],
    [401, 'Unauthorized', 'service account'],
    [404, 'pods "trainer-0" not found', 'it was deleted'],
    [500, 'etcdserver: request timed out', 'reaches the API server'],
  ])('names the next step for %s', async (code, message, words) => {
    objects[podPath] = status(code, message);
    await expect(lookUp()).rejects.toMatchObject(unavailable(message));
    await expect(lookUp()).rejects.toMatchObject(unavailable(words));
  });

  it('does not mistake a missing class or a strange answer for an ordinary runtime', async () => {
    objects[podPath] = { metadata: { uid: 'u-1' }, spec: { runtimeClassName: 'peer' } };
    await expect(lookUp()).rejects.toMatchObject(unavailable('RuntimeClass peer cannot be read'));
    objects[classPath] = { metadata: {} };
    await expect(lookUp()).rejects.toMatchObject(unavailable('no handler'));
    objects[podPath] = { items: [] };
    await expect(lookUp()).rejects.toMatchObject(unavailable('no metadata.uid'));
    objects[podPath] = (_, response) => response.end('<html>');
    await expect(lookUp()).rejects.toMatchObject(unavailable('pod ml/trainer-0 cannot be read'));
  });

  it('trusts only the authority of the cluster', async () => {
    await writeFile(join(directory, 'ca.crt'), selfSigned('another authority').cert);
    await expect(lookUp()).rejects.toMatchObject(unavailable('certificate'));
    expect(tokens).toEqual([]);
  });

  it('follows the cluster to another authority, and names the file that is out of date', async () => {
    expect(await lookUp()).toEqual({ uid: 'u-1' });
    const next = selfSigned('the test cluster');
    server.setSecureContext({ key: next.key, cert: next.cert });
    server.closeAllConnections();
    try {
      await expect(lookUp()).rejects.toMatchObject(unavailable('kube-root-ca.crt'));
      await writeFile(join(directory, 'ca.crt'), next.cert);
      expect(await lookUp()).toEqual({ uid: 'u-1' });
    } finally {
      server.setSecureContext({ key: certificate.key, cert: certificate.cert });
      server.closeAllConnections();
    }
  });

  it('works once its files appear', async () => {
    await rm(join(directory, 'ca.crt'));
    await expect(lookUp()).rejects.toMatchObject(unavailable('ENOENT'));
    await writeFile(join(directory, 'ca.crt'), certificate.cert);
    expect(await lookUp()).toEqual({ uid: 'u-1' });
  });

  it('gives up on a server that does not answer', async () => {
    client = newClient(100);
    objects[podPath] = () => {};
    await expect(lookUp()).rejects.toMatchObject(unavailable('did not answer in 0.1 s'));
  });

  it('ends with its caller', async () => {
    const caller = new AbortController();
    objects[podPath] = () => caller.abort(new Error('the caller has gone'));
    const runtimes = new KubernetesPodRuntimes(client, annotation);
    await expect(runtimes.handlerOf(pod, caller.signal)).rejects.toThrow('the caller has gone');
  });

  it('tries once more on a connection that the server has closed', async () => {
    await lookUp();
    objects[podPath] = (request) => {
      objects[podPath] = { metadata: { uid: 'u-2' }, spec: {} };
      request.socket.destroy();
    };
    expect(await lookUp()).toEqual({ uid: 'u-2' });
  });

  it('requests only the named object, for any name', async () => {
    objects['/api/v1/namespaces/a%2Fb/pods/..%2Fsecrets'] = { metadata: { uid: 'u-3' } };
    const runtimes = new KubernetesPodRuntimes(client, annotation);
    expect(await runtimes.handlerOf({ namespace: 'a/b', name: '../secrets' }, signal)).toEqual({
      uid: 'u-3',
    });
  });
});

describe('inClusterEndpoint', () => {
  const of = (environment: Record<string, string>) =>
    inClusterEndpoint({ environment: (name) => environment[name] }, '--kata-aware');

  it('is the address that kubelet sets', () => {
    expect(of({ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '6443' })).toEqual({
      host: '10.96.0.1',
      port: 6443,
      caFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
      tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    });
  });

  it('is missing outside of a pod', () => {
    expect(() => of({})).toThrow('--kata-aware needs the Kubernetes API');
  });
});

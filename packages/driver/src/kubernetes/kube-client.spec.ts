import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startKubeApiServer, type KubeApiServer } from '../testing/kube-api-server.js';
import { KubeClient } from './kube-client.js';
import { listAll } from './list-all.js';

const directory = mkdtempSync(join(tmpdir(), 'kube-client-'));
const { signal } = new AbortController();

let api: KubeApiServer;
let client: KubeClient;

beforeAll(async () => {
  api = await startKubeApiServer('token');
  const [caFile, tokenFile] = [join(directory, 'ca'), join(directory, 'token')];
  writeFileSync(caFile, api.ca);
  writeFileSync(tokenFile, 'token\n');
  client = new KubeClient({ host: '127.0.0.1', port: api.port, caFile, tokenFile });
});
afterAll(async () => {
  await client.close();
  await api.stop();
  rmSync(directory, { recursive: true });
});

it('reads a text', async () => {
  api.intercept((_request, response) => {
    response.end('line 1\nline 2\n');
    return true;
  });
  expect(await client.text('/api/v1/namespaces/n/pods/p/log', signal)).toBe('line 1\nline 2\n');
  api.intercept(undefined);
});

it('sends an object that the server evaluates', async () => {
  let sent: Promise<string> | undefined;
  api.intercept((request, response) => {
    sent = text(request);
    void sent.then((body) =>
      response
        .writeHead(201)
        .end(JSON.stringify({ ...(JSON.parse(body) as object), status: { allowed: true } })),
    );
    expect([request.method, request.headers['content-type']]).toEqual(['POST', 'application/json']);
    return true;
  });
  expect(await client.evaluate('/apis/x', { kind: 'Review' }, signal)).toEqual({
    kind: 'Review',
    status: { allowed: true },
  });
  api.intercept(undefined);
});

it('reads all pages of a list with a selector', async () => {
  api.objects.set('/api/v1/events?fieldSelector=a&limit=500', { items: [1], metadata: { continue: 'x' } });
  api.objects.set('/api/v1/events?fieldSelector=a&limit=500&continue=x', { items: [2] });
  expect(await listAll(client, '/api/v1/events?fieldSelector=a', signal)).toEqual([1, 2]);
});

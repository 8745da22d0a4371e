import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Settings } from '@lustre-csi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { azureAmlfs } from '../index.js';
import { nodeZone } from './node-zone.js';

let server: Server;
let endpoint: string;
let answer: { status: number; body: string };
let requests: string[];

beforeEach(async () => {
  answer = { status: 200, body: JSON.stringify({ location: 'EastUS', zone: '2' }) };
  requests = [];
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${String(request.headers['metadata'])}`);
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const settings = (zone?: string): Settings => ({
  flag: (name) => (name === 'topology-zone' ? zone : undefined),
  environment: (name) => (name === 'AZURE_POD_IDENTITY_AUTHORITY_HOST' ? endpoint : undefined),
});

describe('the zone of a node', () => {
  it('is advertised only where it is configured, and then by the controller too', () => {
    expect(azureAmlfs.hasTopology?.(settings())).toBe(false);
    const { topology } = azureAmlfs.node(settings()) as { topology?: unknown };
    expect(topology).toBeUndefined();
    expect(azureAmlfs.hasTopology?.(settings('imds'))).toBe(true);
  });

  it('is what the flag says', async () => {
    expect(await azureAmlfs.node(settings('westus-3')).topology?.()).toEqual({
      'topology.kubernetes.io/zone': 'westus-3',
    });
    expect(requests).toEqual([]);
  });

  it.each([
    ['EastUS', '2', 'eastus-2'],
    ['northcentralus', '', '0'],
  ])('is what instance metadata says: %s, zone "%s"', async (location, zone, expected) => {
    answer.body = JSON.stringify({ location, zone, name: 'aks-node' });
    expect(await nodeZone(settings('imds'))).toBe(expected);
    expect(requests).toEqual(['GET /metadata/instance/compute?api-version=2021-02-01 true']);
  });

  it.each([
    ['an error', 503, '', 'HTTP 503'],
    ['something else', 200, '{"location":1}', 'not instance metadata'],
    ['no JSON', 200, '<html>', 'JSON'],
  ])('is unknown where it answers %s, with the next step', async (_, status, body, words) => {
    answer = { status, body };
    await expect(nodeZone(settings('imds'))).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(new RegExp(`${words}.*host network.*--topology-zone`)) as string,
    });
  });
});

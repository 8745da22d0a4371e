import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDriverError, type Settings } from '@lustre-csi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsFsx } from '../index.js';
import { hasTopology, nodeZone } from './node-zone.js';

let server: Server;
let endpoint: string;
let answers: { token: number; zone: string };
let asked: string[];

beforeEach(async () => {
  answers = { token: 200, zone: 'us-west-2b\n' };
  asked = [];
  server = createServer((request, response) => {
    asked.push(
      `${request.method} ${request.url} ${String(request.headers['x-aws-ec2-metadata-token'] ?? '')}`.trim(),
    );
    if (request.method === 'PUT') response.writeHead(answers.token).end('secret');
    else response.end(answers.zone);
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
  environment: (name) => (name === 'AWS_EC2_METADATA_SERVICE_ENDPOINT' ? endpoint : undefined),
});

describe('the zone of a node', () => {
  it('is advertised only where it is configured, and then by the controller too', async () => {
    expect(hasTopology(settings())).toBe(false);
    expect(awsFsx.hasTopology?.(settings())).toBe(false);
    expect(awsFsx.node(settings())).toMatchObject({ topology: undefined });
    expect(awsFsx.hasTopology?.(settings('imds'))).toBe(true);
  });

  it('is what the flag says', async () => {
    expect(await awsFsx.node(settings('us-west-2a')).topology?.()).toEqual({
      'topology.kubernetes.io/zone': 'us-west-2a',
    });
    expect(asked).toEqual([]);
  });

  it('is asked of the instance with a token', async () => {
    expect(await nodeZone(settings('imds'))).toBe('us-west-2b');
    expect(asked).toEqual([
      'PUT /latest/api/token',
      'GET /latest/meta-data/placement/availability-zone secret',
    ]);
  });

  it('is that of the providerID', async () => {
    const node = { providerId: () => Promise.resolve('aws:///us-west-2-lax-1a/i-01') };
    expect(await awsFsx.node(settings('provider-id'), { node }).topology?.()).toEqual({
      'topology.kubernetes.io/zone': 'us-west-2-lax-1a',
    });
    expect(asked).toEqual([]);
  });

  it.each<[string, (() => Promise<string | undefined>) | undefined, string]>([
    ['a hybrid node', () => Promise.resolve('eks-hybrid:///us-west-2/training/mi-01'), 'hybrid'],
    ['no providerID', () => Promise.resolve(undefined), 'no providerID'],
    ['no right to read it', () => Promise.reject(new Error('403 forbidden')), '403 forbidden'],
    ['no connection to Kubernetes', undefined, 'no connection to Kubernetes'],
  ])('is not guessed where there is %s', async (_name, providerId, words) => {
    const node = providerId && { providerId };
    const error = await nodeZone(settings('provider-id'), node).catch((thrown: unknown) => thrown);
    expect(isDriverError(error, 'unavailable')).toBe(true);
    expect((error as Error).message).toContain(words);
    expect((error as Error).message).toContain('--topology-zone');
  });

  it.each<[string, Partial<typeof answers>, string]>([
    ['refuses', { token: 403 }, 'HTTP 403'],
    ['answers something else', { zone: '<html>' }, 'not an Availability Zone'],
  ])('is not guessed where the instance %s', async (_name, change, words) => {
    answers = { ...answers, ...change };
    const error = await nodeZone(settings('imds')).catch((thrown: unknown) => thrown);
    expect(isDriverError(error, 'unavailable')).toBe(true);
    expect((error as Error).message).toContain(words);
  });
});

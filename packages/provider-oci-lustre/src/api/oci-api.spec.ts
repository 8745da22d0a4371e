import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DriverError } from '@lustre-csi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fastClock, neverAborted } from '../testing/samples.js';
import { httpExchange } from './http-exchange.js';
import { OciApi } from './oci-api.js';
import { ociOperations } from './oci-operations.js';

type Answer = readonly [status: number, body: string, headers?: Record<string, string>];

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });

let server: Server;
let url: URL;
let answers: (Answer | 'reset' | 'silence')[];
let paths: string[];

beforeEach(async () => {
  answers = [];
  paths = [];
  server = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === 'silence') return;
    if (answer === 'reset' || !answer) {
      request.socket.destroy();
      return;
    }
    const [status, body, headers = {}] = answer;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const api = (timeout = 5_000): OciApi =>
  new OciApi({
    send: httpExchange({ timeout }),
    credentials: { key: async () => ({ keyId: 'k', privateKey }), discard: () => false },
    endpoint: async () => url,
    userAgent: 'spec',
    clock: fastClock,
  });

const get = (signal = neverAborted): Promise<unknown> =>
  api().call(ociOperations.getFileSystem, { id: 'a/b' }, signal);

const error = (code: string): string => JSON.stringify({ code, message: 'words' });

describe('a call', () => {
  it.each<[string, Answer | 'reset']>([
    ['throttling', [429, error('TooManyRequests')]],
    ['throttling with a time', [429, error('TooManyRequests'), { 'retry-after': '0' }]],
    ['a server error', [500, error('InternalServerError')]],
    ['a cut connection', 'reset'],
  ])('is repeated after %s', async (_, first) => {
    answers = [first, [200, '{"id":"x"}']];
    expect(await get()).toMatchObject({ body: { id: 'x' } });
    expect(paths).toEqual(['GET /20250228/lustreFileSystems/a%2Fb', 'GET /20250228/lustreFileSystems/a%2Fb']);
  });

  it.each<[string, Answer, object, number]>([
    ['a refusal at once', [404, error('NotAuthorizedOrNotFound')], { status: 404 }, 1],
    ['an error after four calls', [503, error('ServiceUnavailable')], { status: 503, message: 'words' }, 4],
    ['a long pause at once', [429, error('X'), { 'retry-after': '60' }], { retryAfter: 60 }, 1],
    ['an answer that is no JSON', [200, '<html>'], { name: 'MalformedAnswer' }, 1],
    ['an error without JSON', [400, 'Bad Gateway'], { code: '', message: 'Bad Gateway' }, 1],
    ['an error with odd JSON', [400, 'null'], { code: '', message: 'null' }, 1],
  ])('reports %s', async (_, answer, expected, calls) => {
    answers = [answer];
    await expect(get()).rejects.toMatchObject(expected);
    expect(paths).toHaveLength(calls);
  });

  it('ends with its caller', async () => {
    answers = ['silence'];
    const reason = new DriverError('deadline-exceeded', 'over');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    await expect(get(controller.signal)).rejects.toBe(reason);
  });

  it('does not wait for ever', async () => {
    answers = ['silence'];
    const call = api(50).call(ociOperations.getFileSystem, { id: 'x' }, neverAborted);
    await expect(call).rejects.toThrow('no answer within 0.05 s');
  });
});

describe('a listing', () => {
  const all = (): Promise<readonly unknown[]> =>
    api().all(ociOperations.listWorkRequests, { query: { compartmentId: 'c' } }, neverAborted);

  it('reads all pages', async () => {
    answers = [
      [200, '{"items":[1]}', { 'opc-next-page': 'two' }],
      [200, '{"items":[]}', { 'opc-next-page': 'three' }],
      [200, '[2]'],
    ];
    expect(await all()).toEqual([1, 2]);
    expect(paths.at(-1)).toBe('GET /20250228/workRequests?compartmentId=c&page=three');
  });

  it.each(['{}', 'null', '{"items":{}}', '""', ''])('takes no page %s', async (body) => {
    answers = [[200, body]];
    await expect(all()).rejects.toThrow('no page of a listing');
  });

  it('notices pages that do not end', async () => {
    answers = [[200, '{"items":[]}', { 'opc-next-page': 'again' }]];
    await expect(all()).rejects.toThrow('do not end');
  });
});

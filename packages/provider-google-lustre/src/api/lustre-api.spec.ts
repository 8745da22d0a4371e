import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessTokens } from './access-token.js';
import { httpSender } from './http-request.js';
import { LustreApi } from './lustre-api.js';
import { lustreOperations } from './lustre-operations.js';
import { allPages } from './pages.js';
import { RetryPolicy, retryAfter } from './retry-policy.js';

type Answer = (response: ServerResponse, message: IncomingMessage) => void;

let server: Server;
let received: IncomingMessage[];
let answers: Answer[];
let api: LustreApi;
let fetched: number;
let limits: Map<number, () => void>;

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(JSON.stringify(body));
const failing = (http: number, status: string, headers: Record<string, string> = {}): Answer =>
  json({ error: { code: http, status, message: 'no luck' } }, http, headers);
const cut: Answer = (response) => void response.socket?.destroy();

beforeEach(async () => {
  received = [];
  answers = [];
  fetched = 0;
  limits = new Map();
  server = createServer((message, response) => {
    received.push(message);
    message.resume().on('end', () => (answers.shift() ?? json({}))(response, message));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = new AccessTokens({
    description: 'the test',
    fetch: async () => ({ text: `token-${(fetched += 1)}`, expiresAt: Date.now() + 3_600_000 }),
  });
  const retries = new RetryPolicy({ retries: 3, firstDelay: 1, longestDelay: 2 });
  const clock = {
    after: (milliseconds: number, end: () => void) => {
      limits.set(milliseconds, end);
      return () => void limits.delete(milliseconds);
    },
  };
  api = new LustreApi(httpSender(), tokens, { endpoint, userAgent: 'driver/1', retries, clock });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const never = new AbortController().signal;
const handle = { project: 'p', zone: 'us-central1-a', instance: 'i' };
const get = (signal = never) => api.call(lustreOperations.getInstance, handle, signal);
const change = () => api.call(lustreOperations.updateInstance, { ...handle, body: { labels: {} } }, never);
const urls = () => received.map(({ url = '' }) => new URL(url, 'http://host'));

describe('requests', () => {
  it('carry token, user agent and path', async () => {
    await get();
    const [message] = received;
    expect(message).toMatchObject({
      url: '/v1/projects/p/locations/us-central1-a/instances/i',
      headers: { authorization: 'Bearer token-1', 'user-agent': 'driver/1' },
    });
  });

  it.each<[string, Answer]>([
    ['429', failing(429, 'RESOURCE_EXHAUSTED', { 'retry-after': '0' })],
    ['500', failing(500, 'INTERNAL')],
    ['503', failing(503, 'UNAVAILABLE')],
    ['a cut connection', cut],
  ])('are repeated after %s, changes with the same requestId', async (what, trouble) => {
    const throttled = json({ error: { status: 'RESOURCE_EXHAUSTED', message: 'rate limit' } }, 429);
    answers = what === '429' ? [throttled, throttled] : [trouble, trouble];
    await change();
    const ids = urls().map(({ searchParams }) => searchParams.get('requestId'));
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(urls()[0]?.searchParams.get('updateMask')).toBe('labels');
  });

  it('are not repeated where a quota is used up, or for long', async () => {
    answers = [failing(429, 'RESOURCE_EXHAUSTED')];
    await expect(change()).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    answers = Array.from({ length: 9 }, () => failing(503, 'UNAVAILABLE'));
    await expect(get()).rejects.toMatchObject({ http: 503 });
    answers = [failing(503, 'UNAVAILABLE', { 'retry-after': '31' })];
    await expect(get()).rejects.toMatchObject({ http: 503 });
    expect(received).toHaveLength(1 + 4 + 1);
  });

  it('request another token where the API refuses it, once', async () => {
    answers = [failing(401, 'UNAUTHENTICATED'), json({ name: 'x' })];
    expect(await get()).toEqual({ name: 'x' });
    expect(received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    answers = [failing(401, 'UNAUTHENTICATED'), failing(401, 'UNAUTHENTICATED')];
    await expect(get()).rejects.toMatchObject({ http: 401 });
    expect(received).toHaveLength(4);
  });

  it('end with the signal', async () => {
    answers = [() => {}];
    const controller = new AbortController();
    const ended = get(controller.signal);
    await expect.poll(() => received.length).toBe(1);
    controller.abort(new Error('over'));
    await expect(ended).rejects.toThrow('over');
  });

  it('end after their limit, and are then repeated', async () => {
    answers = [() => {}, json({ name: 'x' })];
    const ended = get();
    await expect.poll(() => received.length).toBe(1);
    limits.get(30_000)?.();
    expect(await ended).toEqual({ name: 'x' });
  });

  it.each(['', '[]', 'null', '"x"', '<html>'])('refuse the answer %j', async (text) => {
    answers = [(response) => void response.end(text)];
    await expect(get()).rejects.toThrow(/malformed answer to GetInstance/);
  });
});

describe('allPages', () => {
  const pages = (...bodies: readonly object[]) => {
    const left = [...bodies];
    return allPages('instances', async () => left.shift() ?? {});
  };

  it('reads all, each once', async () => {
    const listing = await pages(
      { instances: [{ name: 'a' }, { name: 'b' }], nextPageToken: '1' },
      { instances: [{ name: 'b', late: true }], unreachable: ['us-central1-b'] },
    );
    expect(listing).toEqual({
      items: [{ name: 'a' }, { name: 'b', late: true }],
      unreachable: ['us-central1-b'],
    });
  });

  it('takes a page without the field for an empty one, as proto3 JSON has it', async () => {
    expect(await pages({})).toEqual({ items: [], unreachable: [] });
  });

  it.each<[string, readonly object[]]>([
    ['items that are no list', [{ instances: {} }]],
    ['an item without a name', [{ instances: [{}] }]],
    ['a token that is no text', [{ nextPageToken: 1 }]],
    ['pages that repeat', [{ nextPageToken: '1' }, { nextPageToken: '1' }]],
  ])('refuses %s', async (_, bodies) => {
    await expect(pages(...bodies)).rejects.toThrow(/listing/);
  });
});

it('retryAfter reads seconds and dates', () => {
  const of = (value: string | undefined) => retryAfter({ header: () => value }, Date.UTC(2026, 0, 1));
  expect([of('7'), of('Thu, 01 Jan 2026 00:00:09 GMT'), of(undefined), of('soon')]).toEqual([
    7000,
    9000,
    undefined,
    undefined,
  ]);
});

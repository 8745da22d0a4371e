import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reachEndpoint } from './reach-endpoint.js';

const AT = Date.parse('2026-11-26T10:00:00Z');

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/silent') return;
    response.writeHead(404, { date: request.url === '/dateless' ? '' : new Date(AT).toUTCString() }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const reach = (to: string, signal = new AbortController().signal): ReturnType<typeof reachEndpoint> =>
  reachEndpoint({ name: 'API', url: to }, { signal, now: () => AT + 90_000 });

it('compares the clock with any HTTP answer', async () => {
  expect(await reach(url)).toEqual({ name: 'API', url, aheadSeconds: 90 });
  expect(await reach(`${url}dateless`)).toEqual({ name: 'API', url: `${url}dateless` });
});

it('reports why there is no answer', async () => {
  expect(await reach('http://127.0.0.1:1/')).toMatchObject({
    error: expect.stringContaining('ECONNREFUSED') as string,
  });
  expect(await reach('nonsense')).toMatchObject({ error: 'Invalid URL' });
});

it('ends with the signal', async () => {
  const over = new AbortController();
  const reached = reach(`${url}silent`, over.signal);
  over.abort(new Error('too late'));
  await expect(reached).rejects.toThrow('too late');
});

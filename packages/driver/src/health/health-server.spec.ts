import { afterEach, describe, expect, it } from 'vitest';
import type { HttpListener } from '../http/http-listener.js';
import { runHealthChecks, type HealthCheck } from './health-checks.js';
import { serveHealth } from './health-server.js';

const good: HealthCheck = { name: 'csi', run: async () => {} };
const bad: HealthCheck = { name: 'lustre-client', run: () => Promise.reject(new Error('no module')) };
const silent: HealthCheck = { name: 'silent', run: () => new Promise(() => {}) };

let health: HttpListener | undefined;
afterEach(() => health?.stop());

describe('serveHealth', () => {
  it.each([
    ['/healthz', 200, 'ok\n'],
    ['/livez', 200, 'ok\n'],
    ['/livez?verbose', 200, '[+]csi ok\n'],
    ['/readyz', 500, '[+]csi ok\n[-]lustre-client failed: no module\n'],
    ['/metrics', 404, 'health is at /healthz, /livez, /readyz\n'],
  ])('answers %s with %d', async (path, status, text) => {
    health = await serveHealth('127.0.0.1:0', { live: [good], ready: [good, bad] });
    const answer = await fetch(`http://${health.address}${path}`);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe(text);
  });

  it('refuses an address without a port, and names the flag', async () => {
    await expect(serveHealth('127.0.0.1', { live: [], ready: [] })).rejects.toThrow(
      '--health-address is "127.0.0.1": write HOST:PORT',
    );
  });
});

describe('runHealthChecks', () => {
  it('reports a check that does not end in time as failed, and the others as they are', async () => {
    expect(await runHealthChecks([silent, good], 20)).toEqual([
      { name: 'silent', failure: 'no result within 20 ms' },
      { name: 'csi', failure: undefined },
    ]);
  });
});

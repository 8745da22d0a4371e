import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lustreFault } from './commands/lustre-fault.js';
import { registerServerFaultApi } from './server-fault-api.js';
import { ServerFaults } from './world/server-faults.js';

let registry: string;
beforeAll(() => {
  registry = mkdtempSync(join(tmpdir(), 'lustre-emulator-spec-'));
});
afterAll(() => rmSync(registry, { recursive: true }));

const url = '/_emulator/lustre-faults';
const frozen = { kind: 'mgs-frozen', fileSystem: 'fs-1' };
const dead = { kind: 'ost-dead', fileSystem: '10.0.0.4', ost: 1 };

describe('faults of simulated servers', () => {
  it('are armed, listed and cleared by the control API', async () => {
    const app = fastify();
    registerServerFaultApi(app, new ServerFaults(registry));
    const posted = await app.inject({ method: 'POST', url, payload: [frozen, dead] });
    expect([posted.statusCode, posted.json()]).toEqual([201, { faults: [frozen, dead] }]);
    expect((await app.inject({ method: 'GET', url })).json()).toEqual({ faults: [frozen, dead] });
    expect((await app.inject({ method: 'DELETE', url })).statusCode).toBe(204);
    expect((await app.inject({ method: 'GET', url })).json()).toEqual({ faults: [] });
  });

  it.each([
    [{ kind: 'mgs-frozen' }, 400, 'fileSystem is missing; it must be a text that is not empty'],
    [{ ...frozen, kind: 'broken' }, 400, 'kind must be one of mgs-unreachable, '],
    [[dead, { ...dead, target: 1 }], 400, 'fault 1: target is not a field of a fault of a server'],
  ])('are refused by the control API: %j', async (payload, status, error) => {
    const app = fastify();
    registerServerFaultApi(app, new ServerFaults(registry));
    const answer = await app.inject({ method: 'POST', url, payload });
    expect([answer.statusCode, answer.json()]).toEqual([
      status,
      { error: expect.stringContaining(error) as string },
    ]);
    expect(new ServerFaults(registry).list()).toEqual([]);
  });

  it('need a registry', async () => {
    const app = fastify();
    registerServerFaultApi(app, undefined);
    expect((await app.inject({ method: 'POST', url, payload: frozen })).statusCode).toBe(409);
  });

  it('are armed, listed and cleared by the command', () => {
    const run = (...args: string[]): string =>
      lustreFault(args, { LUSTRE_EMULATOR_LUSTRE_REGISTRY: registry });
    run('mgs-frozen', 'fs-1');
    run('ost-dead', '10.0.0.4', '1');
    expect(run('list')).toBe(`${JSON.stringify(frozen)}\n${JSON.stringify(dead)}`);
    run('clear', 'fs-1');
    expect(run('list')).toBe(JSON.stringify(dead));
    run('clear');
    expect(run('list')).toBe('');
  });

  it.each([
    [['broken', 'fs-1'], "not 'broken'"],
    [['mgs-frozen'], 'needs the id of a file system'],
    [['ost-dead', 'fs-1', 'x'], "not 'x'"],
  ])('are refused by the command: %j', (args, message) => {
    expect(() => lustreFault(args, { LUSTRE_EMULATOR_LUSTRE_REGISTRY: registry })).toThrow(message);
    expect(() => lustreFault(args, {})).toThrow('LUSTRE_EMULATOR_LUSTRE_REGISTRY is not set');
  });
});

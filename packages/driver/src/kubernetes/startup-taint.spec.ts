import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, RememberedLog } from '@lustre-csi/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { KubeClient } from './kube-client.js';
import { KubernetesNode } from './kubernetes-node.js';
import { StartupTaint, startupTaintKey, type StartupTaintParts } from './startup-taint.js';
import { refuse, startKubeApiServer, type KubeApiServer } from '../testing/kube-api-server.js';

const driverName = 'fsx.csi.aws.com';
const nodePath = '/api/v1/nodes/n-1';
const csiNodePath = '/apis/storage.k8s.io/v1/csinodes/n-1';
const key = 'fsx.csi.aws.com/agent-not-ready';
const ours = { key, effect: 'NoExecute' };
const gpu = { key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' };
const LOOKS_ON_MS = 5 * 60_000;

let server: KubeApiServer;
let directory: string;
let endpoint: ConstructorParameters<typeof KubeClient>[0];
let client: KubeClient;
let clock: ManualClock;
let log: RememberedLog;
let parts: { hasHelper: boolean; hasModule: boolean };
let loads: number;
let registered: boolean;
let stop: AbortController;
let ended: boolean;
let running: Promise<void>;

beforeAll(async () => {
  server = await startKubeApiServer('secret');
  directory = await mkdtemp(join(tmpdir(), 'startup-taint-'));
  await writeFile(join(directory, 'token'), 'secret');
  await writeFile(join(directory, 'ca.crt'), server.ca);
});
beforeEach(() => {
  const files = { caFile: join(directory, 'ca.crt'), tokenFile: join(directory, 'token') };
  endpoint = { host: '127.0.0.1', port: server.port, ...files };
  client = new KubeClient(endpoint);
  server.asked.length = 0;
  server.objects.clear();
  taint([gpu, ours]);
  register(driverName, 'ebs.csi.aws.com');
  clock = new ManualClock();
  log = new RememberedLog();
  parts = { hasHelper: true, hasModule: true };
  loads = 0;
  registered = false;
  stop = new AbortController();
  ended = false;
});
afterEach(async () => {
  server.intercept(undefined);
  stop.abort();
  await running;
  await client.close();
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const taint = (taints: readonly object[]): void =>
  void server.objects.set(nodePath, { metadata: { name: 'n-1' }, spec: { taints } });
const taints = (): unknown => (server.objects.get(nodePath) as { spec: { taints: unknown } }).spec.taints;
const register = (...names: readonly string[]): void =>
  void server.objects.set(csiNodePath, { spec: { drivers: names.map((name) => ({ name, nodeID: 'n-1' })) } });
const patches = (): number => server.asked.filter((asked) => asked.startsWith('PATCH')).length;
const warnings = (): readonly string[] =>
  log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);

function start(change: Partial<StartupTaintParts> = {}): void {
  const startupTaint = new StartupTaint({
    driverName,
    node: new KubernetesNode(client, 'n-1'),
    isRegistered: () => registered,
    readClient: () => Promise.resolve({ ...parts }),
    loadModule: () => Promise.resolve(void loads++),
    kernel: '6.1.0-test',
    clock,
    log,
    random: () => 1,
    ...change,
  });
  running = startupTaint.run(stop.signal).then(() => void (ended = true));
}

/** Ends one pause of the driver, and waits for its work over real sockets: until the next pause, or its end. */
async function round(): Promise<number> {
  const before = clock.now();
  await vi.waitFor(() => expect(clock.waiting).toBe(1), { timeout: 20_000, interval: 1 });
  await clock.next();
  await vi.waitFor(() => expect(ended || clock.waiting === 1).toBe(true), { timeout: 20_000, interval: 1 });
  return clock.now() - before;
}

async function rounds(count: number): Promise<readonly number[]> {
  const delays: number[] = [];
  for (let index = 0; index < count; index++) delays.push(await round());
  return delays;
}

describe('startupTaintKey', () => {
  it.each([
    ['fsx.csi.aws.com', 'fsx.csi.aws.com/agent-not-ready'],
    ['azurelustre.csi.azure.com', 'azurelustre.csi.azure.com/agent-not-ready'],
  ])('has the key of the driver that %s replaces', (name, expected) => {
    expect(startupTaintKey(name)).toBe(expected);
  });
});

describe('StartupTaint', () => {
  it('is removed from a node that can mount, and no other taint is', async () => {
    taint([ours, gpu, { ...ours, effect: 'NoSchedule' }]);
    start();
    await round();
    expect(taints()).toEqual([gpu]);
    expect(patches()).toBe(1);
    expect(log.lines).toEqual([
      expect.objectContaining({
        level: 'info',
        fields: { node: 'n-1', taint: key, effects: ['NoExecute', 'NoSchedule'] },
      }),
    ]);
  });

  it.each<[string, () => void, () => void, string]>([
    [
      'there is no client',
      () => (parts = { hasHelper: false, hasModule: false }),
      () => (parts = { hasHelper: true, hasModule: true }),
      'no Lustre client for its kernel 6.1.0-test',
    ],
    [
      'there is no module',
      () => (parts = { hasHelper: true, hasModule: false }),
      () => (parts = { hasHelper: true, hasModule: true }),
      'kmod-lustre-client',
    ],
    [
      'there is no mount.lustre',
      () => (parts = { hasHelper: false, hasModule: true }),
      () => (parts = { hasHelper: true, hasModule: true }),
      'mount.lustre is not in the node plugin',
    ],
    [
      'kubelet knows other drivers',
      () => register('ebs.csi.aws.com', 'fsx.csi.aws.com.example'),
      () => register(driverName),
      'CSINode object n-1 does not list it',
    ],
    [
      'kubelet has no CSINode yet',
      () => void server.objects.delete(csiNodePath),
      () => register(driverName),
      'kubelet has not registered fsx.csi.aws.com',
    ],
  ])('stays while %s, which is logged once, and is removed after that', async (_, spoil, mend, words) => {
    spoil();
    start();
    await rounds(6);
    expect(taints()).toEqual([gpu, ours]);
    expect(patches()).toBe(0);
    expect(warnings()).toEqual([expect.stringContaining(words)]);
    expect(warnings()[0]).toContain(`the taint ${key} stays on the node`);
    mend();
    await round();
    expect(taints()).toEqual([gpu]);
  });

  it('sends no requests to the API server while the node lacks a part', async () => {
    parts = { hasHelper: false, hasModule: false };
    start();
    await rounds(20);
    expect(server.asked).toEqual([`GET ${nodePath}`]);
  });

  it('makes the kernel load an installed module, since no pod can trigger it', async () => {
    parts = { hasHelper: true, hasModule: false };
    start({ loadModule: () => Promise.resolve(void (parts = { hasHelper: true, hasModule: true })) });
    await round();
    expect(taints()).toEqual([gpu]);
    expect(warnings()).toEqual([]);
  });

  it('does not load it too often, and not without mount.lustre or without the taint', async () => {
    parts = { hasHelper: true, hasModule: false };
    start();
    const passed = (await rounds(30)).reduce((sum, delay) => sum + delay);
    expect(loads).toBeGreaterThan(1);
    expect(loads).toBeLessThanOrEqual(1 + passed / 30_000);
    const before = loads;
    parts = { hasHelper: false, hasModule: false };
    await rounds(20);
    expect(loads).toBe(before);
    parts = { hasHelper: true, hasModule: false };
    taint([gpu]);
    stop.abort();
    await running;
    stop = new AbortController();
    start();
    await rounds(3);
    expect(loads).toBe(before);
  });

  it('keeps the changes of other clients to the taints', async () => {
    let others = 3;
    server.intercept(({ method }) => {
      if (method === 'PATCH' && others > 0) {
        taint([{ key: `other-${others--}`, effect: 'NoSchedule' }, ...(taints() as object[])]);
      }
      return false;
    });
    start();
    await round();
    expect(taints()).toEqual([
      ...[1, 2, 3].map((index) => ({ key: `other-${index}`, effect: 'NoSchedule' })),
      gpu,
    ]);
    expect(patches()).toBe(4);
    expect(warnings()).toEqual([]);
  });

  it('counts as removed if another client has removed it', async () => {
    server.intercept(({ method }) => {
      if (method === 'PATCH') taint([gpu]);
      return false;
    });
    start();
    await round();
    expect(patches()).toBe(1);
    expect(warnings()).toEqual([]);
  });

  it.each([409, 422])('is patched again after status %i, but not for ever', async (status) => {
    let refusals = 0;
    server.intercept(({ method }, response) => {
      if (method !== 'PATCH') return false;
      refusals++;
      refuse(response, status, 'the object has been modified');
      return true;
    });
    start();
    await round();
    expect(refusals).toBeLessThanOrEqual(6);
    expect(warnings()).toEqual([expect.stringContaining('the object has been modified')]);
    server.intercept(undefined);
    await round();
    expect(taints()).toEqual([gpu]);
  });

  it.each<[string, string, number, string]>([
    ['nodes may not be read', nodePath, 403, 'get on nodes'],
    ['CSINodes may not be read', csiNodePath, 403, 'get on csinodes.storage.k8s.io'],
    ['there is no node of this name', nodePath, 404, 'Set CSI_NODE_NAME'],
    ['the API server has trouble', nodePath, 500, 'etcd'],
    ['the API server is busy', nodePath, 429, 'etcd'],
  ])('stays while %s', async (_, path, status, words) => {
    server.intercept(({ url }, response) => {
      if (url !== path) return false;
      refuse(response, status, 'etcd');
      return true;
    });
    start();
    await rounds(4);
    expect(warnings()).toEqual([expect.stringContaining(words)]);
    expect(patches()).toBe(0);
    server.intercept(undefined);
    await round();
    expect(taints()).toEqual([gpu]);
  });

  it.each([
    [403, 'fsx-csi-node-role may not', [gpu]],
    [401, 'Unauthorized', [gpu, ours]],
    [500, 'etcd', [gpu, ours]],
  ])('is removed after kubelet’s own call if CSINodes may not be read: %i', async (status, words, left) => {
    server.intercept(({ url }, response) => {
      if (url !== csiNodePath) return false;
      refuse(response, status, words);
      return true;
    });
    start();
    await rounds(3);
    expect(taints()).toEqual([gpu, ours]);
    registered = true;
    await round();
    expect(taints()).toEqual(left);
    expect(warnings()[0]).toContain('the taint');
    for (const warning of warnings()) expect(warning).toContain(words);
  });

  it('stays after kubelet’s call if CSINode does not list the driver', async () => {
    registered = true;
    register('another');
    start();
    await rounds(3);
    expect(taints()).toEqual([gpu, ours]);
  });

  it('stays while the API server is silent', async () => {
    server.intercept(() => true);
    const impatient = new KubeClient(endpoint, 1_000);
    start({ node: new KubernetesNode(impatient, 'n-1') });
    await rounds(2);
    expect(warnings()).toEqual([expect.stringContaining('did not answer in 1 s')]);
    server.intercept(undefined);
    await round();
    expect(taints()).toEqual([gpu]);
    stop.abort();
    await running;
    await impatient.close();
  });

  it('is checked less and less often, down to twice a minute, and not in step with other nodes', async () => {
    register('another');
    start();
    expect(await rounds(8)).toEqual([1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    stop.abort();
    await running;
    stop = new AbortController();
    start({ random: () => 0 });
    expect(await rounds(3)).toEqual([500, 500, 1_000]);
  });

  it('is checked again soon after one part appears, and the log names the next one', async () => {
    register('another');
    parts = { hasHelper: false, hasModule: false };
    start();
    await rounds(6);
    parts = { hasHelper: true, hasModule: true };
    await round();
    expect(await round()).toBe(1_000);
    expect(warnings()).toEqual([
      expect.stringContaining('no Lustre client'),
      expect.stringContaining('has not registered'),
    ]);
  });

  it('is not checked any more some minutes after its removal, and after few calls', async () => {
    start();
    const startedAt = clock.now();
    while (!ended) await round();
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(LOOKS_ON_MS);
    expect(clock.now() - startedAt).toBeLessThan(LOOKS_ON_MS + 60_000);
    expect(server.asked.length).toBeLessThan(20);
  });

  it('is removed also if it is set after the node is ready', async () => {
    taint([gpu]);
    start();
    await rounds(4);
    expect(patches()).toBe(0);
    taint([ours]);
    await round();
    expect(taints()).toEqual([]);
  });

  it('is checked for ever while it is there', async () => {
    register('another');
    start();
    for (let passed = 0; passed < 3 * LOOKS_ON_MS;) passed += await round();
    expect(ended).toBe(false);
    register(driverName);
    await round();
    expect(taints()).toEqual([gpu]);
  });

  it('is not checked after the driver stops: in a pause, in a call, and while the module is loaded', async () => {
    start();
    stop.abort();
    await running;
    expect(server.asked).toEqual([]);

    stop = new AbortController();
    server.intercept(() => (stop.abort(), true));
    start();
    await clock.next();
    await running;

    stop = new AbortController();
    server.intercept(undefined);
    parts = { hasHelper: true, hasModule: false };
    start({
      loadModule: (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('ended')));
          stop.abort();
        }),
    });
    await clock.next();
    await running;
    expect(patches()).toBe(0);
    expect(log.lines).toEqual([]);
  });
});

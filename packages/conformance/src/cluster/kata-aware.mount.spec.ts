// --kata-aware and --guest-volumes: the real executable as a pod of a cluster, with an API server over TLS and real mounts.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodePublishVolumeRequest } from '@lustre-csi/core/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import { createRequest, readWriteMany, testedDrivers } from '../testing/emulated-cloud.js';
import { guestPodSpec } from './guest-pod.js';
import { startGuest } from './guest-process.js';
import { startFakeKubernetes, type FakeKubernetes } from './fake-kubernetes.js';

const tested = testedDrivers[1] as (typeof testedDrivers)[number];
/** gRPC status codes. */
const OK = 0;
const FAILED_PRECONDITION = 9;
const UNAVAILABLE = 14;

let kubernetes: FakeKubernetes;
let controller: DriverProcess;
let driver: DriverProcess;
let directory: string;
let volumeId: string;
let volumeContext: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lustre-csi-kata-'));
  // Shared, like kubelet's directory in a container.
  mountCommand('mount', '--bind', directory, directory);
  mountCommand('mount', '--make-shared', directory);
  kubernetes = await startFakeKubernetes();
  controller = await startLustreCsi({ driverName: tested.driverName, mode: 'controller' });
  const { volume } = await controller.client.controller.createVolume(createRequest(tested, 'pvc-kata'));
  volumeId = volume?.volumeId ?? '';
  volumeContext = volume?.volumeContext ?? {};
  driver = await startLustreCsi({
    driverName: tested.driverName,
    mode: 'node',
    args: [
      ...['--kata-aware', '--guest-volumes', '--direct-volumes-dir', join(directory, 'state', 'direct')],
      ...['--remove-not-ready-taint=false', '--state-dir', join(directory, 'state')],
    ],
    environment: kubernetes.environment,
  });
});

afterEach(async () => {
  kubernetes.behave('answers');
  for (const name of ['pod', 'other']) {
    await driver.client.node.nodeUnpublishVolume({ volumeId, targetPath: join(directory, name) });
  }
  expect(await mounts()).toBe(0);
  expect(await readdir(directory)).toEqual(['state']);
});

afterAll(async () => {
  await driver.stop();
  await controller.client.controller.deleteVolume({ volumeId, secrets: {} });
  await controller.stop();
  await kubernetes.stop();
  mountCommand('umount', '-R', directory);
  await rm(directory, { recursive: true });
});

const mountCommand = (program: 'mount' | 'umount', ...args: readonly string[]): void =>
  void execFileSync(program, args);

const annotation = `${tested.driverName}/volume-mode`;
const runtimeClass = (handler: string, annotations: Record<string, string> = {}): object => ({
  metadata: { annotations },
  handler,
});

/** Creates a pod with this RuntimeClass; absent: the node's ordinary runtime. */
function createPod(name: string, runtime?: object): Record<string, string> {
  const spec = runtime ? { runtimeClassName: `class-of-${name}` } : {};
  kubernetes.objects.set(`/api/v1/namespaces/ml/pods/${name}`, { metadata: { uid: `uid-of-${name}` }, spec });
  if (runtime) kubernetes.objects.set(`/apis/node.k8s.io/v1/runtimeclasses/class-of-${name}`, runtime);
  return podInfo(name);
}

const podInfo = (name: string): Record<string, string> => ({
  'csi.storage.k8s.io/pod.name': name,
  'csi.storage.k8s.io/pod.namespace': 'ml',
  'csi.storage.k8s.io/pod.uid': `uid-of-${name}`,
});

const publish = (
  pod: Readonly<Record<string, string>>,
  name = 'pod',
  change: Partial<NodePublishVolumeRequest> = {},
): Promise<{ readonly code: number; readonly details?: string }> => {
  const request: NodePublishVolumeRequest = {
    volumeId,
    volumeContext: { ...volumeContext, ...pod },
    targetPath: join(directory, name),
    volumeCapability: readWriteMany(),
    readonly: false,
    stagingTargetPath: '',
    publishContext: {},
    secrets: {},
    ...change,
  };
  return driver.client.node.nodePublishVolume(request).then(
    () => ({ code: OK }),
    (error: unknown) => error as { readonly code: number; readonly details: string },
  );
};

/** Number of mounts at targets of pods. */
const mounts = async (): Promise<number> =>
  (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .filter((line) => /\/(?:pod|other)$/.test(line.split(' ')[4] ?? '') && line.includes(directory)).length;

it.each<[string, object | undefined]>([
  ['the ordinary runtime', undefined],
  ['Kata on the same host', runtimeClass('kata-qemu')],
  ['a handler that the operator has approved', runtimeClass('kata-remote', { [annotation]: 'host' })],
])('publishes to %s', async (_, runtime) => {
  expect(await publish(createPod('trainer', runtime))).toEqual({ code: OK });
  expect(await mounts()).toBe(1);
});

it('refuses a pod whose directory does not propagate the volume', async () => {
  const closed = join(directory, 'closed');
  await mkdir(closed);
  mountCommand('mount', '--bind', closed, closed);
  mountCommand('mount', '--make-private', closed);
  const { code, details } = await publish(createPod('trainer'), 'closed/pod');
  expect(code, details).toBe(FAILED_PRECONDITION);
  expect(details).toContain(`The mount around it, at ${closed}, does not propagate`);
  expect(await mounts()).toBe(0);
  expect(await readdir(closed)).toEqual([]);
  mountCommand('umount', closed);
  await rmdir(closed);
});

it.each<[string, object, string]>([
  ['peer pods', runtimeClass('kata-remote'), 'kata-remote copies volumes into the guest'],
  ['a confidential guest', runtimeClass('kata-qemu-snp'), 'data would be lost'],
  ['a class that the operator has marked', runtimeClass('runc', { [annotation]: 'refuse' }), 'says refuse'],
])('refuses %s, and mounts nothing', async (_, runtime, words) => {
  const { code, details } = await publish(createPod('trainer', runtime));
  expect(code, details).toBe(FAILED_PRECONDITION);
  expect(details).toContain('ml/trainer of RuntimeClass class-of-trainer');
  expect(details).toContain(words);
  expect(await mounts()).toBe(0);
});

it.each<[string, () => Record<string, string>, number, string]>([
  ['a pod that the cluster does not know', () => podInfo('unknown'), UNAVAILABLE, 'unknown'],
  [
    'a pod that another one with the same name has replaced',
    () => ({ ...createPod('trainer'), 'csi.storage.k8s.io/pod.uid': 'uid-of-the-one-before' }),
    UNAVAILABLE,
    'was replaced',
  ],
  ['a call without a pod', () => ({}), FAILED_PRECONDITION, 'podInfoOnMount'],
])('publishes nothing for %s', async (_, pod, expected, words) => {
  const { code, details } = await publish(pod());
  expect(code, details).toBe(expected);
  expect(details).toContain(words);
  expect(await mounts()).toBe(0);
});

it('publishes nothing while the API server refuses, and continues once it answers', async () => {
  const pod = createPod('trainer');
  kubernetes.behave('refuses');
  const refused = await publish(pod);
  expect(refused).toMatchObject({ code: UNAVAILABLE, details: expect.stringContaining('401') as string });
  expect(await mounts()).toBe(0);
  kubernetes.behave('answers');
  expect(await publish(pod)).toEqual({ code: OK });
});

it('checks no pod that runs: a silent API server does not remove volumes', async () => {
  const pod = createPod('trainer');
  expect(await publish(pod)).toEqual({ code: OK });
  const before = kubernetes.asked.length;
  expect(before).toBeGreaterThan(0);
  kubernetes.behave('is silent');
  expect(await publish(pod)).toEqual({ code: OK });
  expect(kubernetes.asked).toHaveLength(before);
  expect(await mounts()).toBe(1);
});

describe('a pod whose guest mounts its volumes', () => {
  const target = (name: string): string => `pods/uid-of-peer/volumes/kubernetes.io~csi/${name}/mount`;
  const handOff = (): Promise<{ readonly code: number; readonly details?: string }> => {
    const volumeContext = { ...podInfo('peer'), 'csi.storage.k8s.io/ephemeral': 'true', handOff: 'true' };
    return publish({}, target('hand-off'), { volumeId: 'csi-0123', volumeContext });
  };
  const unpublish = (id: string, name: string): Promise<object> =>
    driver.client.node.nodeUnpublishVolume({ volumeId: id, targetPath: join(directory, target(name)) });

  beforeEach(async () => {
    createPod('peer', runtimeClass('kata-remote', { [annotation]: 'guest' }));
    kubernetes.objects.set('/api/v1/namespaces/ml/pods/peer', {
      metadata: { uid: 'uid-of-peer' },
      spec: guestPodSpec(tested.driverName, 'class-of-peer'),
    });
    for (const name of ['data', 'hand-off']) {
      await mkdir(join(directory, target(name), '..'), { recursive: true });
    }
  });
  afterEach(async () => {
    await unpublish(volumeId, 'data');
    await unpublish('csi-0123', 'hand-off');
    // The entry of the directory of all pods.
    expect((await readdir(join(directory, 'state', 'direct')).catch(() => [])).length).toBeLessThan(2);
    for (const name of ['data', 'hand-off']) {
      expect(await readdir(join(directory, target(name), '..'))).toEqual([]);
    }
    await rm(join(directory, 'pods'), { recursive: true });
  });

  it('has them in the guest alone, from the start of its containers until their end', async () => {
    expect(await publish(podInfo('peer'), target('data'))).toEqual({ code: OK });
    expect(await handOff()).toEqual({ code: OK });
    const volumePath = join(directory, target('data'));
    expect(await readdir(volumePath)).toEqual(['NOT-MOUNTED-lustre']);
    const stats = await driver.client.node.nodeGetVolumeStats({
      volumeId,
      volumePath,
      stagingTargetPath: '',
    });
    expect(stats).toMatchObject({ usage: [], volumeCondition: { abnormal: false } });

    const guest = await startGuest(tested.driverName, join(directory, target('hand-off')));
    await expect.poll(() => guest.probe('/started'), { timeout: 10_000 }).toMatchObject({ status: 200 });
    expect(await guest.probe('/readyz')).toMatchObject({ status: 200 });
    await writeFile(join(volumePath, 'result'), 'of the guest');
    expect(await guest.stop()).toBe(0);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(volumePath);

    expect(await publish(createPod('trainer'))).toEqual({ code: OK });
    expect(await readFile(join(directory, 'pod', 'result'), 'utf8')).toBe('of the guest');
  });

  it('is refused without the container that mounts them', async () => {
    const spec = { ...guestPodSpec(tested.driverName, 'class-of-peer'), initContainers: [] };
    kubernetes.objects.set('/api/v1/namespaces/ml/pods/peer', { metadata: { uid: 'uid-of-peer' }, spec });
    const { code, details } = await publish(podInfo('peer'), target('data'));
    expect(code, details).toBe(FAILED_PRECONDITION);
    expect(details).toContain('no init container with restartPolicy: Always');
    expect((await handOff()).code).toBe(FAILED_PRECONDITION);
  });
});

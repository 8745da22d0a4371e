// --kata-aware: the guard in the engine that mounts, with real mounts. The cluster's answers are the test's.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeEngine, RuntimeGuard, parseMountSource, type PodRuntimes } from '@lustre-csi/core';
import { RememberedLog } from '@lustre-csi/core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDriverProcess, type DriverProcess } from './testing/driver-process.js';
import { createRequest, testedDrivers } from './testing/emulated-cloud.js';

const tested = testedDrivers[1] as (typeof testedDrivers)[number];
const pod = {
  'csi.storage.k8s.io/pod.name': 'pod-1',
  'csi.storage.k8s.io/pod.namespace': 'default',
  'csi.storage.k8s.io/pod.uid': 'uid-1',
};

let controller: DriverProcess;
let volumeId: string;
let context: Record<string, string>;
let directory: string;
let engine: NodeEngine;
let answer: Awaited<ReturnType<PodRuntimes['handlerOf']>> | Error;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lustre-csi-kata-'));
  const guard = new RuntimeGuard(runtimes, tested.driverName);
  const stateDir = join(directory, 'state');
  engine = new NodeEngine({ stateDir, log: new RememberedLog(), beforePublish: [guard.check] });
  controller = await startDriverProcess({ driverName: tested.driverName, mode: 'controller' });
  const { volume } = await controller.client.controller.createVolume(createRequest(tested, 'pvc-kata'));
  volumeId = volume?.volumeId ?? '';
  context = volume?.volumeContext ?? {};
});

afterAll(async () => {
  await controller.client.controller.deleteVolume({ volumeId, secrets: {} });
  await controller.stop();
  await rm(directory, { recursive: true });
});

const runtimes: PodRuntimes = {
  handlerOf: async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  },
};

const mounts = async (): Promise<number> =>
  (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(` ${directory}/target`)).length;

it.each([
  ['a runtime of the host', { uid: 'uid-1' }, 'published'],
  ['Kata on the same host', { uid: 'uid-1', runtimeClass: 'kata', handler: 'kata-qemu' }, 'published'],
  ['peer pods', { uid: 'uid-1', runtimeClass: 'kata-remote', handler: 'kata-remote' }, 'failed-precondition'],
  [
    'a confidential guest',
    { uid: 'uid-1', runtimeClass: 'cc', handler: 'kata-qemu-snp' },
    'failed-precondition',
  ],
  ['a cluster that does not answer', new Error('connect ECONNREFUSED'), 'unavailable'],
])('%s: %s %s', async (_, cluster, outcome) => {
  answer = cluster;
  const targetPath = join(directory, 'target');
  const signal = new AbortController().signal;
  const command = {
    volumeId,
    targetPath,
    readonly: false,
    capability: { accessMode: 'MULTI_NODE_MULTI_WRITER' as const, fsType: '', mountFlags: [] },
    context: { ...context, ...pod },
    source: parseMountSource(`${context['mgs-ip-address']}@tcp:/${context['fs-name']}`),
  };
  const published = await engine.publish(command, signal).then(
    () => 'published',
    (error: { kind?: string }) => error.kind,
  );
  expect(published).toBe(outcome);
  expect(await mounts()).toBe(outcome === 'published' ? 1 : 0);
  await engine.unpublish({ volumeId, targetPath }, signal);
  expect(await mounts()).toBe(0);
  expect(await readdir(directory)).not.toContain('target');
});

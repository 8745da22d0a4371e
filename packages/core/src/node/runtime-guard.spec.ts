import { describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { builtInMode, RuntimeGuard, type PodReference, type PodRuntime } from './runtime-guard.js';

const driverName = 'fsx.csi.aws.com';
const signal = new AbortController().signal;
const context = {
  'csi.storage.k8s.io/pod.name': 'trainer-0',
  'csi.storage.k8s.io/pod.namespace': 'ml',
  'csi.storage.k8s.io/pod.uid': 'u-1',
  dnsname: 'fs-1.example',
};

function check(runtime: Partial<PodRuntime> | Error, given: Readonly<Record<string, string>> = context) {
  const asked: PodReference[] = [];
  const guard = new RuntimeGuard(
    {
      handlerOf: (pod) => {
        asked.push(pod);
        return runtime instanceof Error
          ? Promise.reject(runtime)
          : Promise.resolve({ uid: 'u-1', ...runtime });
      },
    },
    driverName,
  );
  return guard.check({ volumeId: 'v1', context: given }, signal).then(() => asked);
}

const refusing = (kind: string, ...words: string[]) => ({
  kind,
  message: expect.stringMatching(new RegExp(words.map((word) => `(?=.*${word})`).join(''))) as string,
});

describe('builtInMode', () => {
  it.each([
    ['kata-remote', 'refuse'],
    ['kata-cc', 'refuse'],
    ['kata-qemu-snp', 'refuse'],
    ['kata-qemu-tdx', 'refuse'],
    ['kata-qemu-se', 'refuse'],
    ['kata-qemu-coco-dev', 'refuse'],
    ['kata-qemu-coco-dev-runtime-rs', 'refuse'],
    ['kata-qemu-nvidia-gpu-snp', 'refuse'],
    ['qemu-tdx', 'refuse'],
    ['kata-fc', 'refuse'],
    ['fc', 'refuse'],
    ['kata-fc-rs', 'refuse'],
    ['firecracker', 'refuse'],
    ['kata', 'host'],
    ['kata-qemu', 'host'],
    ['kata-clh', 'host'],
    ['kata-qemu-nvidia-gpu', 'host'],
    ['runc', 'host'],
    ['gvisor', 'host'],
    ['kata-qemu-secure', 'host'],
  ])('%s: %s', (handler, mode) => {
    expect(builtInMode(handler)).toBe(mode);
  });
});

describe('RuntimeGuard', () => {
  it('looks up the pod that kubelet names', async () => {
    expect(await check({})).toEqual([{ name: 'trainer-0', namespace: 'ml', uid: 'u-1' }]);
  });

  it.each<[string, Partial<PodRuntime>]>([
    ['no RuntimeClass', {}],
    ['same-host Kata', { runtimeClass: 'kata', handler: 'kata' }],
    [
      'a handler that the operator vouches for',
      { runtimeClass: 'cc', handler: 'kata-cc', annotation: 'host' },
    ],
  ])('publishes to %s', async (_, runtime) => {
    await expect(check(runtime)).resolves.toHaveLength(1);
  });

  it.each<[string, Partial<PodRuntime>, string[]]>([
    [
      'peer pods',
      { runtimeClass: 'peer', handler: 'kata-remote' },
      ['ml/trainer-0', 'RuntimeClass peer', 'data would be lost', `${driverName}/volume-mode=host`],
    ],
    [
      'an annotation',
      { runtimeClass: 'x', handler: 'runc', annotation: 'refuse' },
      ['annotation .* says refuse'],
    ],
    [
      'a mode of the future',
      { runtimeClass: 'x', handler: 'kata-remote', annotation: 'guest' },
      ['inside the guest'],
    ],
    [
      'a word that is none',
      { runtimeClass: 'x', handler: 'runc', annotation: 'Host' },
      ['write host or refuse'],
    ],
    [
      'a class that is named like its handler',
      { runtimeClass: 'kata-remote' },
      ['kata-remote copies volumes'],
    ],
  ])('refuses %s', async (_, runtime, words) => {
    await expect(check(runtime)).rejects.toMatchObject(refusing('failed-precondition', ...words));
  });

  it('publishes nothing for a pod that was replaced', async () => {
    await expect(check({ uid: 'u-2' })).rejects.toMatchObject(
      refusing('unavailable', 'u-2', 'u-1', 'replaced'),
    );
  });

  it('publishes nothing while the cluster does not answer', async () => {
    await expect(check(new Error('connect ECONNREFUSED'))).rejects.toMatchObject(
      refusing('unavailable', 'ECONNREFUSED', '--kata-aware'),
    );
    await expect(check(new DriverError('not-found', 'no pod'))).rejects.toMatchObject(
      refusing('unavailable', 'no pod'),
    );
    await expect(check(new DriverError('unavailable', 'as it is'))).rejects.toMatchObject({
      message: 'as it is',
    });
  });

  it.each(['name', 'namespace', 'uid'])('needs the pod %s from kubelet', async (key) => {
    const { [`csi.storage.k8s.io/pod.${key}`]: _, ...rest } = context as Record<string, string>;
    await expect(check({}, rest)).rejects.toMatchObject(refusing('failed-precondition', 'podInfoOnMount'));
  });
});

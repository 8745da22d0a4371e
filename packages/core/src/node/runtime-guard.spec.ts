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
      'guests that mount volumes, where the node plugin does not offer it',
      { runtimeClass: 'x', handler: 'kata-remote', annotation: 'guest' },
      ['inside the guest', '--guest-volumes'],
    ],
    [
      'a word that is none',
      { runtimeClass: 'x', handler: 'runc', annotation: 'Host' },
      ['write host, guest or refuse'],
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

  describe('with guests that mount volumes', () => {
    const peer = { runtimeClass: 'kata-remote', handler: 'kata-remote' };
    const guardOf = (runtime: Partial<PodRuntime>) => {
      let asked = 0;
      const runtimes = {
        handlerOf: () => {
          asked += 1;
          return Promise.resolve({ uid: 'u-1', ...runtime });
        },
      };
      return { guard: new RuntimeGuard(runtimes, driverName, true), asked: () => asked };
    };
    const publish = { volumeId: 'v1', context };

    it.each<[Partial<PodRuntime>, string]>([
      [{ ...peer, annotation: 'guest' }, 'guest'],
      [{ runtimeClass: 'x', handler: 'runc', annotation: 'guest' }, 'guest'],
      [{ ...peer, annotation: 'host' }, 'host'],
      [{ runtimeClass: 'kata', handler: 'kata' }, 'host'],
      [{ guestRefusal: 'no hand-off' }, 'host'],
    ])('%j: %s', async (runtime, mode) => {
      expect(await guardOf(runtime).guard.modeFor(publish, signal)).toBe(mode);
    });

    it.each<[string, Partial<PodRuntime>, string[]]>([
      ['peer pods without the annotation', peer, ['data would be lost', `${driverName}/volume-mode=guest`]],
      [
        'a pod that lacks the sidecar',
        { ...peer, annotation: 'guest', guestRefusal: 'no hand-off' },
        ['no hand-off'],
      ],
      ['a word that is none', { ...peer, annotation: 'Guest' }, ['write host, guest or refuse']],
    ])('refuses %s', async (_, runtime, words) => {
      await expect(guardOf(runtime).guard.modeFor(publish, signal)).rejects.toMatchObject(
        refusing('failed-precondition', ...words),
      );
    });

    it('asks the cluster once about a publish, and lets no mount on the node begin for a guest', async () => {
      const { guard, asked } = guardOf({ ...peer, annotation: 'guest' });
      expect(await guard.modeFor(publish, signal)).toBe('guest');
      await expect(guard.check(publish, signal)).rejects.toMatchObject(
        refusing('unavailable', 'next attempt'),
      );
      expect(asked()).toBe(1);
      await guard.modeFor({ ...publish }, signal);
      expect(asked()).toBe(2);
    });
  });
});

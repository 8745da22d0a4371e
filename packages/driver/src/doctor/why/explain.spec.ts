import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HealthyWorld } from '../testing/healthy-world.js';
import type { Subject } from './explain-context.js';
import { explain } from './explain.js';

type Json = Record<string, unknown>;

const NOW = Date.parse('2026-11-26T10:00:00Z');
const UID = '4d7f0c0a-0000-4000-8000-000000000001';
const CLAIM = '/api/v1/namespaces/default/persistentvolumeclaims/data';
const POD = '/api/v1/namespaces/default/pods/train';
const CLASS = '/apis/storage.k8s.io/v1/storageclasses/fast';
const eventsOf = (uid: string): string =>
  `/api/v1/namespaces/default/events?fieldSelector=${encodeURIComponent(`involvedObject.uid=${uid}`)}`;

let world: HealthyWorld;

beforeEach(async () => {
  world = await new HealthyWorld().init();
  const metadata = { namespace: 'default', creationTimestamp: '2026-11-26T09:50:00Z' };
  world.objects.set(CLAIM, {
    metadata: { ...metadata, name: 'data', uid: UID },
    spec: { storageClassName: 'fast' },
    status: { phase: 'Pending' },
  });
  world.objects.set(CLASS, { metadata: { name: 'fast' }, provisioner: 'memory.lustre.test', parameters: {} });
  world.objects.set(eventsOf(UID), { items: [] });
  world.objects.set(POD, {
    metadata: { ...metadata, name: 'train', uid: 'pod-uid' },
    spec: { nodeName: 'node-1', volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] },
    status: { phase: 'Pending' },
  });
  world.objects.set(eventsOf('pod-uid'), { items: [] });
});
afterEach(() => world.stop());

const bind = (): void =>
  world.change(CLAIM, (claim) => {
    claim['spec'] = { storageClassName: 'fast', volumeName: 'pvc-1' };
    claim['status'] = { phase: 'Bound' };
    const csi = { driver: 'memory.lustre.test', volumeHandle: 'fs-1' };
    world.objects.set('/api/v1/persistentvolumes/pvc-1', { spec: { csi } });
  });

const setClass = (change: Json): void => world.change(CLASS, (object) => void Object.assign(object, change));

async function paragraph(
  kind: Subject['kind'],
  name = kind === 'claim' ? 'data' : 'train',
): Promise<[number, string]> {
  let text = '';
  const { kube, cluster } = world;
  const context = {
    driverName: cluster.driverName,
    kube,
    pod: cluster.pod,
    nodeId: 'n',
    provider: cluster.provider,
    now: () => NOW,
  };
  const output = { isTerminal: false, write: (more: string) => void (text += more) };
  const status = await explain({ kind, namespace: 'default', name }, context, output);
  return [status, text];
}

/** State of the claim's file system in the cloud. */
const inCloud = (
  state: 'creating' | 'failed' | 'available',
  cloudState: string,
  stateDetail?: string,
): void =>
  world.cloud.set('fs-1', {
    ...{ state, cloudState, volumeName: `pvc-${UID}`, createdAt: new Date(NOW - 300_000) },
    ...(stateDetail === undefined ? {} : { stateDetail }),
  });

const event = (uid: string, reason: string, message: string): void =>
  world.change(eventsOf(uid), (list) => {
    list['items'] = [{ reason, message, type: 'Warning', lastTimestamp: '2026-11-26T09:59:00Z' }];
  });

describe('doctor claim', () => {
  it.each<[string, () => void, RegExp]>([
    [
      'no StorageClass',
      () => world.change(CLAIM, (o) => (o['spec'] = {})),
      /names no StorageClass.*-> write storageClassName/s,
    ],
    [
      'a StorageClass that does not exist',
      () => world.objects.delete(CLASS),
      /StorageClass fast does not exist/,
    ],
    [
      'a StorageClass of another driver',
      () => setClass({ provisioner: 'ebs.csi.aws.com' }),
      /belongs to the driver ebs\.csi\.aws\.com/,
    ],
    [
      'no pod yet',
      () => setClass({ volumeBindingMode: 'WaitForFirstConsumer' }),
      /WaitForFirstConsumer.*nothing is created before/,
    ],
    [
      'wrong parameters',
      () => setClass({ parameters: { teir: 'fast' } }),
      /refuses the parameters of its StorageClass fast.*did you mean "tier"/,
    ],
    [
      'a creation in progress',
      () => inCloud('creating', 'CREATING'),
      /fs-1 is CREATING for 5 min in the cloud; a creation usually takes about 1 min.*-> wait/s,
    ],
    [
      'a creation that has failed',
      () => inCloud('failed', 'FAILED', 'no capacity'),
      /FAILED \(no capacity\).*the creation has failed/,
    ],
    [
      'a provisioner that has not collected it',
      () => inCloud('available', 'AVAILABLE'),
      /can be used: the provisioner has not collected it/,
    ],
    ['no provisioner', () => {}, /no provisioner has taken it up.*LCSI-K006/s],
    [
      'a refusal of the cloud',
      () => event(UID, 'ProvisioningFailed', 'subnet is full'),
      /The cloud shows no file system.*\(60 s ago\) is ProvisioningFailed: subnet is full\./,
    ],
  ])('explains %s', async (_, plant, text) => {
    plant();
    const [status, words] = await paragraph('claim');
    expect(words).toMatch(text);
    expect(words).toContain('The claim default/data is Pending for 10 min.');
    expect(words.split('\n')[0]).toMatch(/\.$/);
    expect(status).toBe(3);
  });

  it('reports that a bound claim is fine, and one whose file system is gone is not', async () => {
    bind();
    expect(await paragraph('claim')).toEqual([
      0,
      'The claim default/data is bound to the PersistentVolume pvc-1. Its file system fs-1 is AVAILABLE.\n',
    ]);
    world.cloud.fileSystems.delete('fs-1');
    expect((await paragraph('claim'))[1]).toMatch(/fs-1 does not exist in the cloud/);
  });

  it('reports a claim that does not exist', async () => {
    expect((await paragraph('claim', 'none'))[1]).toMatch(/The claim default\/none does not exist/);
  });
});

describe('doctor pod', () => {
  it('explains the claim that the pod waits for', async () => {
    inCloud('creating', 'CREATING');
    expect((await paragraph('pod'))[1]).toMatch(
      /^The pod default\/train is Pending for 10 min\. The claim default\/data is Pending.*CREATING/,
    );
  });

  it.each<[string, () => void, RegExp]>([
    [
      'a node without the driver',
      () => world.change('/apis/storage.k8s.io/v1/csinodes/node-1', (o) => (o['spec'] = { drivers: [] })),
      /Kubelet there has not registered/,
    ],
    [
      'a mount that fails',
      () => event('pod-uid', 'FailedMount', '10.0.0.4@tcp does not answer on TCP 988'),
      /on the node node-1.*FailedMount: 10\.0\.0\.4@tcp does not answer.*lustre-csi doctor/s,
    ],
    [
      'a taint',
      () =>
        world.change(POD, (pod) => {
          delete (pod['spec'] as Json)['nodeName'];
          const message =
            '0/3 nodes are available: 3 node(s) had untolerated taint {memory.lustre.test/agent-not-ready: }.';
          pod['status'] = {
            phase: 'Pending',
            conditions: [{ type: 'PodScheduled', status: 'False', message }],
          };
        }),
      /No node is chosen for it.*cannot mount yet/,
    ],
    ['a claim without a fault', () => {}, /It has no event/],
    ['no claim', () => world.change(POD, (pod) => (pod['spec'] = {})), /uses no claim/],
  ])('explains %s', async (_, plant, text) => {
    bind();
    plant();
    const [status, words] = await paragraph('pod');
    expect(words).toMatch(text);
    expect(status).toBe(3);
  });

  it('reports that a running pod is fine', async () => {
    world.change(POD, (pod) => (pod['status'] = { phase: 'Running' }));
    expect(await paragraph('pod')).toEqual([
      0,
      'The pod default/train is Running. Its volumes are mounted.\n',
    ]);
  });
});

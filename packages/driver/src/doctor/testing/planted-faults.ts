import { Capacity, DriverError } from '@lustre-csi/core';
import { UnresponsiveError } from '@lustre-csi/core/diagnosis';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DRIVER, firstOf, type HealthyWorld } from './healthy-world.js';
import { peerPodFaults } from './peer-pod-faults.js';
import type { PlantedFault } from './planted-fault.js';

const STORAGE = '/apis/storage.k8s.io/v1';
const TAINT = { key: `${DRIVER}/agent-not-ready`, effect: 'NoExecute' };
const now = (): number => Math.floor(Date.now() / 1000);

const lostTarget = (): string =>
  [
    'osc.lustrefs-OST0001-osc-ffff1.import=',
    '    state: DISCONN',
    '    failover_nids: [ "10.0.0.4@tcp" ]',
    'osc.lustrefs-OST0001-osc-ffff1.state=',
    'current_state: DISCONN',
    ` - [ ${now() - 900}, FULL ]`,
    ` - [ ${now() - 600}, DISCONN ]`,
  ].join('\n');

const replaceMount = (world: HealthyWorld, from: string, to: string): void => {
  world.mountInfo = world.mountInfo.map((line) => line.replace(from, to));
};

/** Faults of a node. */
const nodeFaults: readonly PlantedFault[] = [
  [
    'a driver that has stopped',
    (w) => (w.driverError = new Error('ECONNREFUSED')),
    'LCSI-N001',
    /does not answer.*ECONNREFUSED/,
  ],
  [
    'no kernel module',
    (w) => w.write('proc/filesystems', 'nodev\tproc\n'),
    'LCSI-N002',
    /kernel module lustre is not loaded/,
  ],
  [
    'utilities that the module refuses',
    (w) => {
      w.write('sys/module/lustre/version', '2.16.1');
      w.outputs.set('mount.lustre --version', 'mount.lustre 2.17.0');
    },
    'LCSI-N003',
    /2\.17\.0.*2\.16\.1/,
  ],
  [
    'LNet with another port',
    (w) => w.write('sys/module/lnet/parameters/accept_port', '6988\n'),
    'LCSI-N004',
    /port 6988.*another product/,
  ],
  ['LNet without a network', (w) => w.outputs.set('lctl list_nids', '0@lo\n'), 'LCSI-N005', /has no network/],
  [
    'LNet in the network of a pod',
    (w) => w.outputs.set('lctl list_nids', '172.17.0.5@tcp\n'),
    'LCSI-N006',
    /172\.17\.0\.5, which is no address of the node/,
  ],
  [
    'a firewall before the servers',
    (w) => (w.look = { verdict: 'unreachable', words: '10.0.0.4@tcp does not answer on TCP 988' }),
    'LCSI-N007',
    /10\.0\.0\.4.*988/,
  ],
  [
    'kubelet with another directory',
    (w) => replaceMount(w, '/var/lib/kubelet /var/lib/kubelet', '/data/kubelet /data/kubelet'),
    'LCSI-N008',
    /--target-dirs/,
  ],
  [
    'mounts that do not propagate',
    (w) => replaceMount(w, 'rw shared:1 - ext4', 'rw - ext4'),
    'LCSI-N009',
    /pods would write to the disk/,
  ],
  [
    'a state directory in the container',
    (w) => (w.mountInfo = w.mountInfo.filter((line) => !line.startsWith('3 '))),
    'LCSI-N010',
    /lost when it restarts/,
  ],
  [
    'a file system that hangs',
    (w) => (w.unresponsive = new UnresponsiveError(0, undefined)),
    'LCSI-N011',
    /does not answer at .*hang/,
  ],
  [
    'an unmount that hangs',
    (w) =>
      (w.processes = [
        {
          pid: 7,
          name: 'umount',
          state: 'D',
          group: 7,
          startedAtTicks: '1',
          command: 'umount /x',
          waitsIn: 'ptlrpc_set_wait',
        },
      ]),
    'LCSI-N012',
    /process 7 \(umount \/x\).*ptlrpc_set_wait/,
  ],
  [
    'a record without a mount',
    (w) => {
      const target = '/var/lib/kubelet/pods/u/volumes/kubernetes.io~csi/v/mount';
      const record = {
        volumeId: 'fs-9',
        targetPath: target,
        mountPoint: target,
        source: '10.0.0.4@tcp:/lustrefs',
      };
      mkdirSync(join(w.stateDir, 'publications'));
      writeFileSync(
        join(w.stateDir, 'publications/a.json'),
        JSON.stringify({ ...record, accessMode: 'MULTI_NODE_MULTI_WRITER', readonly: false, mountFlags: [] }),
      );
    },
    'LCSI-N013',
    /fs-9.*nothing is mounted there/,
  ],
  [
    'a lost storage target',
    (w) => w.outputs.set('lctl get_param', lostTarget()),
    'LCSI-N014',
    /lustrefs-OST0001 \(DISCONN/,
  ],
  [
    'errors in the kernel log',
    (w) => (w.kernelLines = '"LustreError: MGC10.0.0.4@tcp: failed"'),
    'LCSI-N015',
    /LustreError: MGC/,
  ],
  [
    'a driver that kubelet does not know',
    (w) => w.change(`${STORAGE}/csinodes/node-1`, (o) => (o['spec'] = { drivers: [] })),
    'LCSI-N016',
    /has not registered memory\.lustre\.test/,
  ],
  [
    'a startup taint that stays',
    (w) => w.change('/api/v1/nodes/node-1', (o) => (o['spec'] = { taints: [TAINT] })),
    'LCSI-N017',
    /agent-not-ready keeps pods away/,
  ],
];

/** Faults of the account and its network. */
const cloudFaults: readonly PlantedFault[] = [
  [
    'a driver of the controller that has stopped',
    (w) => (w.driverError = new Error('ENOENT')),
    'LCSI-C001',
    /does not answer.*ENOENT/,
  ],
  [
    'an endpoint that cannot be reached',
    (w) => (w.account.endpoints = [{ name: 'FSx', url: 'https://fsx.test/', error: 'ETIMEDOUT' }]),
    'LCSI-C002',
    /FSx.*ETIMEDOUT.*HTTPS_PROXY/s,
  ],
  [
    'a clock that is wrong',
    (w) => (w.account.endpoints = [{ name: 'FSx', url: 'https://fsx.test/', aheadSeconds: -400 }]),
    'LCSI-C003',
    /400 s behind/,
  ],
  [
    'credentials that are refused',
    (w) => (w.account.refusal = new DriverError('unavailable', 'ExpiredToken')),
    'LCSI-C004',
    /does not accept the credentials.*ExpiredToken/,
  ],
  [
    'a right that is missing',
    (w) => (w.account.rights = [{ name: 'fsx:CreateBackup', state: 'denied', detail: 'AccessDenied' }]),
    'LCSI-C005',
    /fsx:CreateBackup.*lacks this right/,
  ],
  [
    'a quota that is used up',
    (w) => (w.account.quotas = [{ name: 'Persistent_2', used: 10, limit: 10 }]),
    'LCSI-C006',
    /used up: 10 of 10/,
  ],
  [
    'a subnet without free addresses',
    (w) => (w.account.network = { ...w.account.network, subnets: [{ id: 'subnet-1', free: 1, needed: 2 }] }),
    'LCSI-C007',
    /StorageClass fast.*1 free addresses/,
  ],
  [
    'a security group without port 988',
    (w) =>
      (w.account.network = {
        ...w.account.network,
        defects: [{ subject: 'sg-1', cause: 'no inbound rule allows TCP 988', nextStep: 'add one' }],
      }),
    'LCSI-C008',
    /sg-1.*TCP 988/,
  ],
  [
    'a creation that has failed',
    (w) => w.cloud.set('fs-1', { state: 'failed', cloudState: 'FAILED', stateDetail: 'no capacity' }),
    'LCSI-C009',
    /fs-1.*FAILED: no capacity/,
  ],
  [
    'two file systems of one volume',
    (w) => {
      const [first] = w.cloud.fileSystems.values();
      if (first)
        w.cloud.fileSystems.set('fs-2', {
          ...first,
          id: 'fs-2',
          attempt: 2,
          capacity: Capacity.gibibytes(1200),
        });
    },
    'LCSI-C010',
    /fs-1, fs-2.*billed/,
  ],
];

export const PODS = '/api/v1/namespaces/storage/pods';

/** Item of the list of pods that is the node plugin. */
export const nodePodIn = (list: Record<string, unknown>): Record<string, unknown> =>
  (list['items'] as Record<string, unknown>[])[1] ?? {};

/** Faults of the cluster. */
const clusterFaults: readonly PlantedFault[] = [
  ['an API server that is gone', (w) => w.objects.delete('/version'), 'LCSI-K001', /404/],
  [
    'no CSIDriver',
    (w) => w.objects.delete(`${STORAGE}/csidrivers/${DRIVER}`),
    'LCSI-K002',
    /there is no CSIDriver/,
  ],
  [
    'a CSIDriver that wants attachments',
    (w) => w.change(`${STORAGE}/csidrivers/${DRIVER}`, (o) => (o['spec'] = { attachRequired: true })),
    'LCSI-K002',
    /attachRequired is not false/,
  ],
  [
    'a node plugin that crashes',
    (w) =>
      w.change(PODS, (list) => {
        const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' };
        nodePodIn(list)['status'] = { containerStatuses: [{ name: 'lustre-csi', state: { waiting } }] };
      }),
    'LCSI-K003',
    /node-abc on node-1.*CrashLoopBackOff/,
  ],
  [
    'no node plugin at all',
    (w) => w.change(PODS, (list) => (list['items'] = [])),
    'LCSI-K003',
    /no pod of the node plugin/,
  ],
  [
    'a node where the driver is not registered',
    (w) => w.change(`${STORAGE}/csinodes`, (list) => (list['items'] = [])),
    'LCSI-K004',
    /node node-1.*has not registered/,
  ],
  [
    'a node with the startup taint',
    (w) => w.change('/api/v1/nodes', (list) => (firstOf(list)['spec'] = { taints: [TAINT] })),
    'LCSI-K005',
    /node node-1.*keeps pods away/,
  ],
  [
    'a lease that is not renewed',
    (w) =>
      w.change(
        '/apis/coordination.k8s.io/v1/namespaces/storage/leases/memory-lustre-test',
        (o) => (o['spec'] = { holderIdentity: 'controller-0', renewTime: '2020-01-01T00:00:00Z' }),
      ),
    'LCSI-K006',
    /no csi-provisioner leads.*controller-0/,
  ],
  [
    'a ClusterRole without events',
    (w) => w.denied.add('create events'),
    'LCSI-K007',
    /create events.*csi-provisioner needs/,
  ],
  [
    'an old sidecar',
    (w) =>
      w.change(
        PODS,
        (list) => (firstOf(list)['spec'] = { containers: [{ image: 'x/csi-provisioner:v2.1.0' }] }),
      ),
    'LCSI-K008',
    /v2\.1\.0.*older than v3\.0/,
  ],
  [
    'a snapshotter without its CRDs',
    (w) =>
      w.change(
        PODS,
        (list) => (firstOf(list)['spec'] = { containers: [{ image: 'x/csi-snapshotter:v8.6.0' }] }),
      ),
    'LCSI-K009',
    /does not serve snapshot\.storage\.k8s\.io\/v1/,
  ],
  [
    'a StorageClass with a misspelt parameter',
    (w) => w.change(`${STORAGE}/storageclasses`, (list) => (firstOf(list)['parameters'] = { teir: 'fast' })),
    'LCSI-K010',
    /StorageClass fast.*"teir".*did you mean "tier"/,
  ],
  [
    'a PersistentVolume without its source',
    (w) =>
      w.change(
        '/api/v1/persistentvolumes',
        (list) => (firstOf(list)['spec'] = { csi: { driver: DRIVER, volumeHandle: 'fs-1' } }),
      ),
    'LCSI-K011',
    /PersistentVolume pvc-1.*"source" is missing/,
  ],
  [
    'a file system that was deleted in the cloud',
    (w) => void w.cloud.fileSystems.delete('fs-1'),
    'LCSI-K012',
    /fs-1 does not exist in the cloud/,
  ],
];

/** All faults that are planted. */
export const plantedFaults: readonly PlantedFault[] = [
  ...nodeFaults,
  ...cloudFaults,
  ...clusterFaults,
  ...peerPodFaults,
];

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CloudDiagnosis, CloudEndpoint, CloudNetwork, CloudQuota, CloudRight } from '@lustre-csi/core';
import { parseMountInfo, type CommandRunner, type ServerLook } from '@lustre-csi/core/diagnosis';
import { MemoryCloud, memoryProvider, volumeRequest } from '@lustre-csi/core/testing';
import { KubeApiError } from '../../kubernetes/kube-client.js';
import { listAt, textAt } from '../../kubernetes/object-fields.js';
import { storageClassesOf } from '../../kubernetes/storage-classes.js';
import type { ClusterContext } from '../cluster/cluster-context.js';
import type { ControllerContext } from '../controller/controller-context.js';
import { peerPodObjects } from './peer-pods-world.js';
import type { NodeContext, NodeProcess } from '../node/node-context.js';

export const DRIVER = 'memory.lustre.test';
const REGISTRAR = 'registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.17.0';
const PROVISIONER = 'registry.k8s.io/sig-storage/csi-provisioner:v6.3.0';

type Json = Record<string, unknown>;

/** State of the cloud as its diagnosis shows it. */
export interface CloudState {
  rights: CloudRight[];
  quotas: CloudQuota[];
  endpoints: CloudEndpoint[];
  network: CloudNetwork;
  refusal?: Error;
}

/** A node, a controller and a cluster without a defect: a test plants one. */
export class HealthyWorld {
  readonly root = mkdtempSync(join(tmpdir(), 'lustre-csi-doctor-'));
  readonly stateDir = join(this.root, 'state');
  readonly cloud = new MemoryCloud();
  /** Objects of the API by path; lists have `items`. */
  readonly objects = new Map<string, Json>();
  /** Rights that the API denies: `list pods`. */
  readonly denied = new Set<string>();
  /** Output of programs, by program and first argument. */
  readonly outputs = new Map<string, string>();
  mountInfo: string[];
  processes: NodeProcess[] = [];
  addresses = ['10.0.0.9'];
  look: ServerLook = { verdict: 'reachable', words: '' };
  unresponsive: Error | undefined;
  kernelLines: string | undefined = undefined;
  driverError: Error | undefined;
  mustPropagate = true;
  readonly account: CloudState = {
    rights: [{ name: 'fs:Create', state: 'granted' }],
    quotas: [{ name: 'file systems', used: 1, limit: 10 }],
    endpoints: [{ name: 'API', url: 'https://api.cloud.test/', aheadSeconds: 1 }],
    network: { subnets: [{ id: 'subnet-1', free: 200, needed: 2 }], groups: ['sg-1'], defects: [] },
  };

  constructor() {
    this.write('proc/filesystems', 'nodev\tproc\nnodev\tlustre\n');
    this.write('sbin/mount.lustre', '');
    this.write('sys/module/lustre/version', '2.15.6\n');
    this.write('sys/module/lnet/parameters/accept_port', '988\n');
    mkdirSync(this.stateDir);
    this.outputs.set('mount.lustre --version', 'mount.lustre 2.15.6');
    this.outputs.set('lctl list_nids', '10.0.0.9@tcp\n');
    this.outputs.set('lctl get_param', '');
    this.mountInfo = [
      '1 0 0:1 / / rw - overlay overlay rw',
      '2 1 0:2 /var/lib/kubelet /var/lib/kubelet rw shared:1 - ext4 /dev/sda rw',
      `3 1 0:2 /state ${this.stateDir} rw shared:1 - ext4 /dev/sda rw`,
      `4 3 0:5 / ${this.stateDir}/mounts/1 rw shared:2 - lustre 10.0.0.4@tcp:/lustrefs rw`,
    ];
    this.#cluster();
  }

  async init(): Promise<this> {
    const plan = await this.cloud.plan(volumeRequest({ name: 'pvc-1' }));
    await this.cloud.create(plan, await this.cloud.capacityFor(plan, {}), 1);
    this.cloud.settle();
    return this;
  }

  write(path: string, content: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  /** Changes an object of the API. */
  change(path: string, change: (object: Json) => void): void {
    const object = structuredClone(this.objects.get(path) ?? {});
    change(object);
    this.objects.set(path, object);
  }

  get node(): NodeContext {
    return {
      driverName: DRIVER,
      nodeId: 'node-1',
      stateDir: this.stateDir,
      mountsDir: join(this.stateDir, 'mounts'),
      targetDirs: [],
      mountHelper: 'auto',
      mustPropagate: this.mustPropagate,
      root: this.root,
      runner: { run: (program, args) => this.#run(program, args) },
      kernel: '6.1.0',
      addresses: this.addresses,
      kube: this.kube,
      readMounts: async () => parseMountInfo(this.mountInfo.join('\n')),
      probeServer: async () => this.look,
      measure: async () => {
        if (this.unresponsive) throw this.unresponsive;
      },
      processes: async () => this.processes,
      kernelLines: async () => this.kernelLines,
      probeDriver: this.#probeDriver,
    };
  }

  get controller(): ControllerContext {
    const diagnosis: CloudDiagnosis = {
      identity: async () => this.#answer({ name: 'role/driver', account: '1' }),
      rights: async () => this.#answer(this.account.rights),
      quotas: async () => this.account.quotas,
      network: async () => this.account.network,
      endpoints: async () => this.account.endpoints,
    };
    return {
      plugin: memoryProvider(this.cloud),
      diagnosis: async () => diagnosis,
      provider: async () => this.cloud,
      classes: (signal) => storageClassesOf(this.kube, DRIVER, signal),
      probeDriver: this.#probeDriver,
    };
  }

  get cluster(): ClusterContext {
    const plugin = memoryProvider(this.cloud);
    return {
      driverName: DRIVER,
      plugin,
      kube: this.kube,
      pod: { namespace: 'storage', name: 'controller-1' },
      nodeProvider: plugin.node({ flag: () => undefined, environment: () => undefined }),
      provider: async () => this.cloud,
    };
  }

  get kube(): ClusterContext['kube'] {
    return {
      get: async (path) => {
        const object = this.objects.get(path.replace(/[?&]limit=500$/, ''));
        if (!object) throw new KubeApiError(404, `GET ${path}: 404 not found`);
        return object;
      },
      evaluate: async (_path, review) => {
        const attributes = ['spec', 'resourceAttributes'] as const;
        const [verb = '', resource = ''] = ['verb', 'resource'].map((name) =>
          textAt(review, ...attributes, name),
        );
        return { status: { allowed: !this.denied.has(`${verb} ${resource}`) } };
      },
    };
  }

  stop(): void {
    rmSync(this.root, { recursive: true });
  }

  readonly #probeDriver = async (): Promise<void> => {
    if (this.driverError) throw this.driverError;
  };

  #answer<T>(answer: T): T {
    if (this.account.refusal) throw this.account.refusal;
    return answer;
  }

  async #run(program: string, args: readonly string[]): ReturnType<CommandRunner['run']> {
    const stdout = this.outputs.get(`${program} ${args[0] ?? ''}`);
    if (stdout === undefined) throw new Error(`${program} is not installed`);
    return { pid: 1, exitCode: 0, signal: null, stdout, stderr: '' };
  }

  #cluster(): void {
    const storage = '/apis/storage.k8s.io/v1';
    const drivers = [{ name: DRIVER, nodeID: 'node-1' }];
    const node = {
      metadata: { name: 'node-1' },
      spec: { taints: [] },
      status: {
        addresses: [{ type: 'InternalIP', address: '10.0.0.9' }],
        allocatable: { 'kata.peerpods.io/vm': '10' },
      },
    };
    const csiNode = { metadata: { name: 'node-1' }, spec: { drivers } };
    const controller = {
      metadata: { name: 'controller-1' },
      spec: {
        containers: [
          { name: 'lustre-csi', image: 'lustre-csi:1' },
          { name: 'csi-provisioner', image: PROVISIONER },
        ],
      },
    };
    this.objects.set('/version', { gitVersion: 'v1.34.0' });
    this.objects.set('/api/v1/nodes', { items: [node] });
    this.objects.set('/api/v1/nodes/node-1', node);
    this.objects.set(`${storage}/csinodes`, { items: [csiNode] });
    this.objects.set(`${storage}/csinodes/node-1`, csiNode);
    this.objects.set(`${storage}/csidrivers/${DRIVER}`, {
      spec: {
        attachRequired: false,
        podInfoOnMount: true,
        volumeLifecycleModes: ['Persistent', 'Ephemeral'],
      },
    });
    for (const [path, object] of peerPodObjects(DRIVER)) this.objects.set(path, object);
    this.objects.set('/api/v1/namespaces/storage/pods', { items: [controller, nodePod()] });
    this.objects.set(`${storage}/storageclasses`, {
      items: [{ metadata: { name: 'fast' }, provisioner: DRIVER, parameters: { tier: 'fast' } }],
    });
    this.objects.set('/api/v1/persistentvolumes', {
      items: [
        {
          metadata: { name: 'pvc-1' },
          spec: {
            csi: {
              driver: DRIVER,
              volumeHandle: 'fs-1',
              volumeAttributes: { source: '10.0.0.4@tcp:/lustrefs' },
            },
          },
        },
      ],
    });
    this.objects.set('/apis/coordination.k8s.io/v1/namespaces/storage/leases/memory-lustre-test', {
      spec: { holderIdentity: 'controller-1', leaseDurationSeconds: 15, renewTime: new Date().toISOString() },
    });
  }
}

function nodePod(): Json {
  const args = [`--kubelet-registration-path=/var/lib/kubelet/plugins/${DRIVER}/csi.sock`];
  return {
    metadata: { name: 'node-abc' },
    spec: {
      nodeName: 'node-1',
      containers: [
        { name: 'lustre-csi', image: 'lustre-csi:1', args: ['--kata-aware=true'] },
        { name: 'node-driver-registrar', image: REGISTRAR, args },
      ],
    },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** First item of a list. */
export const firstOf = (list: Json): Json => (listAt(list, 'items')[0] ?? {}) as Json;

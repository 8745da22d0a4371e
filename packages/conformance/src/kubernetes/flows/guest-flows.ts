import { expect } from 'vitest';
import { apiVersionOf, type ApiObject } from '../api/resources.js';
import { RELEASE_NAMESPACE } from '../release/releases.js';
import { simulationValues } from '../release/simulation.js';
import type { FlowBench } from './flow-bench.js';
import type { Flow } from './flow.js';
import { nodePluginOf } from './node-flows.js';
import { stay } from './objects.js';

const PODS_DIRECTORY = '/var/lib/kubelet/pods';

interface PluginPod extends ApiObject {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

/** Image of the driver, as the node plugin has it. */
async function driverImage(bench: FlowBench): Promise<string> {
  const pod = await bench.api.find<PluginPod>('Pod', await nodePluginOf(bench), RELEASE_NAMESPACE);
  const container = pod?.spec.containers.find(({ name }) => name === 'lustre-csi');
  if (!container) throw new Error('the node plugin has no container lustre-csi');
  return container.image;
}

/** RuntimeClass whose guests mount volumes. Its handler is that of peer pods, behind which this node has an ordinary runtime. */
const createRuntimeClass = (bench: FlowBench): Promise<string> =>
  bench.createShared({
    apiVersion: apiVersionOf('RuntimeClass'),
    kind: 'RuntimeClass',
    metadata: {
      name: `peer-${bench.namespace}`,
      annotations: { [`${bench.subject.driver}/volume-mode`]: 'guest' },
    },
    handler: 'kata-remote',
  });

const guestArguments = (driver: string): readonly string[] => [
  `--driver-name=${driver}`,
  '--hand-off-dir=/run/lustre-csi/hand-off',
  '--state-dir=/run/lustre-csi/state',
  '--health-address=:9810',
];

/** Parts of a pod that mount its volumes, as in examples/peer-pods/deployment.yaml, with the simulated client. */
async function guestSpec(bench: FlowBench, runtimeClassName: string): Promise<Record<string, unknown>> {
  const { driver } = bench.subject;
  const client = simulationValues(bench.cluster.node);
  const scratch = ['state', 'run-mount', 'tmp'];
  return {
    runtimeClassName,
    terminationGracePeriodSeconds: 60,
    initContainers: [
      {
        name: 'lustre',
        image: await driverImage(bench),
        restartPolicy: 'Always',
        command: ['/bin/lustre-csi', 'guest'],
        args: guestArguments(driver),
        env: client.env,
        securityContext: { privileged: true },
        startupProbe: { httpGet: { path: '/started', port: 9810 }, periodSeconds: 1, failureThreshold: 60 },
        volumeMounts: [
          { name: 'hand-off', mountPath: '/run/lustre-csi/hand-off', readOnly: true },
          { name: 'pods', mountPath: PODS_DIRECTORY, mountPropagation: 'Bidirectional' },
          { name: 'state', mountPath: '/run/lustre-csi/state' },
          { name: 'run-mount', mountPath: '/run/mount' },
          { name: 'tmp', mountPath: '/tmp' },
          ...client.volumeMounts,
        ],
      },
    ],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'hand-off', csi: { driver, volumeAttributes: { handOff: 'true' } } },
      { name: 'pods', hostPath: { path: PODS_DIRECTORY, type: 'Directory' } },
      ...scratch.map((name) => ({ name, emptyDir: {} })),
      ...client.volumes,
    ],
  };
}

/** Pods whose guests mount volumes. The runtime is an ordinary one: the guest is the node, and all but the machine is real. */
export const guestFlows: readonly Flow[] = [
  {
    title: 'a volume that the guest of the pod mounts before the other containers start',
    needs: ['guest volumes'],
    run: async (bench) => {
      const runtimeClassName = await createRuntimeClass(bench);
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      const spec = await guestSpec(bench, runtimeClassName);
      // The container sees the volume from its first instruction on, not the directory of the node. After its end the container
      // "lustre" unmounts, and kubelet can remove the directories.
      const script = 'test ! -e /data/NOT-MOUNTED-lustre && echo hello > /data/file';
      await bench.run('peer', { volume: 'data', script, spec });
      expect(await bench.run('reader', { volume: 'data', script: 'cat /data/file' })).toBe('hello\n');
    },
  },
  {
    title: 'a guest pod without the container that mounts, which the driver refuses',
    needs: ['guest volumes'],
    run: async (bench) => {
      const runtimeClassName = await createRuntimeClass(bench);
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      await bench.createPod('pod', { volume: 'data', script: stay, spec: { runtimeClassName } });
      expect(await bench.event('pod', /FailedMount/)).toMatch(
        /has no inline volume of .* with the attribute handOff/,
      );
    },
  },
];

import { until } from '../api/kubernetes-api.js';
import type { FlowBench } from '../flows/flow-bench.js';
import { installRelease, workloadsReady } from '../release/install.js';
import { allReleases, RELEASE_NAMESPACE, type Release } from '../release/releases.js';
import { injectFaults } from './emulated-clouds.js';
import { driverProcess, killComponent, killProcesses, outage } from './processes.js';

/** Something that breaks, while pods write or while claims are created. */
export interface ChaosCase {
  readonly title: string;
  readonly happens: (bench: FlowBench) => Promise<void>;
}

const killed = (count: number): void => {
  if (count === 0) throw new Error('no process was killed');
};

function releaseOf({ cluster, subject }: FlowBench): Release {
  const found = allReleases(cluster.node).find(({ name }) => name === subject.release);
  if (found === undefined) throw new Error(subject.release);
  return found;
}

/** Upgrades the release so that all pods of a component are replaced. */
async function rollOut(bench: FlowBench, component: 'controller' | 'node'): Promise<void> {
  const release = releaseOf(bench);
  const { values } = release;
  const podAnnotations = { 'lustre-csi-suite/rollout': String(Date.now()) };
  const changed = { ...(values[component] as object), podAnnotations };
  await installRelease(bench.api, bench.cluster.plan, {
    ...release,
    values: { ...values, [component]: changed },
  });
}

/** Seconds of the API server's outage. */
const OUTAGE_SECONDS = 60;

/** Cases while pods write: no write fails and no byte is lost. */
export const whileWriting: readonly ChaosCase[] = [
  {
    title: 'SIGKILL of the node plugin',
    happens: async (bench) => {
      killed(killProcesses(driverProcess(bench.subject.driver, 'node')));
      await workloadsReady(bench.api, { name: bench.subject.release });
    },
  },
  {
    title: 'SIGKILL of kubelet',
    happens: async ({ cluster }) => killComponent(cluster.node, 'kubelet'),
  },
  {
    title: 'an upgrade of the node plugin by a rollout of its DaemonSet',
    happens: (bench) => rollOut(bench, 'node'),
  },
];

/** Outage of a minute, which runs once. */
export const longOutage: ChaosCase = {
  title: `an outage of the API server for ${OUTAGE_SECONDS} s`,
  happens: async ({ api, cluster }) => {
    await outage(cluster.node, 'kube-apiserver', OUTAGE_SECONDS);
    await until('the API server is back', 120, async () => (await api.text('/readyz')) === 'ok');
  },
};

/** Cases in the middle of creations: each claim is bound, and no file system is created twice or forgotten. */
export const whileCreating: readonly ChaosCase[] = [
  {
    title: 'SIGKILL of the controllers',
    happens: async ({ subject }) => killed(killProcesses(driverProcess(subject.driver, 'controller'))),
  },
  {
    title: 'SIGKILL of the provisioners',
    happens: async () => killed(killProcesses({ command: ['csi-provisioner'] })),
  },
  {
    title: 'a hand-over to another leader',
    happens: async ({ api, subject }) => {
      for (const { metadata } of await api.list('Pod', RELEASE_NAMESPACE))
        if (metadata.name.startsWith(`${subject.release}-lustre-csi-controller-`)) {
          await api.delete('Pod', metadata.name, RELEASE_NAMESPACE);
          return;
        }
    },
  },
  { title: 'an upgrade of the controllers', happens: (bench) => rollOut(bench, 'controller') },
  {
    title: 'throttling and an outage of the cloud',
    happens: async ({ subject }) => {
      const cloud = subject.release === 'azure' ? 'azure' : 'aws';
      await injectFaults(
        { kind: 'throttle', cloud, times: 6 },
        { kind: 'error', cloud, status: 503, times: 12 },
      );
    },
  },
];

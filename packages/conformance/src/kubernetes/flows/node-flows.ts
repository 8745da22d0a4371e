import { expect } from 'vitest';
import { until } from '../api/kubernetes-api.js';
import type { ApiObject } from '../api/resources.js';
import { NODE_NAME } from '../cluster/addresses.js';
import { RELEASE_NAMESPACE } from '../release/releases.js';
import { workloadsReady } from '../release/install.js';
import type { Flow } from './flow.js';
import type { FlowBench } from './flow-bench.js';
import { stay } from './objects.js';

interface NodeObject extends ApiObject {
  readonly spec: { readonly taints?: readonly { readonly key: string }[]; readonly unschedulable?: boolean };
}

/** Time of a deletion with a hook that waits for something that cannot happen: the chart's grace period. Seconds. */
const DEADLOCK_SECONDS = 60;

const nodeOf = async (bench: FlowBench): Promise<NodeObject> => {
  const node = await bench.api.find<NodeObject>('Node', NODE_NAME);
  if (node === undefined) throw new Error('the node is gone');
  return node;
};

/** Finds the node plugin's pod of a release. */
export async function nodePluginOf(bench: FlowBench): Promise<string> {
  return until('the node plugin has a pod', 60, async () => {
    const pods = await bench.api.list('Pod', RELEASE_NAMESPACE);
    const mine = pods.filter(({ metadata }) =>
      metadata.name.startsWith(`${bench.subject.release}-lustre-csi-node-`),
    );
    return mine.find(({ metadata }) => metadata.deletionTimestamp === undefined)?.metadata.name;
  });
}

let drains = 0;

/** Marks the node for a drain, or ends that: the drains of several drivers share the only node. */
async function cordon(bench: FlowBench, unschedulable: boolean): Promise<void> {
  drains += unschedulable ? 1 : -1;
  if (drains > 0 && !unschedulable) return;
  await bench.api.patch('Node', NODE_NAME, { spec: { unschedulable } });
  const key = 'node.kubernetes.io/unschedulable';
  await until('the node has the taint of a drain, or lost it', 30, async () => {
    const found = (await nodeOf(bench)).spec.taints?.some((taint) => taint.key === key) ?? false;
    return found === unschedulable;
  });
}

/** Life of the node and its plugin: of each driver, one at a time. */
export const nodeFlows: readonly Flow[] = [
  {
    title: 'a restart of the node plugin under a pod that writes',
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      const script =
        'i=0; until [ -e /data/end ]; do i=$((i+1)); echo $i >> /data/log || exit 1; sleep 0.1; done; wc -l < /data/log';
      await bench.createPod('writer', { volume: 'data', script });
      await bench.running('writer');
      const plugin = await nodePluginOf(bench);
      await bench.api.delete('Pod', plugin, RELEASE_NAMESPACE);
      await bench.gone('Pod', plugin, RELEASE_NAMESPACE);
      await workloadsReady(bench.api, { name: bench.subject.release });
      await bench.run('end', { volume: 'data', script: 'touch /data/end' });
      expect(Number(await bench.succeeded('writer'))).toBeGreaterThan(5);
    },
  },
  {
    title: 'a drain, in which the preStop hook waits until pods have left',
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      await bench.createPod('pod', { volume: 'data', script: stay });
      await bench.running('pod');
      const plugin = await nodePluginOf(bench);
      await cordon(bench, true);
      try {
        const began = Date.now();
        await bench.api.delete('Pod', plugin, RELEASE_NAMESPACE);
        // The hook keeps the plugin while the pod is there.
        await new Promise((resolve) => setTimeout(resolve, 3000));
        expect(await bench.api.find('Pod', plugin, RELEASE_NAMESPACE)).toBeDefined();
        await bench.deletePods('pod');
        await bench.gone('Pod', plugin, RELEASE_NAMESPACE);
        bench.note('drain with a volume', began);
        expect((Date.now() - began) / 1000).toBeLessThan(DEADLOCK_SECONDS);
      } finally {
        await cordon(bench, false);
      }
      await workloadsReady(bench.api, { name: bench.subject.release });
    },
  },
  {
    title: 'the startup taint, which the plugin removes',
    run: async (bench) => {
      const key = `${bench.subject.driver}/agent-not-ready`;
      await bench.api.patch('Node', NODE_NAME, { spec: { taints: [{ key, effect: 'NoExecute' }] } });
      await bench.api.delete('Pod', await nodePluginOf(bench), RELEASE_NAMESPACE);
      await until(
        'the taint is removed',
        90,
        async () => !(await nodeOf(bench)).spec.taints?.some((taint) => taint.key === key),
      );
      await workloadsReady(bench.api, { name: bench.subject.release });
    },
  },
];

import { systemClock } from '@lustre-csi/core';
import { TargetConnections, describeLostTargets } from '@lustre-csi/core/diagnosis';
import { KubernetesNode } from '../../kubernetes/kubernetes-node.js';
import type { KubeClient } from '../../kubernetes/kube-client.js';
import { textAt } from '../../kubernetes/object-fields.js';
import { failed, outcomeOf, passed, skipped, type Check, type Outcome } from '../check.js';
import { knownSources } from './known-sources.js';
import type { NodeContext } from './node-context.js';

const HOUR_MS = 3_600_000;

const nodeOf = (kube: Pick<KubeClient, 'get'>, name: string): KubernetesNode =>
  new KubernetesNode({ get: (path, signal) => kube.get(path, signal), patch: neverPatched }, name);

async function neverPatched(): Promise<never> {
  throw new Error('doctor changes nothing');
}

async function registered({ kube, nodeId, driverName }: NodeContext, signal: AbortSignal): Promise<Outcome> {
  if (!kube) return skipped('this is no pod of a cluster');
  const drivers = await nodeOf(kube, nodeId).registeredDrivers(signal);
  if (drivers.includes(driverName)) return passed(`CSINode ${nodeId} names ${driverName}`);
  return failed(
    `kubelet of ${nodeId} has not registered ${driverName}: it names ${drivers.join(', ') || 'no driver'}`,
    "read the log of node-driver-registrar in this pod: its --kubelet-registration-path has to be the socket's path on the node",
  );
}

async function untainted({ kube, nodeId, driverName }: NodeContext, signal: AbortSignal): Promise<Outcome> {
  if (!kube) return skipped('this is no pod of a cluster');
  const key = `${driverName}/agent-not-ready`;
  const { taints } = await nodeOf(kube, nodeId).read(signal);
  if (!taints.some((taint) => textAt(taint, 'key') === key)) return passed(`no taint ${key}`);
  return failed(
    `the taint ${key} keeps pods away from ${nodeId}: the driver removes it once the client is installed (LCSI-N002) and kubelet ` +
      'has registered the driver',
    'repair those; if both pass, give the service account get and patch on nodes, and keep --remove-not-ready-taint on',
  );
}

async function connected(context: NodeContext): Promise<Outcome> {
  const sources = await knownSources(context);
  if (sources.length === 0) return skipped('this node has mounted no file system yet');
  const { root, runner } = context;
  const connections = new TargetConnections({ runner, clock: systemClock, root });
  const lost = await Promise.all(
    sources.map(async (source) => ({
      source,
      words: describeLostTargets(await connections.lostTargets(source)),
    })),
  );
  return outcomeOf(
    lost.flatMap(({ source, words }) =>
      words === undefined
        ? []
        : [
            {
              subject: source.fsname,
              cause: words,
              nextStep: 'check the state of the file system in its cloud; a failover ends after some minutes',
            },
          ],
    ),
    `${sources.length} file systems without a lost target`,
  );
}

async function quietKernel({ kernelLines }: NodeContext): Promise<Outcome> {
  const lines = await kernelLines(HOUR_MS);
  if (lines === undefined || !/Error/.test(lines))
    return passed('no error of Lustre or LNet in the last hour');
  return failed(
    `the kernel reported errors of Lustre in the last hour: ${lines}`,
    'read all of them on the node: dmesg -T | grep -E "Lustre|LNet"; "rc =" is an errno',
  );
}

/** Checks of the node in the cluster, and of what its kernel reports. */
export const nodeObjectChecks: readonly Check<NodeContext>[] = [
  {
    id: 'LCSI-N014',
    title: 'The targets of the file systems are connected',
    severity: 'warning',
    about:
      'Reads the connections of the Lustre clients to the OSTs and MDTs. Access to files on a lost target hangs.',
    run: connected,
  },
  {
    id: 'LCSI-N015',
    title: 'The kernel reports no error of Lustre',
    severity: 'warning',
    about: "Reads lines of Lustre and LNet in the node's kernel log (/dev/kmsg) of the last hour.",
    run: quietKernel,
  },
  {
    id: 'LCSI-N016',
    title: 'Kubelet has registered the driver',
    severity: 'error',
    about: 'Looks for the driver in the CSINode object of the node. Needs the right to get csinodes.',
    run: registered,
  },
  {
    id: 'LCSI-N017',
    title: 'The startup taint is removed',
    severity: 'error',
    about:
      'Looks for the taint DRIVER-NAME/agent-not-ready on the Node object. Needs the right to get nodes.',
    run: untainted,
  },
];

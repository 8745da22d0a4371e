import { messageOf } from '@lustre-csi/core';
import { listAll } from '../../kubernetes/list-all.js';
import { objectAt } from '../../kubernetes/object-at.js';
import { listAt, textAt, valueAt } from '../../kubernetes/object-fields.js';
import { failed, outcomeOf, passed, skipped, type Check, type Finding, type Outcome } from '../check.js';
import type { ClusterContext } from './cluster-context.js';

async function apiAnswers({ kube }: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  try {
    const version = await kube.get('/version', signal);
    return passed(`Kubernetes ${textAt(version, 'gitVersion') ?? 'of an unknown version'}`);
  } catch (error) {
    signal.throwIfAborted();
    return failed(
      `the API server does not answer this pod: ${messageOf(error)}`,
      'check the network of the pod, and that its service account has a token (automountServiceAccountToken)',
    );
  }
}

async function driverObject(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const { driverName } = context;
  const object = await objectAt(context.kube, `/apis/storage.k8s.io/v1/csidrivers/${driverName}`, signal);
  if (object === undefined)
    return failed(
      `there is no CSIDriver ${driverName}: kubelet and the scheduler do not know the driver`,
      'install the chart with csidriver.create, or apply csidriver.yaml of deploy/',
    );
  const findings: Finding[] = [];
  if (valueAt(object, 'spec', 'attachRequired') !== false)
    findings.push({
      cause: 'attachRequired is not false: kubelet waits for an attachment that no controller makes',
      nextStep: `delete the CSIDriver ${driverName} and create it with attachRequired: false`,
    });
  const modes = listAt(object, 'spec', 'volumeLifecycleModes');
  if (modes.length > 0 && !modes.includes('Persistent'))
    findings.push({
      cause: 'volumeLifecycleModes lacks Persistent: kubelet refuses persistent volumes',
      nextStep: `delete the CSIDriver ${driverName} and create it with volumeLifecycleModes: [Persistent]`,
    });
  const policy = textAt(object, 'spec', 'fsGroupPolicy') ?? 'ReadWriteOnceWithFSType';
  return outcomeOf(
    findings,
    `fsGroupPolicy ${policy}, podInfoOnMount ${valueAt(object, 'spec', 'podInfoOnMount') === true}`,
  );
}

/** Pods of the node plugin: those in which a registrar, or the driver itself, registers this driver. */
export async function nodePods(
  { kube, pod, driverName }: ClusterContext,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const pods = await listAll(kube, `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods`, signal);
  return pods.filter((each) =>
    [...listAt(each, 'spec', 'containers'), ...listAt(each, 'spec', 'initContainers')].some((container) =>
      registers(container, driverName),
    ),
  );
}

function registers(container: unknown, driverName: string): boolean {
  const settings = JSON.stringify([valueAt(container, 'args'), valueAt(container, 'env')]);
  const isRegistrar =
    (textAt(container, 'image') ?? '').includes('node-driver-registrar') ||
    settings.includes('--kubelet-registration-path=');
  return isRegistrar && settings.includes(`/${driverName}/`);
}

const nameOf = (object: unknown): string => textAt(object, 'metadata', 'name') ?? '';

async function podsReady(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const pods = await nodePods(context, signal);
  if (pods.length === 0)
    return failed(
      `no pod of the node plugin of ${context.driverName} runs in the namespace ${context.pod.namespace}`,
      'check the DaemonSet: kubectl describe daemonset; its nodeSelector and affinity have to match the nodes',
    );
  const waiting = pods.filter((each) => !isReady(each));
  return outcomeOf(
    waiting.map((each) => ({
      subject: `pod ${nameOf(each)} on ${textAt(each, 'spec', 'nodeName') ?? 'no node'}`,
      cause: reasonOf(each),
      nextStep: `kubectl describe pod ${nameOf(each)}, and the logs of its containers; then lustre-csi doctor in that pod`,
    })),
    `${pods.length} pods are ready`,
  );
}

const isReady = (each: unknown): boolean =>
  listAt(each, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );

function reasonOf(each: unknown): string {
  const states = [
    ...listAt(each, 'status', 'initContainerStatuses'),
    ...listAt(each, 'status', 'containerStatuses'),
  ];
  const waits = states.flatMap((state) => {
    const reason =
      textAt(state, 'state', 'waiting', 'reason') ?? textAt(state, 'state', 'terminated', 'reason');
    const message = textAt(state, 'state', 'waiting', 'message');
    return reason === undefined
      ? []
      : [`${textAt(state, 'name') ?? ''}: ${reason}${message ? ` (${message})` : ''}`];
  });
  return waits.length > 0 ? `it is not ready: ${waits.join('; ')}` : 'it is not ready';
}

async function registeredEverywhere(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const [pods, csiNodes] = await Promise.all([
    nodePods(context, signal),
    listAll(context.kube, '/apis/storage.k8s.io/v1/csinodes', signal),
  ]);
  const registered = new Set(
    csiNodes
      .filter((node) =>
        listAt(node, 'spec', 'drivers').some((driver) => textAt(driver, 'name') === context.driverName),
      )
      .map(nameOf),
  );
  const missing = pods
    .filter(isReady)
    .filter((each) => !registered.has(textAt(each, 'spec', 'nodeName') ?? ''));
  return outcomeOf(
    missing.map((each) => ({
      subject: `node ${textAt(each, 'spec', 'nodeName') ?? ''}`,
      cause: `kubelet has not registered ${context.driverName}, although the pod ${nameOf(each)} is ready`,
      nextStep:
        'read the log of its container node-driver-registrar: its registration path has to be the path on the node',
    })),
    `${registered.size} nodes have registered the driver`,
  );
}

async function taintsRemoved({ kube, driverName }: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const key = `${driverName}/agent-not-ready`;
  const nodes = await listAll(kube, '/api/v1/nodes', signal);
  const tainted = nodes.filter((node) =>
    listAt(node, 'spec', 'taints').some((taint) => textAt(taint, 'key') === key),
  );
  return outcomeOf(
    tainted.map((node) => ({
      subject: `node ${nameOf(node)}`,
      cause: `the taint ${key} keeps pods away: the node cannot mount yet, or the driver may not remove the taint`,
      nextStep: 'run lustre-csi doctor in the pod of the node plugin on this node',
    })),
    `none of ${nodes.length} nodes has the taint`,
  );
}

/** Lease names: the driver's name with dashes, with a prefix for the resizer (their leader election). */
async function leads({ kube, pod, driverName }: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const name = driverName.replaceAll(/[^a-zA-Z0-9-]/g, '-');
  const path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(pod.namespace)}/leases/${name}`;
  const lease = await objectAt(kube, path, signal);
  if (lease === undefined) return skipped('the provisioner elects no leader: there is no lease');
  const renewed = Date.parse(textAt(lease, 'spec', 'renewTime') ?? '');
  const seconds = Number(valueAt(lease, 'spec', 'leaseDurationSeconds') ?? 15);
  const holder = textAt(lease, 'spec', 'holderIdentity');
  if (holder !== undefined && Date.now() - renewed < 4 * seconds * 1000) return passed(`leader: ${holder}`);
  return failed(
    `no csi-provisioner leads: the lease ${name} was renewed last at ${textAt(lease, 'spec', 'renewTime') ?? 'no time'}, by ` +
      `${holder ?? 'no pod'}. No claim is provisioned meanwhile`,
    'read the logs of csi-provisioner in the controller pods; a driver that does not answer keeps it from leading',
  );
}

/** Checks of the driver's objects and pods. */
export const driverChecks: readonly Check<ClusterContext>[] = [
  {
    id: 'LCSI-K001',
    title: 'The API server answers',
    severity: 'error',
    about: 'Reads the version of the cluster with the token of the service account.',
    run: apiAnswers,
  },
  {
    id: 'LCSI-K002',
    title: 'The CSIDriver object is right',
    severity: 'error',
    about:
      'Reads the CSIDriver object: `attachRequired` has to be false, and persistent volumes have to be allowed.',
    run: driverObject,
  },
  {
    id: 'LCSI-K003',
    title: 'The node plugin runs and is ready',
    severity: 'error',
    about:
      "Finds the pods of the node plugin in the controller's namespace, by their node-driver-registrar, and reads their state.",
    run: podsReady,
  },
  {
    id: 'LCSI-K004',
    title: 'Kubelet has registered the driver on each node with a node plugin',
    severity: 'error',
    about: 'Compares the pods of the node plugin with the CSINode objects.',
    run: registeredEverywhere,
  },
  {
    id: 'LCSI-K005',
    title: 'No node keeps the startup taint',
    severity: 'warning',
    about:
      'Lists nodes with the taint DRIVER-NAME/agent-not-ready. A node that has just joined has it for some seconds.',
    run: taintsRemoved,
  },
  {
    id: 'LCSI-K006',
    title: 'A provisioner leads',
    severity: 'error',
    about: 'Reads the lease of csi-provisioner. Without a leader, claims stay Pending without an event.',
    run: leads,
  },
];

import { listAll } from '../../../kubernetes/list-all.js';
import { objectAt } from '../../../kubernetes/object-at.js';
import { listAt, textAt, valueAt } from '../../../kubernetes/object-fields.js';
import { failed, outcomeOf, passed, skipped, type Check, type Finding, type Outcome } from '../../check.js';
import type { ClusterContext } from '../cluster-context.js';
import { nodePods } from '../driver-checks.js';
import { forGuests, machineSettings, MACHINE_RESOURCE } from './peer-pods.js';

const KATA_CONFIGS = '/apis/kataconfiguration.openshift.io/v1/kataconfigs';

/** Reads the KataConfig of the operator. */
async function operatorDone(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const list = await objectAt(context.kube, KATA_CONFIGS, signal);
  const [config] = listAt(list, 'items');
  if (config === undefined)
    return skipped('there is no KataConfig: peer pods were installed without the operator');
  if (valueAt(config, 'spec', 'enablePeerPods') !== true)
    return failed(
      'enablePeerPods is not true in the KataConfig, so that there is no kata-remote',
      'set spec.enablePeerPods: true in the KataConfig; workers may restart',
    );
  const isBusy = listAt(config, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'InProgress' && textAt(condition, 'status') === 'True',
  );
  if (isBusy)
    return failed(
      'the operator still installs the runtime on nodes, which takes up to an hour and may restart them',
      'wait: oc get kataconfig -o yaml shows its progress',
    );
  return nodesInstalled(context, config, signal);
}

async function nodesInstalled(
  context: ClusterContext,
  config: unknown,
  signal: AbortSignal,
): Promise<Outcome> {
  const installed = listAt(config, 'status', 'kataNodes', 'installed');
  const plugins = await nodePods(context, signal);
  const served = new Set(plugins.flatMap((pod) => textAt(pod, 'spec', 'nodeName') ?? []));
  const findings = installed
    .filter((node): node is string => typeof node === 'string' && !served.has(node))
    .map((node): Finding => ({
      subject: `node ${node}`,
      cause: 'it can run peer pods, and has no pod of the node plugin: their volumes are never published',
      nextStep:
        'compare node.nodeSelector and node.tolerations with kataConfigPoolSelector of the KataConfig',
    }));
  return outcomeOf(findings, `${installed.length} nodes can run peer pods, and have the node plugin`);
}

/** Keys of peer-pods-cm that place a machine in a network, by provider. */
const networkKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['azure', ['AZURE_SUBNET_ID', 'AZURE_NSG_ID', 'AZURE_IMAGE_ID', 'AZURE_REGION', 'AZURE_RESOURCE_GROUP']],
  ['aws', ['AWS_SUBNET_ID', 'AWS_SG_IDS', 'PODVM_AMI_ID', 'AWS_REGION']],
]);

async function machinesPlaced(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const settings = await machineSettings(context, signal);
  if (!settings)
    return failed(
      'there is no ConfigMap peer-pods-cm, so that no machine can be created',
      'create it in the namespace of the operator, with the network and the image of the machines',
    );
  const provider = settings['CLOUD_PROVIDER'] ?? '';
  const keys = ['CLOUD_PROVIDER', ...(networkKeys.get(provider) ?? [])];
  const findings = keys
    .filter((key) => (settings[key] ?? '') === '')
    .map((key): Finding => ({
      subject: `peer-pods-cm ${key}`,
      cause:
        'the key is missing or empty, so that machines get another network or image than the file system needs, or none',
      nextStep: 'set it: see docs/guides/peer-pods.md',
    }));
  const [subnet, group] = [settings[keys[1] ?? ''], settings[keys[2] ?? '']];
  return outcomeOf(
    findings,
    `machines are in ${subnet ?? 'an unknown subnet'} with ${group ?? 'unknown rules'}: TCP 988 and 1018-1023 have to be open between ` +
      'these and the file system, which this check does not try',
  );
}

async function modulesMayLoad(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const settings = await machineSettings(context, signal);
  if (settings?.['ENABLE_SECURE_BOOT'] !== 'true') return passed('machines start without Secure Boot');
  return failed(
    'machines start with Secure Boot (ENABLE_SECURE_BOOT in peer-pods-cm), whose kernel refuses modules without a trusted signature',
    'sign the Lustre modules of the image with a key that the machines trust, or set ENABLE_SECURE_BOOT to false; ignore this if they are signed',
  );
}

async function machinesLeft({ kube }: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const nodes = await listAll(kube, '/api/v1/nodes', signal);
  const limits = nodes.flatMap((node) => {
    const limit = textAt(node, 'status', 'allocatable', MACHINE_RESOURCE);
    return limit === undefined ? [] : [Number(limit)];
  });
  const total = limits.reduce((sum, limit) => sum + limit, 0);
  if (total > 0) return passed(`${limits.length} nodes can have ${total} peer pods`);
  return failed(
    `no node offers ${MACHINE_RESOURCE}: peer pods stay Pending, which is no fault of their volumes`,
    'check the DaemonSet osc-caa-ds (before 1.9: peerpodconfig-ctrl-caa-daemon), and PEERPODS_LIMIT_PER_NODE in peer-pods-cm',
  );
}

/** Checks of the machines of peer pods. */
export const machineChecks: readonly Check<ClusterContext>[] = [
  {
    id: 'LCSI-K015',
    title: 'The operator has installed peer pods on the nodes of the driver',
    severity: 'warning',
    about:
      'Where guests mount volumes, reads the KataConfig of OpenShift sandboxed containers: `enablePeerPods`, the condition InProgress, ' +
      'and its nodes, which need the node plugin.',
    run: forGuests(operatorDone),
  },
  {
    id: 'LCSI-K016',
    title: 'The machines of peer pods have a network and an image',
    severity: 'warning',
    about:
      'Where guests mount volumes, reads the ConfigMap peer-pods-cm. The subnet and the rules in it are those of the Lustre client: a ' +
      'worker that reaches the file system proves nothing about the machines.',
    run: forGuests(machinesPlaced),
  },
  {
    id: 'LCSI-K017',
    title: 'The machines of peer pods load the Lustre modules',
    severity: 'warning',
    about: 'Where guests mount volumes, reads ENABLE_SECURE_BOOT of peer-pods-cm.',
    run: forGuests(modulesMayLoad),
  },
  {
    id: 'LCSI-K018',
    title: 'Nodes can have peer pods',
    severity: 'warning',
    about: `Where guests mount volumes, adds up the allocatable \`${MACHINE_RESOURCE}\` of the nodes.`,
    run: forGuests(machinesLeft),
  },
];

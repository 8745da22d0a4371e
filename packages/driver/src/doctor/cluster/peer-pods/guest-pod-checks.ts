import { listAt, textAt, valueAt } from '../../../kubernetes/object-fields.js';
import { outcomeOf, type Check, type Finding, type Outcome } from '../../check.js';
import type { ClusterContext } from '../cluster-context.js';
import { allPods, forGuests, fullName, guestPods, handOffOf } from './peer-pods.js';

/** Finds pods whose container that mounts does not succeed. */
async function guestsMount(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const all = await allPods(context, signal);
  const pods = all.filter((pod) => handOffOf(pod, context.driverName) !== undefined);
  const findings = pods.flatMap((pod) => failureOf(pod, context.driverName) ?? []);
  const shared = sharedClaims(pods, all);
  const note =
    shared.length === 0
      ? ''
      : `; nodes mount ${shared.join(', ')} for other pods, too: each guest is a client of its own, with its own unmount and statistics`;
  return outcomeOf(findings, `${pods.length} pods have guests that mount volumes${note}`);
}

/** Claims that guests mount for some pods, and nodes for others. */
function sharedClaims(guests: readonly unknown[], all: readonly unknown[]): readonly string[] {
  const others = new Set(all.filter((pod) => !guests.includes(pod)).flatMap(claimsOf));
  return [...new Set(guests.flatMap(claimsOf))].filter((claim) => others.has(claim));
}

const claimsOf = (pod: unknown): readonly string[] =>
  listAt(pod, 'spec', 'volumes').flatMap((volume) => {
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
    return claim === undefined ? [] : [`${textAt(pod, 'metadata', 'namespace') ?? ''}/${claim}`];
  });

function failureOf(pod: unknown, driverName: string): Finding | undefined {
  const handOff = handOffOf(pod, driverName);
  const sidecar = listAt(pod, 'spec', 'initContainers').find((container) =>
    listAt(container, 'volumeMounts').some((mount) => textAt(mount, 'name') === handOff),
  );
  const name = textAt(sidecar, 'name') ?? '';
  const status = listAt(pod, 'status', 'initContainerStatuses').find((each) => textAt(each, 'name') === name);
  const ended = valueAt(status, 'state', 'terminated') ?? valueAt(status, 'lastState', 'terminated');
  const isStarted = valueAt(status, 'started') === true;
  if (isStarted || ended === undefined) return undefined;
  return {
    subject: `pod ${fullName(pod)}`,
    cause: `its container ${name} could not mount the volumes: ${textAt(ended, 'message') ?? textAt(ended, 'reason') ?? 'it ended'}`,
    nextStep: `kubectl logs --namespace ${textAt(pod, 'metadata', 'namespace') ?? ''} ${textAt(pod, 'metadata', 'name') ?? ''} --container ${name}`,
  };
}

/** Namespaces that the webhook of the operator leaves out. */
const EXCLUDED = /^(?:kube-|openshift-|openshift$)/;

async function namespacesCounted(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const pods = await guestPods(context, signal);
  const findings = pods
    .filter((pod) => EXCLUDED.test(textAt(pod, 'metadata', 'namespace') ?? ''))
    .map((pod): Finding => ({
      subject: `pod ${fullName(pod)}`,
      cause:
        'the webhook of peer pods leaves its namespace out: the pod takes resources of the worker instead of a machine of the limit',
      nextStep: 'move it to a namespace whose name begins with neither kube- nor openshift-',
    }));
  return outcomeOf(findings, `${pods.length} pods are in namespaces of the webhook`);
}

/** Finds pods that were never created, since their namespace does not admit the privileged container. */
async function podsAdmitted({ kube, driverName }: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const selector = encodeURIComponent('reason=FailedCreate');
  const list = await kube.get(`/api/v1/events?fieldSelector=${selector}&limit=500`, signal);
  const refused = listAt(list, 'items').filter((event) => {
    const message = textAt(event, 'message') ?? '';
    return /security context constraint|violates PodSecurity/.test(message) && /privileged/i.test(message);
  });
  const findings = refused.map((event): Finding => {
    const namespace = textAt(event, 'involvedObject', 'namespace') ?? '';
    return {
      subject: `${textAt(event, 'involvedObject', 'kind') ?? ''} ${namespace}/${textAt(event, 'involvedObject', 'name') ?? ''}`,
      cause: `its pods are not admitted: ${(textAt(event, 'message') ?? '').slice(0, 300)}`,
      nextStep:
        `if they mount volumes of ${driverName} in guests: bind their service account to system:openshift:scc:privileged, and label the ` +
        `namespace ${namespace} with pod-security.kubernetes.io/enforce=privileged (examples/peer-pods/namespace.yaml)`,
    };
  });
  return outcomeOf(findings, 'no privileged pod was refused lately');
}

/** Checks of pods whose guests mount volumes. */
export const guestPodChecks: readonly Check<ClusterContext>[] = [
  {
    id: 'LCSI-K019',
    title: 'The guests of pods mount their volumes',
    severity: 'error',
    about:
      'Where guests mount volumes, finds the pods with a hand-off volume, and reads the state of their container that mounts: its last ' +
      'words name a missing module, a wrong network of LNet, or servers that do not answer. Reports the claims that nodes mount for ' +
      'other pods, too.',
    limitMs: 30_000,
    run: forGuests(guestsMount),
  },
  {
    id: 'LCSI-K020',
    title: 'Peer pods with volumes are in namespaces that the webhook counts',
    severity: 'warning',
    about:
      'Where guests mount volumes, compares the namespaces of pods with a hand-off volume with those of the platform.',
    limitMs: 30_000,
    run: forGuests(namespacesCounted),
  },
  {
    id: 'LCSI-K021',
    title: 'Pods whose guests mount volumes are admitted',
    severity: 'warning',
    about:
      'Where guests mount volumes, reads the events of workloads whose privileged pods were refused, by a security context constraint ' +
      'of OpenShift or by Pod Security.',
    run: forGuests(podsAdmitted),
  },
];

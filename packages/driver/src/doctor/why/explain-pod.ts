import { objectAt } from '../../kubernetes/object-at.js';
import { listAt, textAt, valueAt } from '../../kubernetes/object-fields.js';
import { describeNewest, eventsOf, formatAge } from './events.js';
import { explainClaim } from './explain-claim.js';
import { fine, waiting, type ExplainContext, type Explanation } from './explain-context.js';
import { orSentence } from './or-sentence.js';

/** Explains why a pod does not start, as far as its volumes of this driver are concerned.
 *  @throws Error if the pod cannot be read */
export async function explainPod(
  namespace: string,
  name: string,
  context: ExplainContext,
  signal: AbortSignal,
): Promise<Explanation> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
  const pod = await objectAt(context.kube, path, signal);
  const title = `The pod ${namespace}/${name}`;
  if (pod === undefined)
    return waiting(`kubectl get pods --namespace ${namespace}`, `${title} does not exist.`);
  const state = stateOf(pod, title, (context.now ?? Date.now)());
  if (state.isStarted) return fine(`${state.begin} Its volumes are mounted.`);
  const claims = claimsOf(pod, name);
  const { begin } = state;
  if (claims.length === 0)
    return waiting('kubectl describe pod', begin, 'It uses no claim: this driver has no part in it.');
  const claim = state.isDeleted ? undefined : await waitingClaim(namespace, claims, context, signal);
  if (claim) return { ...claim, sentences: [begin, ...claim.sentences] };
  const node = textAt(pod, 'spec', 'nodeName');
  if (node === undefined) return explainScheduling(pod, begin, context);
  return explainMount(pod, node, begin, context, signal);
}

interface PodState {
  readonly begin: string;
  readonly isDeleted: boolean;
  readonly isStarted: boolean;
}

/** State of a pod, with the sentence about it. */
function stateOf(pod: unknown, title: string, now: number): PodState {
  const phase = textAt(pod, 'status', 'phase') ?? 'Pending';
  const isDeleted = textAt(pod, 'metadata', 'deletionTimestamp') !== undefined;
  const isStarted = phase !== 'Pending' && !isDeleted;
  const since = formatAge(Date.parse(textAt(pod, 'metadata', 'creationTimestamp') ?? ''), now);
  const words = isDeleted ? 'being deleted' : isStarted ? phase : `${phase} for ${since}`;
  return { begin: `${title} is ${words}.`, isDeleted, isStarted };
}

/** Names of the claims that a pod uses, those of its generic ephemeral volumes included. */
const claimsOf = (pod: unknown, name: string): readonly string[] =>
  listAt(pod, 'spec', 'volumes').flatMap((volume) => {
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
    if (claim !== undefined) return [claim];
    return valueAt(volume, 'ephemeral') === undefined ? [] : [`${name}-${textAt(volume, 'name') ?? ''}`];
  });

/** Explanation of the first claim that is not bound, or whose file system is not well. */
async function waitingClaim(
  namespace: string,
  claims: readonly string[],
  context: ExplainContext,
  signal: AbortSignal,
): Promise<Explanation | undefined> {
  for (const claim of claims) {
    const explained = await explainClaim(namespace, claim, context, signal);
    if (!explained.isFine) return explained;
  }
  return undefined;
}

function explainScheduling(pod: unknown, begin: string, { driverName }: ExplainContext): Explanation {
  const condition = listAt(pod, 'status', 'conditions').find(
    (each) => textAt(each, 'type') === 'PodScheduled',
  );
  const message = textAt(condition, 'message') ?? 'the scheduler gives no reason';
  const key = `${driverName}/agent-not-ready`;
  const words = `No node is chosen for it: ${message.replace(/\.$/, '')}.`;
  if (message.includes(key))
    return waiting(
      'run lustre-csi doctor in the pods of the node plugin on these nodes',
      begin,
      words,
      `The taint ${key} means that the driver on the node cannot mount yet.`,
    );
  return waiting(
    'give the cluster nodes that fit the pod, or change the pod',
    begin,
    words,
    'Its claims are bound.',
  );
}

/** Explains a pod that is on a node, and whose claims are well. */
async function explainMount(
  pod: unknown,
  node: string,
  begin: string,
  context: ExplainContext,
  signal: AbortSignal,
): Promise<Explanation> {
  const { kube, driverName } = context;
  const path = `/apis/storage.k8s.io/v1/csinodes/${encodeURIComponent(node)}`;
  const csiNode = await orSentence(() => objectAt(kube, path, signal), 'CSINode', signal);
  const place = `It is on the node ${node}.`;
  const drivers = listAt(csiNode.value, 'spec', 'drivers').flatMap((driver) => textAt(driver, 'name') ?? []);
  if (csiNode.sentence === undefined && !drivers.includes(driverName))
    return waiting(
      `check the pod of the node plugin on ${node}: it may be missing there (nodeSelector, tolerations) or not be ready`,
      begin,
      place,
      `Kubelet there has not registered ${driverName}: nothing can be mounted.`,
    );
  const { sentence, isAboutMounts } = await lastEvent(pod, context, signal);
  return waiting(
    isAboutMounts
      ? `remove the cause that the event reports; kubelet tries again automatically. lustre-csi doctor in the node plugin's pod on ${node} examines the node`
      : 'kubectl describe pod shows its containers: its volumes are no cause, as far as events show',
    begin,
    place,
    sentence,
  );
}

/** Sentence about the last event of a pod: about volumes, if there is one. */
async function lastEvent(
  pod: unknown,
  context: ExplainContext,
  signal: AbortSignal,
): Promise<{ readonly sentence: string; readonly isAboutMounts: boolean }> {
  const [namespace = '', uid = ''] = ['namespace', 'uid'].map((name) => textAt(pod, 'metadata', name));
  const question = (): ReturnType<typeof eventsOf> => eventsOf(context.kube, namespace, uid, signal);
  const { value: events = [], sentence } = await orSentence(question, 'Its events', signal);
  const mounts = events.filter(({ reason }) => /Mount|Attach|Volume/.test(reason));
  const isAboutMounts = mounts.length > 0;
  const last = describeNewest(isAboutMounts ? mounts : events, (context.now ?? Date.now)());
  return { sentence: sentence ?? last ?? 'It has no event.', isAboutMounts };
}

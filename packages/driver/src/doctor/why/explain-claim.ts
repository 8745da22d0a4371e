import { messageOf } from '@lustre-csi/core';
import { readClass } from '@lustre-csi/core/diagnosis';
import { objectAt } from '../../kubernetes/object-at.js';
import { listAt, textAt } from '../../kubernetes/object-fields.js';
import { toStorageClass } from '../../kubernetes/storage-classes.js';
import { explainCreation, fileSystemFor } from './claim-in-cloud.js';
import { describeNewest, eventsOf, formatAge } from './events.js';
import { fine, waiting, type ExplainContext, type Explanation } from './explain-context.js';
import { orSentence } from './or-sentence.js';

/** Explains why a claim is not bound, or what its volume is.
 *  @throws Error if the claim cannot be read */
export async function explainClaim(
  namespace: string,
  name: string,
  context: ExplainContext,
  signal: AbortSignal,
): Promise<Explanation> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/persistentvolumeclaims/${encodeURIComponent(name)}`;
  const claim = await objectAt(context.kube, path, signal);
  const title = `The claim ${namespace}/${name}`;
  if (claim === undefined)
    return waiting(`kubectl get persistentvolumeclaims --namespace ${namespace}`, `${title} does not exist.`);
  const phase = textAt(claim, 'status', 'phase') ?? 'Pending';
  if (phase === 'Bound') return explainBound(title, claim, context, signal);
  const now = (context.now ?? Date.now)();
  const since = formatAge(Date.parse(textAt(claim, 'metadata', 'creationTimestamp') ?? ''), now);
  const begin = `${title} is ${phase} for ${since}.`;
  const ofClass = await explainClass(claim, begin, context, signal);
  if (ofClass) return ofClass;
  return explainProvisioning(claim, begin, context, signal);
}

/** Explains what is wrong with the class of a claim; undefined: nothing. */
async function explainClass(
  claim: unknown,
  begin: string,
  context: ExplainContext,
  signal: AbortSignal,
): Promise<Explanation | undefined> {
  const className = textAt(claim, 'spec', 'storageClassName');
  if (className === undefined)
    return waiting(
      'write storageClassName in the claim, or mark a StorageClass as the default',
      begin,
      'It names no StorageClass, and waits for a PersistentVolume without one.',
    );
  const path = `/apis/storage.k8s.io/v1/storageclasses/${encodeURIComponent(className)}`;
  const object = await objectAt(context.kube, path, signal);
  if (object === undefined)
    return waiting(
      `create the StorageClass ${className}, or name another one in the claim`,
      begin,
      `Its StorageClass ${className} does not exist.`,
    );
  const provisioner = textAt(object, 'provisioner') ?? '';
  if (provisioner !== context.driverName)
    return waiting(
      `examine ${provisioner}, not ${context.driverName}`,
      begin,
      `Its StorageClass ${className} belongs to the driver ${provisioner}.`,
    );
  const isWaiting = textAt(object, 'volumeBindingMode') === 'WaitForFirstConsumer';
  if (
    isWaiting &&
    textAt(claim, 'metadata', 'annotations', 'volume.kubernetes.io/selected-node') === undefined
  )
    return waiting(
      'create a pod that uses the claim; if there is one, doctor pod explains why it is not scheduled',
      begin,
      `Its StorageClass ${className} has volumeBindingMode WaitForFirstConsumer, and the scheduler has chosen no node yet: nothing is created before.`,
    );
  return explainParameters(object, begin, context);
}

async function explainParameters(
  object: unknown,
  begin: string,
  context: ExplainContext,
): Promise<Explanation | undefined> {
  const { name, parameters } = toStorageClass(object);
  try {
    await readClass(context.driverName, await context.provider(), parameters);
    return undefined;
  } catch (error) {
    return waiting(
      `delete the StorageClass ${name} and create it with the right parameters: they cannot be changed. Then create the claim again`,
      begin,
      `The driver refuses the parameters of its StorageClass ${name}: ${messageOf(error)}.`,
    );
  }
}

async function explainProvisioning(
  claim: unknown,
  begin: string,
  context: ExplainContext,
  signal: AbortSignal,
): Promise<Explanation> {
  const uid = textAt(claim, 'metadata', 'uid') ?? '';
  const namespace = textAt(claim, 'metadata', 'namespace') ?? '';
  const now = (context.now ?? Date.now)();
  const [cloud, events] = await Promise.all([
    orSentence(() => fileSystemFor(uid, context, signal), 'The cloud', signal),
    orSentence(() => eventsOf(context.kube, namespace, uid, signal), 'Its events', signal),
  ]);
  const last = events.sentence ?? describeNewest(events.value ?? [], now);
  const more = last === undefined ? [] : [last];
  if (cloud.value) {
    const explained = await explainCreation(cloud.value, begin, context, now);
    return { ...explained, sentences: [...explained.sentences, ...more] };
  }
  const shown = cloud.sentence ?? 'The cloud shows no file system for it.';
  if (last === undefined)
    return waiting(
      'check that csi-provisioner runs and leads: lustre-csi doctor --only LCSI-K003,LCSI-K006 in the controller pod',
      begin,
      shown,
      'It has no event: no provisioner has taken it up.',
    );
  return waiting(
    'remove the cause that the event reports; the provisioner repeats the creation',
    begin,
    shown,
    ...more,
  );
}

async function explainBound(
  title: string,
  claim: unknown,
  context: ExplainContext,
  signal: AbortSignal,
): Promise<Explanation> {
  const volume = textAt(claim, 'spec', 'volumeName') ?? '';
  const bound = `${title} is bound to the PersistentVolume ${volume}.`;
  const conditions = listAt(claim, 'status', 'conditions').filter(
    (each) => textAt(each, 'status') === 'True',
  );
  const [condition] = conditions;
  if (condition !== undefined)
    return waiting(
      'wait, or read the events of the claim: kubectl describe persistentvolumeclaim',
      bound,
      `It is in change: ${textAt(condition, 'type') ?? ''}${textAt(condition, 'message') ? ` (${textAt(condition, 'message')})` : ''}.`,
    );
  const object = await objectAt(
    context.kube,
    `/api/v1/persistentvolumes/${encodeURIComponent(volume)}`,
    signal,
  );
  if (textAt(object, 'spec', 'csi', 'driver') !== context.driverName)
    return fine(bound, 'Another driver provides it.');
  return explainVolume(bound, textAt(object, 'spec', 'csi', 'volumeHandle') ?? '', context, signal);
}

/** State of a volume's file system in the cloud. */
async function explainVolume(
  bound: string,
  handle: string,
  context: ExplainContext,
  signal: AbortSignal,
): Promise<Explanation> {
  const provider = await context.provider();
  const reference = provider.parseVolumeId(handle);
  if (!reference || reference.staticSource) return fine(bound, `Its volume is ${handle}.`);
  const fileSystem = await provider.find(reference, signal);
  if (!fileSystem)
    return waiting(
      'restore the file system from a backup, or delete the claim and its PersistentVolume',
      bound,
      `Its file system ${reference.id} does not exist in the cloud.`,
    );
  const { id, cloudState, stateDetail, state } = fileSystem;
  const words = `Its file system ${id} is ${cloudState}${stateDetail === undefined ? '' : ` (${stateDetail})`}.`;
  return state === 'available' || state === 'updating'
    ? fine(bound, words)
    : waiting('read the page of the file system in the cloud', bound, words);
}

import { builtInMode } from '@lustre-csi/core/diagnosis';
import { listAll } from '../../../kubernetes/list-all.js';
import { objectAt } from '../../../kubernetes/object-at.js';
import { listAt, textAt, valueAt } from '../../../kubernetes/object-fields.js';
import { failed, outcomeOf, passed, skipped, type Check, type Finding, type Outcome } from '../../check.js';
import type { ClusterContext } from '../cluster-context.js';
import { nodePods } from '../driver-checks.js';
import { forGuests, fullName } from './peer-pods.js';

const modes = ['host', 'guest', 'refuse'];

/** Compares the RuntimeClasses with what the node plugin does with them. */
async function classesMarked({ kube, driverName }: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const key = `${driverName}/volume-mode`;
  const classes = await listAll(kube, '/apis/node.k8s.io/v1/runtimeclasses', signal);
  const marked = classes.flatMap((each) => {
    const mode = textAt(each, 'metadata', 'annotations', key);
    return mode === undefined ? [] : [{ name: fullName(each), mode }];
  });
  const wrong = marked.filter(({ mode }) => !modes.includes(mode));
  if (wrong.length > 0) {
    return outcomeOf(
      wrong.map(({ name, mode }) => ({
        subject: `RuntimeClass ${name}`,
        cause: `its annotation ${key} is ${JSON.stringify(mode)}, and its pods get no volume`,
        nextStep: `kubectl annotate --overwrite runtimeclass ${name} ${key}=guest (or host, or refuse)`,
      })),
      '',
    );
  }
  const guests = marked.filter(({ mode }) => mode === 'guest').map(({ name }) => name);
  if (guests.length > 0) return passed(`guests of ${guests.join(', ')} mount their volumes`);
  const copying = classes
    .filter((each) => builtInMode(textAt(each, 'handler') ?? '') === 'refuse')
    .map(fullName);
  return failed(
    copying.length === 0
      ? 'no RuntimeClass has guests that mount volumes, and none has the handler of peer pods (kata-remote)'
      : `no RuntimeClass is marked, so that the pods of ${copying.join(', ')} get no volume`,
    copying.length === 0
      ? 'install peer pods (KataConfig with enablePeerPods), or turn node.guestVolumes off'
      : `kubectl annotate runtimeclass ${copying[0] ?? ''} ${key}=guest`,
  );
}

/** Finds pods that work on copies of volumes, because the node plugin does not look at runtimes. */
async function guardOn(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const { kube, driverName } = context;
  const plugins = await nodePods(context, signal);
  if (plugins.length === 0) return skipped('no pod of the node plugin was found');
  if (plugins.every(looksAtRuntimes)) {
    const object = await objectAt(kube, `/apis/storage.k8s.io/v1/csidrivers/${driverName}`, signal);
    if (valueAt(object, 'spec', 'podInfoOnMount') === true)
      return passed('the node plugin looks at runtimes');
    return failed(
      'the node plugin looks at runtimes, but kubelet does not name the pod: it refuses all volumes',
      `kubectl patch csidriver ${driverName} --type merge --patch '{"spec":{"podInfoOnMount":true}}'`,
    );
  }
  const pods = await listAll(kube, '/api/v1/pods', signal);
  const findings = pods.filter(mayCopy).map((pod): Finding => ({
    subject: `pod ${fullName(pod)}`,
    cause:
      `its RuntimeClass ${textAt(pod, 'spec', 'runtimeClassName') ?? ''} copies volumes into the guest, and the node plugin does ` +
      'not refuse it: if it has a volume of this driver, its changes are lost',
    nextStep: 'turn node.kataAware on (--kata-aware), and start the pod again',
  }));
  return outcomeOf(findings, 'no pod with a claim has a runtime that copies volumes');
}

const looksAtRuntimes = (pod: unknown): boolean =>
  listAt(pod, 'spec', 'containers').some((container) =>
    listAt(container, 'args').some((arg) => arg === '--kata-aware' || arg === '--kata-aware=true'),
  );

const mayCopy = (pod: unknown): boolean =>
  builtInMode(textAt(pod, 'spec', 'runtimeClassName') ?? '') === 'refuse' &&
  listAt(pod, 'spec', 'volumes').some((volume) => valueAt(volume, 'persistentVolumeClaim') !== undefined);

/** Checks of runtimes. */
export const runtimeChecks: readonly Check<ClusterContext>[] = [
  {
    id: 'LCSI-K013',
    title: 'RuntimeClasses are marked for guests that mount volumes',
    severity: 'error',
    about:
      'Where guests mount volumes, reads the annotation DRIVER-NAME/volume-mode of the RuntimeClasses: its value has to be `host`, ' +
      '`guest` or `refuse`, and one RuntimeClass has to have `guest`.',
    run: forGuests(classesMarked),
  },
  {
    id: 'LCSI-K014',
    title: 'No pod works on a copy of its volume',
    severity: 'error',
    about:
      'Looks for `--kata-aware` in the pods of the node plugin, which needs `podInfoOnMount` in the CSIDriver object. Without it, looks ' +
      'for pods with claims whose RuntimeClass is named like a handler that copies volumes, such as `kata-remote`.',
    limitMs: 30_000,
    run: guardOn,
  },
];

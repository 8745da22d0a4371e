import { listAll } from '../../../kubernetes/list-all.js';
import { objectAt } from '../../../kubernetes/object-at.js';
import { listAt, textAt, textsAt } from '../../../kubernetes/object-fields.js';
import { skipped, type Outcome } from '../../check.js';
import type { ClusterContext } from '../cluster-context.js';

/** Resource of a node of which each peer pod takes one. */
export const MACHINE_RESOURCE = 'kata.peerpods.io/vm';

/** Namespaces of the operator, and of cloud-api-adaptor without it. */
const operatorNamespaces = ['openshift-sandboxed-containers-operator', 'confidential-containers-system'];

/** Name of an object of the API, with its namespace. */
export const fullName = (object: unknown): string =>
  [textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name')].filter(Boolean).join('/');

/** Reports that guests mount volumes: only then does the CSIDriver object admit inline volumes. */
export async function offersGuestVolumes(
  { kube, driverName }: ClusterContext,
  signal: AbortSignal,
): Promise<boolean> {
  const object = await objectAt(kube, `/apis/storage.k8s.io/v1/csidrivers/${driverName}`, signal);
  return listAt(object, 'spec', 'volumeLifecycleModes').includes('Ephemeral');
}

/** Makes a check of what only guests need: it is skipped where the node mounts all volumes. */
export const forGuests =
  (run: (context: ClusterContext, signal: AbortSignal) => Promise<Outcome>) =>
  async (context: ClusterContext, signal: AbortSignal): Promise<Outcome> =>
    (await offersGuestVolumes(context, signal))
      ? run(context, signal)
      : skipped('guests mount no volumes: node.guestVolumes is off');

/** All pods of the cluster. */
export const allPods = ({ kube }: ClusterContext, signal: AbortSignal): Promise<readonly unknown[]> =>
  listAll(kube, '/api/v1/pods', signal);

/** Pods whose guests mount the volumes of the driver: those with a hand-off volume. */
export async function guestPods(context: ClusterContext, signal: AbortSignal): Promise<readonly unknown[]> {
  const pods = await allPods(context, signal);
  return pods.filter((pod) => handOffOf(pod, context.driverName) !== undefined);
}

/** Name of a pod's hand-off volume; undefined: it has none. */
export function handOffOf(pod: unknown, driverName: string): string | undefined {
  const volume = listAt(pod, 'spec', 'volumes').find((each) => textAt(each, 'csi', 'driver') === driverName);
  return textAt(volume, 'name');
}

/** Settings of the machines: the ConfigMap peer-pods-cm; undefined: there is none. */
export async function machineSettings(
  { kube }: ClusterContext,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  for (const namespace of operatorNamespaces) {
    const map = await objectAt(kube, `/api/v1/namespaces/${namespace}/configmaps/peer-pods-cm`, signal);
    if (map !== undefined) return textsAt(map, 'data');
  }
  return undefined;
}

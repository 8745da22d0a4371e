import { messageOf } from '@lustre-csi/core';
import { listAll } from '../../kubernetes/list-all.js';
import { objectAt } from '../../kubernetes/object-at.js';
import { listAt, textAt, valueAt } from '../../kubernetes/object-fields.js';
import { outcomeOf, skipped, unknown, type Check, type Finding, type Outcome } from '../check.js';
import type { ClusterContext } from './cluster-context.js';

/** Right that a container of the controller needs. */
interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly neededBy: string;
}

const right = (
  neededBy: string,
  group: string,
  resource: string,
  ...verbs: readonly string[]
): readonly Right[] => verbs.map((verb) => ({ verb, group, resource, neededBy }));

const STORAGE = 'storage.k8s.io';
const SNAPSHOT = 'snapshot.storage.k8s.io';

/** Rights of the sidecars, by a part of the image's name (their RBAC files). */
const rightsOf: ReadonlyMap<string, readonly Right[]> = new Map([
  [
    'csi-provisioner',
    [
      ...right(
        'csi-provisioner',
        '',
        'persistentvolumes',
        'get',
        'list',
        'watch',
        'create',
        'patch',
        'delete',
      ),
      ...right('csi-provisioner', '', 'persistentvolumeclaims', 'get', 'list', 'watch', 'update'),
      ...right('csi-provisioner', STORAGE, 'storageclasses', 'get', 'list', 'watch'),
      ...right('csi-provisioner', '', 'events', 'create', 'patch'),
    ],
  ],
  [
    'csi-resizer',
    [
      ...right('csi-resizer', '', 'persistentvolumes', 'patch'),
      ...right('csi-resizer', '', 'persistentvolumeclaims/status', 'patch'),
    ],
  ],
  [
    'csi-snapshotter',
    [
      ...right(
        'csi-snapshotter',
        SNAPSHOT,
        'volumesnapshotcontents',
        'get',
        'list',
        'watch',
        'update',
        'patch',
      ),
      ...right('csi-snapshotter', SNAPSHOT, 'volumesnapshotclasses', 'get', 'list', 'watch'),
    ],
  ],
]);

const orphans = [
  ...right('lustre-csi orphans', '', 'persistentvolumes', 'list'),
  ...right('lustre-csi orphans', '', 'persistentvolumeclaims', 'list'),
];

/** Images of this pod's containers. In the network of its node, a pod has the node's host name: then it is the pod of the
 *  driver that has a provisioner. */
async function images(
  { kube, pod, driverName }: ClusterContext,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const pods = await listAll(kube, `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods`, signal);
  const own =
    pods.find((each) => textAt(each, 'metadata', 'name') === pod.name) ??
    pods.find(
      (each) => /csi-provisioner/.test(JSON.stringify(each)) && JSON.stringify(each).includes(driverName),
    );
  if (own === undefined) throw new Error(`there is no pod ${pod.name} in the namespace ${pod.namespace}`);
  const containers = [...listAt(own, 'spec', 'containers'), ...listAt(own, 'spec', 'initContainers')];
  return containers.flatMap((container) => textAt(container, 'image') ?? []);
}

async function rightsGranted(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const used = await images(context, signal);
  const needed = [...rightsOf]
    .filter(([name]) => used.some((image) => image.includes(name)))
    .flatMap(([, each]) => each);
  const findings: Finding[] = [];
  for (const each of [...needed, ...orphans]) {
    if (await isAllowed(context, each, signal)) continue;
    const { verb, group, resource, neededBy } = each;
    findings.push({
      subject: `${verb} ${resource}${group === '' ? '' : `.${group}`}`,
      cause: `the service account of the controller lacks this right, which ${neededBy} needs`,
      nextStep: 'apply the ClusterRoles of the chart (rbac.create), or add the right to your own',
    });
  }
  return outcomeOf(findings, `${needed.length + orphans.length} rights are granted`);
}

async function isAllowed(
  { kube }: ClusterContext,
  { verb, group, resource }: Right,
  signal: AbortSignal,
): Promise<boolean> {
  const [name, subresource] = resource.split('/');
  const resourceAttributes = { verb, group, resource: name, ...(subresource ? { subresource } : {}) };
  const review = await kube.evaluate(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
    signal,
  );
  return valueAt(review, 'status', 'allowed') === true;
}

/** Oldest release of each sidecar with what the driver uses: `[major, minor]`. */
const oldest: readonly (readonly [name: string, major: number, minor: number, reason: string])[] = [
  [
    'csi-provisioner',
    3,
    0,
    'it passes names of claims (--extra-create-metadata) and resumes creations that take minutes',
  ],
  ['csi-resizer', 1, 12, 'it knows errors that it must not repeat, and VolumeAttributesClasses'],
  ['csi-snapshotter', 6, 0, 'it speaks the API v1 of snapshots'],
  ['csi-node-driver-registrar', 2, 9, 'it restarts when kubelet does'],
  ['livenessprobe', 2, 4, 'its probe has a time limit of its own'],
];

async function sidecarsNew(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const used = await images(context, signal);
  const known = used.flatMap((image) => {
    const [name, major, minor, reason] = oldest.find(([each]) => image.includes(each)) ?? [];
    return name === undefined ? [] : [{ image, major: major ?? 0, minor: minor ?? 0, reason: reason ?? '' }];
  });
  if (known.length === 0) return skipped('this pod has no sidecar');
  const findings = known.flatMap(({ image, major, minor, reason }): readonly Finding[] => {
    const [, ownMajor, ownMinor] = /:v?(\d+)\.(\d+)/.exec(image) ?? [];
    if (ownMajor === undefined) return [];
    if (Number(ownMajor) > major || (Number(ownMajor) === major && Number(ownMinor) >= minor)) return [];
    const cause = `it is older than v${major}.${minor}, from which on ${reason}`;
    return [{ subject: image, cause, nextStep: 'use the images of deploy/versions.yaml' }];
  });
  return outcomeOf(findings, known.map(({ image }) => image.split('/').at(-1)).join(', '));
}

async function snapshotApi(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const used = await images(context, signal);
  if (!used.some((image) => image.includes('csi-snapshotter')))
    return skipped('this pod has no csi-snapshotter');
  try {
    const api = await objectAt(context.kube, `/apis/${SNAPSHOT}/v1`, signal);
    const cause = `the cluster does not serve ${SNAPSHOT}/v1, and csi-snapshotter restarts for ever`;
    const nextStep =
      'install the CRDs and the snapshot-controller of kubernetes-csi/external-snapshotter, or turn the sidecar off';
    return outcomeOf(api === undefined ? [{ cause, nextStep }] : [], `${SNAPSHOT}/v1 is served`);
  } catch (error) {
    return unknown(messageOf(error));
  }
}

/** Checks of rights, sidecars and APIs. */
export const rightChecks: readonly Check<ClusterContext>[] = [
  {
    id: 'LCSI-K007',
    title: 'The service account has the rights of the sidecars',
    severity: 'error',
    about:
      'Sends a SelfSubjectAccessReview for each right that the sidecars of this pod and `lustre-csi orphans` need. The API server ' +
      'answers it for every account, and nothing is changed.',
    limitMs: 30_000,
    run: rightsGranted,
  },
  {
    id: 'LCSI-K008',
    title: 'The sidecars are new enough',
    severity: 'warning',
    about:
      'Compares the images of this pod with the oldest releases whose features the driver uses. Images without a version are left out.',
    run: sidecarsNew,
  },
  {
    id: 'LCSI-K009',
    title: 'The snapshot API is installed',
    severity: 'error',
    about:
      'Where csi-snapshotter runs, looks for the snapshot API, which a cluster has only after its CRDs were installed.',
    run: snapshotApi,
  },
];

/** Kubernetes object, as far as the suite names its fields. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
}

/** Kinds that the suite reads or writes: plural, and if they live in a namespace. */
const resources: ReadonlyMap<string, readonly [plural: string, namespaced: boolean]> = new Map<
  string,
  readonly [string, boolean]
>(
  Object.entries({
    ClusterRole: ['clusterroles', false],
    ConfigMap: ['configmaps', true],
    CSIDriver: ['csidrivers', false],
    CSINode: ['csinodes', false],
    CustomResourceDefinition: ['customresourcedefinitions', false],
    DaemonSet: ['daemonsets', true],
    Deployment: ['deployments', true],
    Event: ['events', true],
    Job: ['jobs', true],
    Lease: ['leases', true],
    Namespace: ['namespaces', false],
    Node: ['nodes', false],
    PersistentVolume: ['persistentvolumes', false],
    PersistentVolumeClaim: ['persistentvolumeclaims', true],
    Pod: ['pods', true],
    RuntimeClass: ['runtimeclasses', false],
    Secret: ['secrets', true],
    ServiceAccount: ['serviceaccounts', true],
    StorageClass: ['storageclasses', false],
    VolumeAttachment: ['volumeattachments', false],
    VolumeAttributesClass: ['volumeattributesclasses', false],
    VolumeSnapshot: ['volumesnapshots', true],
    VolumeSnapshotClass: ['volumesnapshotclasses', false],
    VolumeSnapshotContent: ['volumesnapshotcontents', false],
  }),
);

/** API version of each kind that the suite reads by name alone. */
const versions: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ClusterRole: 'rbac.authorization.k8s.io/v1',
    CSIDriver: 'storage.k8s.io/v1',
    CSINode: 'storage.k8s.io/v1',
    CustomResourceDefinition: 'apiextensions.k8s.io/v1',
    DaemonSet: 'apps/v1',
    Deployment: 'apps/v1',
    Job: 'batch/v1',
    Lease: 'coordination.k8s.io/v1',
    RuntimeClass: 'node.k8s.io/v1',
    StorageClass: 'storage.k8s.io/v1',
    VolumeAttachment: 'storage.k8s.io/v1',
    VolumeAttributesClass: 'storage.k8s.io/v1',
    VolumeSnapshot: 'snapshot.storage.k8s.io/v1',
    VolumeSnapshotClass: 'snapshot.storage.k8s.io/v1',
    VolumeSnapshotContent: 'snapshot.storage.k8s.io/v1',
  }),
);

export const apiVersionOf = (kind: string): string => versions.get(kind) ?? 'v1';

export const DEFAULT_NAMESPACE = 'default';

/** Path of a collection, or of one object in it. */
export function pathOf(kind: string, name = '', namespace = DEFAULT_NAMESPACE): string {
  const [plural, namespaced] = resources.get(kind) ?? [];
  if (plural === undefined) throw new Error(`the suite does not know the kind ${kind}`);
  const version = apiVersionOf(kind);
  const prefix = version === 'v1' ? '/api/v1' : `/apis/${version}`;
  const place = namespaced ? `/namespaces/${namespace}` : '';
  return `${prefix}${place}/${plural}${name === '' ? '' : `/${name}`}`;
}

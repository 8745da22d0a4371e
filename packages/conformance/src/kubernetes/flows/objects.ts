import { apiVersionOf, type ApiObject } from '../api/resources.js';
import type { Subject } from './subjects.js';

/** Fields of a class that a flow changes. */
export interface ClassOptions {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: 'Delete' | 'Retain';
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
}

export interface ClaimOptions {
  readonly accessModes?: readonly string[];
  readonly storageClassName?: string;
  readonly size?: string;
  readonly volumeName?: string;
  readonly volumeAttributesClassName?: string;
  readonly dataSource?: { readonly name: string; readonly kind: string; readonly apiGroup: string };
}

export interface PodOptions {
  /** Shell script of the container. */
  readonly script: string;
  /** Name of the claim, or a volume source. */
  readonly volume: string | Readonly<Record<string, unknown>>;
  readonly mount?: Readonly<Record<string, unknown>>;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

const object = (
  kind: string,
  metadata: ApiObject['metadata'],
  fields: Record<string, unknown>,
): ApiObject => ({
  apiVersion: apiVersionOf(kind),
  kind,
  metadata,
  ...fields,
});

export const namespaceObject = (name: string): ApiObject => object('Namespace', { name }, {});

export const storageClass = (name: string, subject: Subject, options: ClassOptions = {}): ApiObject =>
  object(
    'StorageClass',
    { name },
    {
      provisioner: subject.driver,
      parameters: { ...subject.parameters, ...options.parameters },
      reclaimPolicy: options.reclaimPolicy ?? 'Delete',
      volumeBindingMode: options.volumeBindingMode ?? 'Immediate',
      allowVolumeExpansion: true,
    },
  );

export function claimSpec(subject: Subject, options: ClaimOptions): Record<string, unknown> {
  const { accessModes = ['ReadWriteMany'], size = subject.size, ...more } = options;
  return { accessModes, resources: { requests: { storage: size } }, ...more };
}

export const claim = (namespace: string, name: string, subject: Subject, options: ClaimOptions): ApiObject =>
  object('PersistentVolumeClaim', { name, namespace }, { spec: claimSpec(subject, options) });

/** PersistentVolume of an administrator, which its claim names. It stays when the claim is deleted. */
export const staticVolume = (name: string, csi: Readonly<Record<string, unknown>>): ApiObject =>
  object(
    'PersistentVolume',
    { name },
    {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: '',
        csi,
      },
    },
  );

/** Image of all pods of the flows; the node has it. */
const IMAGE = 'docker.io/library/busybox:latest';

export function pod(namespace: string, name: string, options: PodOptions): ApiObject {
  const { volume, script, mount = {}, securityContext, spec = {} } = options;
  const source = typeof volume === 'string' ? { persistentVolumeClaim: { claimName: volume } } : volume;
  const container = {
    name: 'main',
    image: IMAGE,
    imagePullPolicy: 'Never',
    command: ['sh', '-c', `trap 'exit 0' TERM; ${script}`],
    volumeMounts: [{ name: 'data', mountPath: '/data', ...mount }],
    ...(securityContext === undefined ? {} : { securityContext }),
  };
  return object(
    'Pod',
    { name, namespace },
    {
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 5,
        // A startup taint of another driver concerns no pod that runs.
        tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
        containers: [container],
        volumes: [{ name: 'data', ...source }],
        ...spec,
      },
    },
  );
}

/** Script that keeps a pod running. */
export const stay = 'while :; do sleep 1 & wait $!; done';

export const volumeSnapshot = (
  namespace: string,
  name: string,
  className: string,
  claimName: string,
): ApiObject =>
  object(
    'VolumeSnapshot',
    { name, namespace },
    {
      spec: { volumeSnapshotClassName: className, source: { persistentVolumeClaimName: claimName } },
    },
  );

export const volumeSnapshotClass = (name: string, { driver }: Subject): ApiObject =>
  object('VolumeSnapshotClass', { name }, { driver, deletionPolicy: 'Delete' });

export const volumeAttributesClass = (
  name: string,
  { driver }: Subject,
  parameters: Readonly<Record<string, string>>,
): ApiObject => object('VolumeAttributesClass', { name }, { driverName: driver, parameters });

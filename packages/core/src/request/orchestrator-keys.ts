import type { VolumeMetadata } from '../model/volume-request.js';

/** Keys that Kubernetes and its sidecars add to parameters and contexts; no StorageClass author wrote them. */
const PREFIXES = ['csi.storage.k8s.io/', 'storage.kubernetes.io/'];

type Keys = Readonly<Record<string, string>>;

/** The keys that a user wrote. */
export function withoutOrchestratorKeys(keys: Keys): Keys {
  return Object.fromEntries(
    Object.entries(keys).filter(([key]) => !PREFIXES.some((prefix) => key.startsWith(prefix))),
  );
}

/** What the provisioner tells with `--extra-create-metadata`. */
export function metadataOf(keys: Keys): VolumeMetadata {
  const pvcName = keys['csi.storage.k8s.io/pvc/name'];
  const pvcNamespace = keys['csi.storage.k8s.io/pvc/namespace'];
  const pvName = keys['csi.storage.k8s.io/pv/name'];
  return {
    ...(pvcName ? { pvcName } : {}),
    ...(pvcNamespace ? { pvcNamespace } : {}),
    ...(pvName ? { pvName } : {}),
  };
}

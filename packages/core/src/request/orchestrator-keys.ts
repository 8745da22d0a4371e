import type { VolumeMetadata } from '../model/volume-request.js';

/** Prefixes of the keys that Kubernetes and its sidecars add to parameters and contexts. */
const PREFIXES = ['csi.storage.k8s.io/', 'storage.kubernetes.io/'];

type Keys = Readonly<Record<string, string>>;

/** Earlier key of the file system's type; the capability carries it today, and Lustre has no other. */
const FS_TYPE = /^fstype$/i;

/** Removes the keys of the orchestrator, so that those of the user remain. */
export function withoutOrchestratorKeys(keys: Keys): Keys {
  return Object.fromEntries(
    Object.entries(keys).filter(
      ([key]) => !FS_TYPE.test(key) && !PREFIXES.some((prefix) => key.startsWith(prefix)),
    ),
  );
}

/** Metadata that the provisioner sends with `--extra-create-metadata`. */
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

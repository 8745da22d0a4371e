import { DriverError, explainPlaceholder, lookalikePlaceholder } from '@lustre-csi/core';

/** Variables of a sub-directory, written `${NAME}`, with the key of the volume context that has the value. kubelet sends
 *  the keys of the pod where CSIDriver.podInfoOnMount is true; external-provisioner sends the others with
 *  --extra-create-metadata. */
const variables = new Map(
  Object.entries({
    'pvc.metadata.name': 'csi.storage.k8s.io/pvc/name',
    'pvc.metadata.namespace': 'csi.storage.k8s.io/pvc/namespace',
    'pv.metadata.name': 'csi.storage.k8s.io/pv/name',
    'pod.metadata.name': 'csi.storage.k8s.io/pod.name',
    'pod.metadata.namespace': 'csi.storage.k8s.io/pod.namespace',
    'pod.metadata.uid': 'csi.storage.k8s.io/pod.uid',
    'serviceAccount.metadata.name': 'csi.storage.k8s.io/serviceAccount.name',
  }),
);

const VARIABLE = /\$\{([^{}]*)\}/g;

/** Keys of the volume context to which sub-directories can refer. */
export const subDirContextKeys: readonly string[] = [...variables.values()];

/** Reads a path below the root of a file system; outer slashes, empty parts and `.` are ignored.
 *  @throws Error with a message that says what is wrong */
export function relativePath(text: string): string {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) throw new Error('it names no directory below the root of the file system');
  if (parts.includes('..')) throw new Error('it must not contain ".."');
  if (text.includes('\0')) throw new Error('it must not contain NUL');
  return parts.join('/');
}

/** Reads the `sub-dir` parameter without resolving its variables.
 *  @throws Error with a message that says what is wrong */
export function parseSubDir(text: string): string {
  const path = relativePath(text);
  if (path.includes('#'))
    throw new Error('it must not contain "#", which separates the parts of volume handles');
  for (const name of namesIn(path)) {
    if (!variables.has(name)) throw new Error(explainPlaceholder(`\${${name}}`, known));
  }
  const lookalike = lookalikePlaceholder(path.replace(VARIABLE, ''));
  if (lookalike !== undefined) throw new Error(explainPlaceholder(lookalike, known));
  return path;
}

/** Lists the keys of the volume context to which the sub-directory refers. */
export function contextKeysOf(subDir: string): readonly string[] {
  return [...new Set(namesIn(subDir).flatMap((name) => variables.get(name) ?? []))];
}

/** Replaces the variables by the values of the volume context. Those of the claim stay as they are where the context has no
 *  metadata: such a volume was created for the literal directory.
 *  @throws DriverError invalid-argument naming the variable that is unknown or has no value */
export function resolveSubDir(subDir: string, context: ReadonlyMap<string, string>): string {
  return subDir.replace(VARIABLE, (literal: string, name: string) => {
    const key = variables.get(name);
    if (key === undefined) throw invalid(explainPlaceholder(literal, known));
    const value = context.get(key.toLowerCase());
    // azurelustre-csi-driver 0.1 wrote PersistentVolumes without the metadata of claims, and mounts the literal name.
    if (value === undefined && isOfClaim(key)) return literal;
    if (value === undefined || value === '') {
      throw invalid(`"\${${name}}" has no value: the volume context has no "${key}"; ${howToGet(key)}`);
    }
    // Names of Kubernetes objects have no slash; another value could select a directory that no StorageClass names.
    if (value.includes('/')) throw invalid(`the value "${value}" of "\${${name}}" contains a slash`);
    return value;
  });
}

const namesIn = (subDir: string): string[] => [...subDir.matchAll(VARIABLE)].map((match) => match[1] ?? '');

const known = {
  pvcName: '${pvc.metadata.name}',
  pvcNamespace: '${pvc.metadata.namespace}',
  pvName: '${pv.metadata.name}',
  podName: '${pod.metadata.name}',
  podNamespace: '${pod.metadata.namespace}',
  podUid: '${pod.metadata.uid}',
  serviceAccountName: '${serviceAccount.metadata.name}',
} as const;

const isOfClaim = (key: string): boolean => /\/pvc?\//.test(key);

/** Next step of an operator who needs the key in the volume context. */
export function howToGet(key: string): string {
  return isOfClaim(key)
    ? 'run external-provisioner with --extra-create-metadata; static volumes cannot refer to it'
    : 'set podInfoOnMount: true in the CSIDriver object';
}

const invalid = (why: string): DriverError => new DriverError('invalid-argument', `sub-dir: ${why}`);

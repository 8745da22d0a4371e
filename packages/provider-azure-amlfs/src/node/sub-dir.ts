import { DriverError } from '@lustre-csi/core';

/** What may stand in a sub-directory as `${NAME}`, and the key of the volume context that has its value. kubelet
 *  sends the pod's keys where CSIDriver.podInfoOnMount is true; external-provisioner the others with
 *  --extra-create-metadata. */
const variables: Readonly<Record<string, string>> = {
  'pvc.metadata.name': 'csi.storage.k8s.io/pvc/name',
  'pvc.metadata.namespace': 'csi.storage.k8s.io/pvc/namespace',
  'pv.metadata.name': 'csi.storage.k8s.io/pv/name',
  'pod.metadata.name': 'csi.storage.k8s.io/pod.name',
  'pod.metadata.namespace': 'csi.storage.k8s.io/pod.namespace',
  'pod.metadata.uid': 'csi.storage.k8s.io/pod.uid',
  'serviceAccount.metadata.name': 'csi.storage.k8s.io/serviceAccount.name',
};

const VARIABLE = /\$\{([^}]*)\}/g;

/** The keys of the volume context that sub-directories can refer to. */
export const subDirContextKeys: readonly string[] = Object.values(variables);

/** Reads a path below the root of a file system: slashes around it, empty parts and `.` mean nothing.
 *  @throws Error that says what is wrong */
export function relativePath(text: string): string {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) throw new Error('it names no directory below the root of the file system');
  if (parts.includes('..')) throw new Error('it must not contain ".."');
  if (text.includes('\0')) throw new Error('it must not contain NUL');
  return parts.join('/');
}

/** Reads the `sub-dir` parameter, variables still in it.
 *  @throws Error that says what is wrong */
export function parseSubDir(text: string): string {
  const path = relativePath(text);
  if (path.includes('#'))
    throw new Error('it must not contain "#", which separates the parts of volume handles');
  for (const name of namesIn(path)) {
    if (!(name in variables)) throw new Error(`"\${${name}}" is unknown; ${known}`);
  }
  return path;
}

/** The keys of the volume context that the sub-directory refers to. */
export function contextKeysOf(subDir: string): readonly string[] {
  return [...new Set(namesIn(subDir).flatMap((name) => variables[name] ?? []))];
}

/** Puts the values of the volume context in the place of the variables.
 *  @throws DriverError invalid-argument naming the variable that is unknown or has no value */
export function resolveSubDir(subDir: string, context: ReadonlyMap<string, string>): string {
  return subDir.replace(VARIABLE, (_, name: string) => {
    const key = variables[name];
    if (key === undefined) throw invalid(`"\${${name}}" is unknown; ${known}`);
    const value = context.get(key.toLowerCase());
    if (value === undefined || value === '') {
      throw invalid(`"\${${name}}" has no value: the volume context has no "${key}"; ${howToGet(key)}`);
    }
    // Names of Kubernetes objects have no slash; anything else would lead to a directory nobody has written down.
    if (value.includes('/')) throw invalid(`the value "${value}" of "\${${name}}" contains a slash`);
    return value;
  });
}

const namesIn = (subDir: string): string[] => [...subDir.matchAll(VARIABLE)].map((match) => match[1] ?? '');

const known = `known are ${Object.keys(variables)
  .map((name) => `\${${name}}`)
  .join(', ')}`;

/** What an operator does to have the key sent. */
export function howToGet(key: string): string {
  return /\/pvc?\//.test(key)
    ? 'run external-provisioner with --extra-create-metadata; volumes that were written by hand cannot refer to it'
    : 'set podInfoOnMount: true in the CSIDriver object';
}

const invalid = (why: string): DriverError => new DriverError('invalid-argument', `sub-dir: ${why}`);

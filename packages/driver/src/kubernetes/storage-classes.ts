import type { KubeClient } from './kube-client.js';
import { listAll } from './list-all.js';
import { textAt, textsAt } from './object-fields.js';

/** A StorageClass of a driver. */
export interface StorageClass {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** True if a volume is created for the node of its first pod (volumeBindingMode WaitForFirstConsumer). */
  readonly waitsForPod: boolean;
}

/** Reads a StorageClass object. */
export const toStorageClass = (object: unknown): StorageClass => ({
  name: textAt(object, 'metadata', 'name') ?? '',
  parameters: textsAt(object, 'parameters'),
  waitsForPod: textAt(object, 'volumeBindingMode') === 'WaitForFirstConsumer',
});

/** Lists the StorageClasses of a driver; needs `list` on storageclasses.storage.k8s.io. */
export async function storageClassesOf(
  kube: Pick<KubeClient, 'get'>,
  driverName: string,
  signal: AbortSignal,
): Promise<readonly StorageClass[]> {
  const all = await listAll(kube, '/apis/storage.k8s.io/v1/storageclasses', signal);
  return all.filter((object) => textAt(object, 'provisioner') === driverName).map(toStorageClass);
}

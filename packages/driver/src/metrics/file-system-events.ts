import type { FileSystem } from '@lustre-csi/core';
import type { ClusterEvent, EventSubject } from '../kubernetes/cluster-events.js';

type Matter = Omit<ClusterEvent, 'subject'>;

/** Object of events about file systems: no object of the cluster may exist for them. */
export const subjectOf = (driverName: string): EventSubject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  name: driverName,
});

export const orphanEvent = ({ id }: Pick<FileSystem, 'id'>): Matter => ({
  reason: 'LustreFileSystemOrphaned',
  about: id,
  message:
    `file system ${id} was created by this driver, and neither a PersistentVolume nor a claim refers to it; it is billed. Check its ` +
    'data, and delete it in the cloud if it is not needed. `lustre-csi orphans` lists all of them',
});

export function duplicateEvent(all: readonly Pick<FileSystem, 'id' | 'volumeName'>[]): Matter {
  const name = all[0]?.volumeName ?? '';
  const ids = all.map(({ id }) => id).join(', ');
  return {
    reason: 'LustreFileSystemDuplicated',
    about: name,
    message:
      `${all.length} file systems exist for the volume ${name}: ${ids}. The PersistentVolume names the one that is used; the others ` +
      'are billed. Check their data, and delete them in the cloud',
  };
}

import type { MountServices } from '../mount-services.js';
import { isSameSource, lustreSourceOf } from '../mount-identity.js';
import type { MountEntry, MountTable } from '../mount-table.js';
/** Where kubelet has CSI drivers publish (`pods/UID/volumes/kubernetes.io~csi/PV/mount`). */
const KUBELET_TARGET = '/volumes/kubernetes.io~csi/';

/**
 * Whether pods use a shared client: a target that is recorded as bound from it is mounted, or may still become so; or a
 * target of kubelet's, of which no record tells (the state directory was lost), shows its file system with the same
 * superblock options. Unmounting a client too early would cost a second client, never a pod's data: bind mounts live on.
 */
export function clientInUse(
  path: string,
  clientMounts: readonly string[],
  table: MountTable,
  { publications, mounter }: Pick<MountServices, 'publications' | 'mounter'>,
): boolean {
  const recorded = publications.all();
  const isUsed = recorded.some(
    ({ clientMount, mountPoint }) =>
      clientMount === path && (table.at(mountPoint) !== undefined || mounter.stuck.has(mountPoint)),
  );
  if (isUsed) return true;
  const client = table.at(path);
  if (!client) return false;
  const known = new Set([...recorded.map(({ mountPoint }) => mountPoint), ...clientMounts]);
  return table.entries.some(
    (entry) =>
      entry.mountPoint.includes(KUBELET_TARGET) &&
      !known.has(entry.mountPoint) &&
      sharesSuperblock(entry, client),
  );
}

/** Whether two mounts may be of one client, as far as the mount table can tell: its device numbers say no more than the
 *  file system's name. */
export function sharesSuperblock(entry: MountEntry, client: MountEntry): boolean {
  const [a, b] = [lustreSourceOf({ ...entry, root: '/' }), lustreSourceOf({ ...client, root: '/' })];
  if (!a || !b || !isSameSource(a, b)) return false;
  return entry.superOptions.join() === client.superOptions.join();
}

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MountServices } from '../mount-services.js';
import { isSameSource, superblockSourceOf } from '../mount-identity.js';
import type { MountEntry, MountTable } from '../table/mount-table.js';

/** Part of the paths at which CSI drivers publish for kubelet (`pods/UID/volumes/kubernetes.io~csi/PV/mount`). */
const KUBELET_TARGET = '/volumes/kubernetes.io~csi/';

/**
 * Returns true if pods use a shared client: a target that is recorded as bound from it is mounted, or may still become so;
 * or a target of kubelet without a record (the state directory was lost) shows its file system with the same superblock
 * options, unless kubelet names another driver for it. Unmounting a client too early would cost a second client, never a
 * pod's data: bind mounts persist.
 */
export function clientInUse(
  path: string,
  clientMounts: readonly string[],
  table: MountTable,
  { publications, mounter, driverName }: Pick<MountServices, 'publications' | 'mounter' | 'driverName'>,
): boolean {
  if (clientInRecordedUse(path, table, { publications, mounter })) return true;
  const recorded = publications.all();
  const client = table.at(path);
  if (!client) return false;
  const known = new Set([...recorded.map(({ mountPoint }) => mountPoint), ...clientMounts]);
  return table.entries.some(
    (entry) =>
      entry.mountPoint.includes(KUBELET_TARGET) &&
      !known.has(entry.mountPoint) &&
      sharesSuperblock(entry, client) &&
      !isForeign(entry.mountPoint, driverName),
  );
}

/** Returns true if a target of kubelet belongs to another CSI driver. */
function isForeign(mountPoint: string, driverName: string | undefined): boolean {
  const driver = driverOfTarget(mountPoint);
  return driver !== undefined && driverName !== undefined && driver !== driverName;
}

/** Returns true if a target is mounted, or may still become so, that is recorded as bound from a shared client. */
export const clientInRecordedUse = (
  path: string,
  table: MountTable,
  { publications, mounter }: Pick<MountServices, 'publications' | 'mounter'>,
): boolean =>
  publications
    .all()
    .some(
      ({ clientMount, mountPoint }) =>
        clientMount === path && (table.at(mountPoint) !== undefined || mounter.stuck.has(mountPoint)),
    );

/** Name of the CSI driver that published a target of kubelet, from the file that kubelet keeps beside it
 *  (`vol_data.json`, pkg/volume/csi of Kubernetes); undefined where there is no such file. */
function driverOfTarget(mountPoint: string): string | undefined {
  try {
    const text = readFileSync(join(dirname(mountPoint), 'vol_data.json'), 'utf8');
    return (JSON.parse(text) as { readonly driverName?: string } | null)?.driverName;
  } catch {
    return undefined;
  }
}

/** Returns true if two mounts may belong to one client, according to the mount table: its device numbers distinguish no more
 *  than the file system's name. */
export function sharesSuperblock(entry: MountEntry, client: MountEntry): boolean {
  const [a, b] = [superblockSourceOf(entry), superblockSourceOf(client)];
  if (!a || !b || !isSameSource(a, b)) return false;
  return entry.superOptions.join() === client.superOptions.join();
}

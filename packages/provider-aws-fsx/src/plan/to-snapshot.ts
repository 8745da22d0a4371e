import type { Backup, FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import type { Snapshot } from '@lustre-csi/core';
import { isOtherClusters, tagKeys, tagsOf } from '../parameters/tags.js';
import { capacityOf, type Viewpoint } from './to-file-system.js';

/** A backup, as the driver shows it, and what FSx kept of the file system that it was taken of. */
export interface FsxSnapshot extends Snapshot {
  readonly original: SdkFileSystem;
}

/** Whether the snapshot is one that `toSnapshot` made. */
export function isFsxSnapshot(snapshot: Snapshot): snapshot is FsxSnapshot {
  return 'original' in snapshot;
}

/** FSx's Lifecycle, API reference, Backup. */
const states: Readonly<Record<string, Snapshot['state']>> = {
  PENDING: 'pending',
  CREATING: 'pending',
  TRANSFERRING: 'pending',
  COPYING: 'pending',
  AVAILABLE: 'ready',
  FAILED: 'failed',
  DELETED: 'deleting',
};

/**
 * What FSx tells of a backup, in the driver's words. Undefined for what is no backup of a Lustre file system. Never
 * throws: what it cannot read is left at its least.
 */
export function toSnapshot(found: Backup, view: Viewpoint): FsxSnapshot | undefined {
  const { BackupId, FileSystem: original } = found;
  if (!BackupId || original?.FileSystemType !== 'LUSTRE' || !original.FileSystemId) return undefined;
  return {
    id: BackupId,
    ...ownName(found, view),
    sourceVolumeId: original.FileSystemId,
    state: stateOf(found.Lifecycle),
    cloudState: found.Lifecycle ?? 'unknown',
    ...detailOf(found),
    createdAt: found.CreationTime ?? new Date(0),
    restoreSize: capacityOf(original, tagsOf(original.Tags)),
    original,
  };
}

/** The tag value that stands for the snapshot's name; absent where it is another cluster's. */
function ownName({ Tags }: Backup, { clusterId }: Viewpoint): Pick<Snapshot, 'name'> {
  const tags = tagsOf(Tags);
  const name = tags[tagKeys.snapshotName];
  return isOtherClusters(tags, clusterId) || !name ? {} : { name };
}

/** A Lifecycle that came after this table is neither restored nor deleted: the driver waits and shows its name. */
const stateOf = (lifecycle: string | undefined): Snapshot['state'] =>
  lifecycle !== undefined && Object.hasOwn(states, lifecycle) ? (states[lifecycle] ?? 'pending') : 'pending';

function detailOf({ Lifecycle, ProgressPercent, FailureDetails }: Backup): Pick<Snapshot, 'stateDetail'> {
  if (FailureDetails?.Message) return { stateDetail: FailureDetails.Message };
  const going = ProgressPercent !== undefined && Lifecycle !== 'AVAILABLE';
  return going ? { stateDetail: `${ProgressPercent} % done` } : {};
}

import type { Backup, FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import type { Snapshot } from '@lustre-csi/core';
import { isOtherClusters, tagKeys, tagsOf } from '../parameters/tags.js';
import { capacityOf, type Viewpoint } from './to-file-system.js';

/** Snapshot with FSx's record of the original file system. */
export interface FsxSnapshot extends Snapshot {
  readonly original: SdkFileSystem;
}

/** Reports whether the snapshot is a result of `toSnapshot`. */
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
 * Translates FSx's description of a backup; undefined for a backup of other than Lustre. Never throws: unreadable
 * members have their smallest value.
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

/** Tag value that represents the snapshot name; absent where the snapshot belongs to another cluster. */
function ownName({ Tags }: Backup, { clusterId }: Viewpoint): Pick<Snapshot, 'name'> {
  const tags = tagsOf(Tags);
  const name = tags[tagKeys.snapshotName];
  return isOtherClusters(tags, clusterId) || !name ? {} : { name };
}

/** Translates a Lifecycle. An unknown, newer one is neither restored nor deleted: the driver waits and shows it. */
const stateOf = (lifecycle: string | undefined): Snapshot['state'] =>
  lifecycle !== undefined && Object.hasOwn(states, lifecycle) ? (states[lifecycle] ?? 'pending') : 'pending';

function detailOf({ Lifecycle, ProgressPercent, FailureDetails }: Backup): Pick<Snapshot, 'stateDetail'> {
  if (FailureDetails?.Message) return { stateDetail: FailureDetails.Message };
  const inProgress = ProgressPercent !== undefined && Lifecycle !== 'AVAILABLE';
  return inProgress ? { stateDetail: `${ProgressPercent} % done` } : {};
}

import type { Snapshot as WireSnapshot } from '../../gen/csi.js';
import type { Snapshot } from '../../provider/volume-snapshots.js';

export function renderSnapshot(snapshot: Snapshot): WireSnapshot {
  return {
    snapshotId: snapshot.id,
    sourceVolumeId: snapshot.sourceVolumeId,
    sizeBytes: snapshot.restoreSize.bytes,
    creationTime: snapshot.createdAt,
    readyToUse: snapshot.state === 'ready',
    groupSnapshotId: '',
  };
}

import type {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  GetSnapshotRequest,
  ListSnapshotsRequest,
} from '../gen/csi.js';
import type { CreateSnapshotCommand, ListSnapshotsQuestion } from '../volume/snapshot-operations.js';
import { withoutOrchestratorKeys } from './orchestrator-keys.js';
import { invalidField, requireName, requireString } from './require.js';

export function parseCreateSnapshot(request: CreateSnapshotRequest): CreateSnapshotCommand {
  return {
    sourceVolumeId: requireString(request.sourceVolumeId, 'source_volume_id'),
    name: requireName(request.name, 'name'),
    parameters: withoutOrchestratorKeys(request.parameters),
  };
}

export function parseDeleteSnapshot(request: DeleteSnapshotRequest): string {
  return requireString(request.snapshotId, 'snapshot_id');
}

export function parseGetSnapshot(request: GetSnapshotRequest): string {
  return requireString(request.snapshotId, 'snapshot_id');
}

export function parseListSnapshots(request: ListSnapshotsRequest): ListSnapshotsQuestion {
  const { maxEntries, startingToken, snapshotId, sourceVolumeId } = request;
  if (maxEntries < 0) throw invalidField('max_entries', `is ${maxEntries}; it cannot be negative`);
  return { maxEntries, startingToken, snapshotId, sourceVolumeId };
}

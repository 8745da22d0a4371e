import { csi } from '@lustre-csi/core/client';

/** Volume with a unique name, which rows create, change and delete one after the other. */
export interface Repeated {
  readonly create: csi.CreateVolumeRequest;
  readonly volumeId: string;
  readonly expandedBytes: bigint;
  readonly mutableParameters: Record<string, string>;
  readonly snapshotId: string;
}

/** Effect of a call, by the operation of the cloud. */
export type Effect = 'creation' | 'deletion' | 'growth' | 'change' | 'snapshot' | 'snapshotDeletion';

/** One row: a call that has one effect in the cloud, and always the same answer, however often it is repeated. */
export interface RepeatRow {
  readonly row: string;
  readonly rpc: string;
  /** Volume of the row: rows of the same volume build upon each other. */
  readonly volume: 'one' | 'another';
  /** Way of repeating: five calls at once and one more; or a call with a short deadline, and one with time. */
  readonly how: 'at once, then again' | 'again after the caller gave up';
  readonly effect: Effect;
  readonly request: (given: Repeated) => object;
  readonly needs?: 'snapshots';
  /** Content of each answer. */
  readonly answers?: (given: Repeated) => object;
}

const { ControllerExpandVolumeRequest: Expand, ControllerModifyVolumeRequest: Modify } = csi;

const grow = ({ volumeId, expandedBytes }: Repeated): csi.ControllerExpandVolumeRequest =>
  Expand.fromPartial({ volumeId, capacityRange: { requiredBytes: expandedBytes } });
const grown = ({ expandedBytes }: Repeated): object => ({
  capacityBytes: expandedBytes,
  nodeExpansionRequired: false,
});
const change = ({ volumeId, mutableParameters }: Repeated): csi.ControllerModifyVolumeRequest =>
  Modify.fromPartial({ volumeId, mutableParameters });
const remove = ({ volumeId }: Repeated): csi.DeleteVolumeRequest => ({ volumeId, secrets: {} });
const snapshot = ({ volumeId }: Repeated): csi.CreateSnapshotRequest =>
  csi.CreateSnapshotRequest.fromPartial({ name: 'snapshot-of-one', sourceVolumeId: volumeId });
const removeSnapshot = ({ snapshotId }: Repeated): csi.DeleteSnapshotRequest => ({ snapshotId, secrets: {} });

const atOnce = { volume: 'one', how: 'at once, then again' } as const;
const givenUp = { volume: 'another', how: 'again after the caller gave up' } as const;

// prettier-ignore
export const repeatRows: readonly RepeatRow[] = [
  { row: '1c.CreateVolume.1', rpc: 'createVolume', ...atOnce, effect: 'creation', request: ({ create }) => create, answers: ({ create }) => ({ volume: { capacityBytes: create.capacityRange?.requiredBytes } }) },
  { row: '1c.Expand.1', rpc: 'controllerExpandVolume', ...atOnce, effect: 'growth', request: grow, answers: grown },
  { row: '1c.Modify.1', rpc: 'controllerModifyVolume', ...atOnce, effect: 'change', request: change },
  { row: '1c.CreateSnapshot.1', rpc: 'createSnapshot', ...atOnce, effect: 'snapshot', request: snapshot, needs: 'snapshots', answers: ({ volumeId }) => ({ snapshot: { sourceVolumeId: volumeId } }) },
  { row: '1c.DeleteSnapshot.1', rpc: 'deleteSnapshot', ...atOnce, effect: 'snapshotDeletion', request: removeSnapshot, needs: 'snapshots' },
  { row: '1c.DeleteVolume.1', rpc: 'deleteVolume', ...atOnce, effect: 'deletion', request: remove },
  { row: '1c.CreateVolume.2', rpc: 'createVolume', ...givenUp, effect: 'creation', request: ({ create }) => create },
  { row: '1c.Expand.2', rpc: 'controllerExpandVolume', ...givenUp, effect: 'growth', request: grow, answers: grown },
  { row: '1c.DeleteVolume.2', rpc: 'deleteVolume', ...givenUp, effect: 'deletion', request: remove },
];

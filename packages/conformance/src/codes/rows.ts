import { csi } from '@lustre-csi/core/client';
import { expect } from 'vitest';

/** gRPC status codes, as the CSI specification spells them. */
export const codes = {
  OK: 0,
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
} as const;

/** Subject of the rows: a legal request to the driver under test, and a volume that exists. */
export interface Given {
  readonly driverName: string;
  /** Complete, legal CreateVolume request with a name that does not exist. */
  readonly create: csi.CreateVolumeRequest;
  /** Parameters that `create` does not have, and that turn it into a request for another volume. */
  readonly otherParameters: Record<string, string>;
  /** Name with which `volumeId` was created, with `create`'s parameters and size. */
  readonly existingName: string;
  readonly volumeId: string;
  /** Another volume that exists. */
  readonly otherVolumeId: string;
  readonly volumeContext: Record<string, string>;
  readonly mutableParameters: Record<string, string>;
  /** A snapshot of `volumeId` that exists and is ready, where the driver has snapshots; else the id is empty. */
  readonly snapshotName: string;
  readonly snapshotId: string;
  /** A path in a directory of the test's own. */
  readonly targetPath: string;
}

/** One row: this request gets this code and this message. */
export interface Row {
  readonly row: string;
  readonly rpc: string;
  readonly what: string;
  readonly request: (given: Given) => object;
  readonly code: keyof typeof codes;
  /** Words that the message has to contain: the field as csi.proto spells it, or the value. */
  readonly names?: string;
  /** Content of the answer, if the code is OK. */
  readonly answers?: (given: Given) => object;
}

const { CreateVolumeRequest: Create, VolumeCapability, NodePublishVolumeRequest: Publish } = csi;

type CreateChange = Parameters<typeof Create.fromPartial>[0];

const create =
  (change: CreateChange) =>
  (given: Given): csi.CreateVolumeRequest =>
    Create.fromPartial({ ...given.create, ...change });

const capability = (change: object = {}): csi.VolumeCapability =>
  VolumeCapability.fromPartial({
    accessType: { $case: 'mount', value: { fsType: '', mountFlags: [], volumeMountGroup: '' } },
    accessMode: { mode: csi.VolumeCapability_AccessMode_Mode.MULTI_NODE_MULTI_WRITER },
    ...change,
  });

const flags = (...mountFlags: string[]): csi.VolumeCapability =>
  capability({ accessType: { $case: 'mount', value: { fsType: '', mountFlags, volumeMountGroup: '' } } });

const block = capability({ accessType: { $case: 'block', value: {} } });

const publish =
  (change: object) =>
  ({ volumeId, volumeContext, targetPath }: Given): csi.NodePublishVolumeRequest =>
    Publish.fromPartial({ volumeId, volumeContext, targetPath, volumeCapability: capability(), ...change });

const GIB = 1024n ** 3n;
const UNKNOWN_VOLUME = 'fake-vol-id-00000000';

// prettier-ignore
export const rows: readonly Row[] = [
  // Identity
  { row: '1b.GetPluginInfo.1', rpc: 'getPluginInfo', what: 'always', request: () => csi.GetPluginInfoRequest.create(), code: 'OK', answers: ({ driverName }) => ({ name: driverName, vendorVersion: expect.stringMatching(/./) as string }) },
  { row: '1b.Probe.1', rpc: 'probe', what: 'ready', request: () => csi.ProbeRequest.create(), code: 'OK', answers: () => ({ ready: true }) },
  // CreateVolume
  { row: '1b.CreateVolume.1', rpc: 'createVolume', what: 'no name', request: create({ name: '' }), code: 'INVALID_ARGUMENT', names: 'name' },
  { row: '1b.CreateVolume.2', rpc: 'createVolume', what: 'no capabilities', request: create({ volumeCapabilities: [] }), code: 'INVALID_ARGUMENT', names: 'volume_capabilities' },
  { row: '1b.CreateVolume.3', rpc: 'createVolume', what: 'block access', request: create({ volumeCapabilities: [block] }), code: 'INVALID_ARGUMENT', names: 'volume_capabilities[0].block' },
  { row: '1b.CreateVolume.4', rpc: 'createVolume', what: 'no access_type', request: create({ volumeCapabilities: [capability({ accessType: undefined })] }), code: 'INVALID_ARGUMENT', names: 'access_type' },
  { row: '1b.CreateVolume.5', rpc: 'createVolume', what: 'no access_mode', request: create({ volumeCapabilities: [capability({ accessMode: undefined })] }), code: 'INVALID_ARGUMENT', names: 'access_mode' },
  { row: '1b.CreateVolume.6', rpc: 'createVolume', what: 'an access mode of a later CSI', request: create({ volumeCapabilities: [capability({ accessMode: { mode: 99 } })] }), code: 'INVALID_ARGUMENT', names: 'access_mode' },
  { row: '1b.CreateVolume.7', rpc: 'createVolume', what: 'an unknown parameter', request: (given) => create({ parameters: { ...given.create.parameters, subnetIdd: 'x' } })(given), code: 'INVALID_ARGUMENT', names: 'subnetIdd' },
  { row: '1b.CreateVolume.8', rpc: 'createVolume', what: 'an unknown mutable parameter', request: create({ mutableParameters: { XXX_FakeKey: 'x' } }), code: 'INVALID_ARGUMENT', names: 'XXX_FakeKey' },
  { row: '1b.CreateVolume.9', rpc: 'createVolume', what: 'a mount flag that is the helper’s own', request: create({ volumeCapabilities: [flags('device=/dev/sda')] }), code: 'INVALID_ARGUMENT', names: 'device=' },
  { row: '1b.CreateVolume.10', rpc: 'createVolume', what: 'the same name, the same spec', request: (given) => create({ name: given.existingName })(given), code: 'OK', answers: ({ volumeId, create: { capacityRange } }) => ({ volume: { volumeId, capacityBytes: capacityRange?.requiredBytes } }) },
  { row: '1b.CreateVolume.11', rpc: 'createVolume', what: 'the same name, twice the size', request: (given) => create({ name: given.existingName, capacityRange: { requiredBytes: 2n * (given.create.capacityRange?.requiredBytes ?? 0n), limitBytes: 0n } })(given), code: 'ALREADY_EXISTS', names: 'capacity' },
  { row: '1b.CreateVolume.12', rpc: 'createVolume', what: 'the same name, a size that cannot be', request: (given) => create({ name: given.existingName, capacityRange: { requiredBytes: GIB, limitBytes: GIB } })(given), code: 'ALREADY_EXISTS', names: 'capacity' },
  { row: '1b.CreateVolume.13', rpc: 'createVolume', what: 'required above limit', request: create({ capacityRange: { requiredBytes: 2n, limitBytes: 1n } }), code: 'OUT_OF_RANGE', names: 'capacity_range' },
  { row: '1b.CreateVolume.14', rpc: 'createVolume', what: 'no legal size below the limit', request: create({ capacityRange: { requiredBytes: 0n, limitBytes: GIB } }), code: 'OUT_OF_RANGE', names: 'GiB' },
  { row: '1b.CreateVolume.15', rpc: 'createVolume', what: 'a negative size', request: create({ capacityRange: { requiredBytes: -1n, limitBytes: 0n } }), code: 'INVALID_ARGUMENT', names: 'capacity_range.required_bytes' },
  { row: '1b.CreateVolume.16', rpc: 'createVolume', what: 'an absent snapshot', request: create({ volumeContentSource: { type: { $case: 'snapshot', value: { snapshotId: 'non-existing-snapshot-id' } } } }), code: 'NOT_FOUND', names: 'non-existing-snapshot-id' },
  { row: '1b.CreateVolume.17', rpc: 'createVolume', what: 'an absent volume to clone', request: create({ volumeContentSource: { type: { $case: 'volume', value: { volumeId: UNKNOWN_VOLUME } } } }), code: 'NOT_FOUND', names: UNKNOWN_VOLUME },
  { row: '1b.CreateVolume.18', rpc: 'createVolume', what: 'a source of no kind', request: create({ volumeContentSource: {} }), code: 'INVALID_ARGUMENT', names: 'volume_content_source' },
  { row: '1b.CreateVolume.19', rpc: 'createVolume', what: 'a name of 129 bytes', request: create({ name: 'n'.repeat(129) }), code: 'INVALID_ARGUMENT', names: 'name' },
  { row: '1b.CreateVolume.20', rpc: 'createVolume', what: 'a node setting that no node could use', request: (given) => create({ parameters: { ...given.create.parameters, mountSharing: 'all' } })(given), code: 'INVALID_ARGUMENT', names: 'mountSharing' },
  { row: '1b.CreateVolume.21', rpc: 'createVolume', what: 'the same name, other parameters', request: (given) => create({ name: given.existingName, parameters: { ...given.create.parameters, ...given.otherParameters } })(given), code: 'ALREADY_EXISTS', names: 'pvc-existing' },
  { row: '1b.CreateVolume.22', rpc: 'createVolume', what: 'a source that exists and cannot be cloned', request: (given) => create({ volumeContentSource: { type: { $case: 'volume', value: { volumeId: given.volumeId } } } })(given), code: 'INVALID_ARGUMENT', names: 'volume_content_source' },
  { row: '1b.CreateVolume.23', rpc: 'createVolume', what: 'the same name, again with what the orchestrator adds', request: (given) => create({ name: given.existingName, parameters: { ...given.create.parameters, 'csi.storage.k8s.io/pvc/name': 'data' } })(given), code: 'OK', answers: ({ volumeId }) => ({ volume: { volumeId } }) },
  { row: '1b.CreateVolume.24', rpc: 'createVolume', what: 'an access mode that is UNKNOWN', request: create({ volumeCapabilities: [capability({ accessMode: { mode: 0 } })] }), code: 'INVALID_ARGUMENT', names: 'access_mode' },
  { row: '1b.CreateVolume.25', rpc: 'createVolume', what: 'a second capability that is block', request: create({ volumeCapabilities: [capability(), block] }), code: 'INVALID_ARGUMENT', names: 'volume_capabilities[1].block' },
  // DeleteVolume
  { row: '1b.DeleteVolume.1', rpc: 'deleteVolume', what: 'no id', request: () => csi.DeleteVolumeRequest.create(), code: 'INVALID_ARGUMENT', names: 'volume_id' },
  { row: '1b.DeleteVolume.2', rpc: 'deleteVolume', what: 'an id that cannot be read', request: () => csi.DeleteVolumeRequest.fromPartial({ volumeId: 'fake-vol-id' }), code: 'OK' },
  // ValidateVolumeCapabilities
  { row: '1b.Validate.1', rpc: 'validateVolumeCapabilities', what: 'no id', request: () => csi.ValidateVolumeCapabilitiesRequest.fromPartial({ volumeCapabilities: [capability()] }), code: 'INVALID_ARGUMENT', names: 'volume_id' },
  { row: '1b.Validate.2', rpc: 'validateVolumeCapabilities', what: 'no capabilities', request: ({ volumeId }) => csi.ValidateVolumeCapabilitiesRequest.fromPartial({ volumeId }), code: 'INVALID_ARGUMENT', names: 'volume_capabilities' },
  { row: '1b.Validate.3', rpc: 'validateVolumeCapabilities', what: 'an unknown volume', request: () => csi.ValidateVolumeCapabilitiesRequest.fromPartial({ volumeId: UNKNOWN_VOLUME, volumeCapabilities: [capability()] }), code: 'NOT_FOUND', names: UNKNOWN_VOLUME },
  { row: '1b.Validate.4', rpc: 'validateVolumeCapabilities', what: 'what it can do', request: ({ volumeId }) => csi.ValidateVolumeCapabilitiesRequest.fromPartial({ volumeId, volumeCapabilities: [capability()] }), code: 'OK', answers: () => ({ confirmed: { volumeCapabilities: [capability()] } }) },
  { row: '1b.Validate.5', rpc: 'validateVolumeCapabilities', what: 'what it cannot do', request: ({ volumeId }) => csi.ValidateVolumeCapabilitiesRequest.fromPartial({ volumeId, volumeCapabilities: [block] }), code: 'OK', answers: () => ({ confirmed: undefined, message: expect.stringContaining('volume_capabilities[0].block') as string }) },
  { row: '1b.Validate.6', rpc: 'validateVolumeCapabilities', what: 'half a capability', request: ({ volumeId }) => csi.ValidateVolumeCapabilitiesRequest.fromPartial({ volumeId, volumeCapabilities: [capability({ accessMode: undefined })] }), code: 'INVALID_ARGUMENT', names: 'access_mode' },
  // ControllerGetVolume, ListVolumes, GetCapacity
  { row: '1b.GetVolume.1', rpc: 'controllerGetVolume', what: 'no id', request: () => csi.ControllerGetVolumeRequest.create(), code: 'INVALID_ARGUMENT', names: 'volume_id' },
  { row: '1b.GetVolume.2', rpc: 'controllerGetVolume', what: 'an unknown volume', request: () => csi.ControllerGetVolumeRequest.fromPartial({ volumeId: UNKNOWN_VOLUME }), code: 'NOT_FOUND', names: UNKNOWN_VOLUME },
  { row: '1b.GetVolume.3', rpc: 'controllerGetVolume', what: 'a volume', request: ({ volumeId }) => csi.ControllerGetVolumeRequest.fromPartial({ volumeId }), code: 'OK', answers: ({ volumeId }) => ({ volume: { volumeId }, status: { volumeCondition: { abnormal: false } } }) },
  { row: '1b.ListVolumes.1', rpc: 'listVolumes', what: 'a token of another driver', request: () => csi.ListVolumesRequest.fromPartial({ startingToken: 'invalid-token' }), code: 'ABORTED', names: 'invalid-token' },
  { row: '1b.ListVolumes.2', rpc: 'listVolumes', what: 'a negative max_entries', request: () => csi.ListVolumesRequest.fromPartial({ maxEntries: -1 }), code: 'INVALID_ARGUMENT', names: 'max_entries' },
  { row: '1b.ListVolumes.3', rpc: 'listVolumes', what: 'everything', request: () => csi.ListVolumesRequest.create(), code: 'OK', answers: () => ({ entries: [{}, {}], nextToken: '' }) },
  { row: '1b.ListVolumes.4', rpc: 'listVolumes', what: 'one at a time', request: () => csi.ListVolumesRequest.fromPartial({ maxEntries: 1 }), code: 'OK', answers: () => ({ entries: [{}], nextToken: expect.stringMatching(/./) as string }) },
  { row: '1b.GetCapacity.1', rpc: 'getCapacity', what: 'not advertised', request: () => csi.GetCapacityRequest.create(), code: 'UNIMPLEMENTED', names: 'GetCapacity' },
  { row: '1b.ControllerPublish.1', rpc: 'controllerPublishVolume', what: 'not advertised', request: () => csi.ControllerPublishVolumeRequest.create(), code: 'UNIMPLEMENTED', names: 'ControllerPublishVolume' },
  { row: '1b.ControllerUnpublish.1', rpc: 'controllerUnpublishVolume', what: 'not advertised', request: () => csi.ControllerUnpublishVolumeRequest.create(), code: 'UNIMPLEMENTED', names: 'ControllerUnpublishVolume' },
  // ControllerExpandVolume
  { row: '1b.Expand.1', rpc: 'controllerExpandVolume', what: 'no id', request: () => csi.ControllerExpandVolumeRequest.fromPartial({ capacityRange: { requiredBytes: GIB } }), code: 'INVALID_ARGUMENT', names: 'volume_id' },
  { row: '1b.Expand.2', rpc: 'controllerExpandVolume', what: 'no range', request: ({ volumeId }) => csi.ControllerExpandVolumeRequest.fromPartial({ volumeId }), code: 'INVALID_ARGUMENT', names: 'capacity_range' },
  { row: '1b.Expand.3', rpc: 'controllerExpandVolume', what: 'an unknown volume', request: () => csi.ControllerExpandVolumeRequest.fromPartial({ volumeId: UNKNOWN_VOLUME, capacityRange: { requiredBytes: GIB } }), code: 'NOT_FOUND', names: UNKNOWN_VOLUME },
  { row: '1b.Expand.4', rpc: 'controllerExpandVolume', what: 'enough already', request: ({ volumeId }) => csi.ControllerExpandVolumeRequest.fromPartial({ volumeId, capacityRange: { requiredBytes: GIB } }), code: 'OK', answers: ({ create: { capacityRange } }) => ({ capacityBytes: capacityRange?.requiredBytes, nodeExpansionRequired: false }) },
  { row: '1b.Expand.5', rpc: 'controllerExpandVolume', what: 'a limit below what it has', request: ({ volumeId }) => csi.ControllerExpandVolumeRequest.fromPartial({ volumeId, capacityRange: { limitBytes: GIB } }), code: 'OUT_OF_RANGE', names: 'at most 1 GiB' },
  { row: '1b.Expand.6', rpc: 'controllerExpandVolume', what: 'block access', request: ({ volumeId }) => csi.ControllerExpandVolumeRequest.fromPartial({ volumeId, capacityRange: { requiredBytes: GIB }, volumeCapability: block }), code: 'INVALID_ARGUMENT', names: 'block' },
  // ControllerModifyVolume
  { row: '1b.Modify.1', rpc: 'controllerModifyVolume', what: 'no id', request: ({ mutableParameters }) => csi.ControllerModifyVolumeRequest.fromPartial({ mutableParameters }), code: 'INVALID_ARGUMENT', names: 'volume_id' },
  { row: '1b.Modify.2', rpc: 'controllerModifyVolume', what: 'an unknown key', request: ({ volumeId }) => csi.ControllerModifyVolumeRequest.fromPartial({ volumeId, mutableParameters: { XXX_FakeKey: 'x' } }), code: 'INVALID_ARGUMENT', names: 'XXX_FakeKey' },
  { row: '1b.Modify.3', rpc: 'controllerModifyVolume', what: 'an unknown volume', request: ({ mutableParameters }) => csi.ControllerModifyVolumeRequest.fromPartial({ volumeId: 'non-existing-volume-id', mutableParameters }), code: 'NOT_FOUND', names: 'non-existing-volume-id' },
  { row: '1b.Modify.4', rpc: 'controllerModifyVolume', what: 'nothing to change', request: ({ volumeId }) => csi.ControllerModifyVolumeRequest.fromPartial({ volumeId }), code: 'OK' },
  // Node
  { row: '1b.NodeGetInfo.1', rpc: 'nodeGetInfo', what: 'always', request: () => csi.NodeGetInfoRequest.create(), code: 'OK', answers: () => ({ nodeId: 'node-1', maxVolumesPerNode: 0n }) },
  { row: '1b.NodePublish.1', rpc: 'nodePublishVolume', what: 'no id', request: publish({ volumeId: '' }), code: 'INVALID_ARGUMENT', names: 'volume_id' },
  { row: '1b.NodePublish.2', rpc: 'nodePublishVolume', what: 'no target', request: publish({ targetPath: '' }), code: 'INVALID_ARGUMENT', names: 'target_path' },
  { row: '1b.NodePublish.3', rpc: 'nodePublishVolume', what: 'a relative target', request: publish({ targetPath: 'some/path' }), code: 'INVALID_ARGUMENT', names: 'target_path' },
  { row: '1b.NodePublish.7', rpc: 'nodePublishVolume', what: 'a target outside of the directories of targets', request: publish({ targetPath: '/srv/x' }), code: 'INVALID_ARGUMENT', names: 'target_path: "/srv/x" is not below a directory of kubelet' },
  { row: '1b.NodePublish.4', rpc: 'nodePublishVolume', what: 'no capability', request: publish({ volumeCapability: undefined }), code: 'INVALID_ARGUMENT', names: 'volume_capability' },
  { row: '1b.NodePublish.5', rpc: 'nodePublishVolume', what: 'block access', request: publish({ volumeCapability: block }), code: 'INVALID_ARGUMENT', names: 'block' },
  { row: '1b.NodePublish.6', rpc: 'nodePublishVolume', what: 'a context that names nothing to mount', request: publish({ volumeId: UNKNOWN_VOLUME, volumeContext: {} }), code: 'INVALID_ARGUMENT' },
  { row: '1b.NodeUnpublish.1', rpc: 'nodeUnpublishVolume', what: 'no id', request: ({ targetPath }) => csi.NodeUnpublishVolumeRequest.fromPartial({ targetPath }), code: 'INVALID_ARGUMENT', names: 'volume_id' },
  { row: '1b.NodeUnpublish.2', rpc: 'nodeUnpublishVolume', what: 'no target', request: ({ volumeId }) => csi.NodeUnpublishVolumeRequest.fromPartial({ volumeId }), code: 'INVALID_ARGUMENT', names: 'target_path' },
  { row: '1b.NodeUnpublish.4', rpc: 'nodeUnpublishVolume', what: 'a path that is no target', request: ({ volumeId }) => csi.NodeUnpublishVolumeRequest.fromPartial({ volumeId, targetPath: '/srv/x' }), code: 'INVALID_ARGUMENT', names: '--target-dirs' },
  { row: '1b.NodeUnpublish.3', rpc: 'nodeUnpublishVolume', what: 'nothing there', request: ({ volumeId, targetPath }) => csi.NodeUnpublishVolumeRequest.fromPartial({ volumeId, targetPath }), code: 'OK' },
  { row: '1b.NodeGetVolumeStats.1', rpc: 'nodeGetVolumeStats', what: 'no id', request: ({ targetPath }) => csi.NodeGetVolumeStatsRequest.fromPartial({ volumePath: targetPath }), code: 'INVALID_ARGUMENT', names: 'volume_id' },
  { row: '1b.NodeGetVolumeStats.2', rpc: 'nodeGetVolumeStats', what: 'no path', request: ({ volumeId }) => csi.NodeGetVolumeStatsRequest.fromPartial({ volumeId }), code: 'INVALID_ARGUMENT', names: 'volume_path' },
  { row: '1b.NodeGetVolumeStats.3', rpc: 'nodeGetVolumeStats', what: 'an unknown volume', request: () => csi.NodeGetVolumeStatsRequest.fromPartial({ volumeId: UNKNOWN_VOLUME, volumePath: 'some/path' }), code: 'NOT_FOUND', names: 'some/path' },
  { row: '1b.NodeGetVolumeStats.4', rpc: 'nodeGetVolumeStats', what: 'a volume that is not published there', request: ({ volumeId, targetPath }) => csi.NodeGetVolumeStatsRequest.fromPartial({ volumeId, volumePath: targetPath }), code: 'NOT_FOUND' },
  { row: '1b.NodeStage.1', rpc: 'nodeStageVolume', what: 'not advertised', request: () => csi.NodeStageVolumeRequest.create(), code: 'UNIMPLEMENTED', names: 'NodeStageVolume' },
  { row: '1b.NodeUnstage.1', rpc: 'nodeUnstageVolume', what: 'not advertised', request: () => csi.NodeUnstageVolumeRequest.create(), code: 'UNIMPLEMENTED', names: 'NodeUnstageVolume' },
  { row: '1b.NodeExpand.1', rpc: 'nodeExpandVolume', what: 'not advertised', request: () => csi.NodeExpandVolumeRequest.create(), code: 'UNIMPLEMENTED', names: 'NodeExpandVolume' },
];

/** Rows of a driver that advertises snapshots. */
// prettier-ignore
export const snapshotRows: readonly Row[] = [
  { row: '1b.CreateSnapshot.1', rpc: 'createSnapshot', what: 'no name', request: ({ volumeId }) => csi.CreateSnapshotRequest.fromPartial({ sourceVolumeId: volumeId }), code: 'INVALID_ARGUMENT', names: 'name' },
  { row: '1b.CreateSnapshot.2', rpc: 'createSnapshot', what: 'no source', request: () => csi.CreateSnapshotRequest.fromPartial({ name: 'snapshot-1' }), code: 'INVALID_ARGUMENT', names: 'source_volume_id' },
  { row: '1b.CreateSnapshot.3', rpc: 'createSnapshot', what: 'an unknown source', request: () => csi.CreateSnapshotRequest.fromPartial({ name: 'snapshot-1', sourceVolumeId: UNKNOWN_VOLUME }), code: 'NOT_FOUND', names: UNKNOWN_VOLUME },
  { row: '1b.CreateSnapshot.4', rpc: 'createSnapshot', what: 'the same name and source', request: ({ snapshotName, volumeId }) => csi.CreateSnapshotRequest.fromPartial({ name: snapshotName, sourceVolumeId: volumeId }), code: 'OK', answers: ({ snapshotId, volumeId }) => ({ snapshot: { snapshotId, sourceVolumeId: volumeId, readyToUse: true } }) },
  { row: '1b.CreateSnapshot.5', rpc: 'createSnapshot', what: 'the same name, another source', request: ({ snapshotName, otherVolumeId }) => csi.CreateSnapshotRequest.fromPartial({ name: snapshotName, sourceVolumeId: otherVolumeId }), code: 'ALREADY_EXISTS', names: 'snapshot-existing' },
  { row: '1b.DeleteSnapshot.1', rpc: 'deleteSnapshot', what: 'no id', request: () => csi.DeleteSnapshotRequest.create(), code: 'INVALID_ARGUMENT', names: 'snapshot_id' },
  { row: '1b.DeleteSnapshot.2', rpc: 'deleteSnapshot', what: 'an id that cannot be read', request: () => csi.DeleteSnapshotRequest.fromPartial({ snapshotId: 'reallyfakesnapshotid' }), code: 'OK' },
  { row: '1b.ListSnapshots.1', rpc: 'listSnapshots', what: 'an unknown snapshot', request: () => csi.ListSnapshotsRequest.fromPartial({ snapshotId: 'none-exist-id' }), code: 'OK', answers: () => ({ entries: [] }) },
  { row: '1b.ListSnapshots.2', rpc: 'listSnapshots', what: 'an unknown source', request: () => csi.ListSnapshotsRequest.fromPartial({ sourceVolumeId: 'none-exist-id' }), code: 'OK', answers: () => ({ entries: [] }) },
  { row: '1b.ListSnapshots.3', rpc: 'listSnapshots', what: 'a token of another driver', request: () => csi.ListSnapshotsRequest.fromPartial({ startingToken: 'invalid-token' }), code: 'ABORTED', names: 'invalid-token' },
  { row: '1b.ListSnapshots.4', rpc: 'listSnapshots', what: 'a negative max_entries', request: () => csi.ListSnapshotsRequest.fromPartial({ maxEntries: -1 }), code: 'INVALID_ARGUMENT', names: 'max_entries' },
  { row: '1b.ListSnapshots.5', rpc: 'listSnapshots', what: 'by id', request: ({ snapshotId }) => csi.ListSnapshotsRequest.fromPartial({ snapshotId }), code: 'OK', answers: ({ snapshotId }) => ({ entries: [{ snapshot: { snapshotId } }] }) },
  { row: '1b.ListSnapshots.6', rpc: 'listSnapshots', what: 'by source', request: ({ volumeId }) => csi.ListSnapshotsRequest.fromPartial({ sourceVolumeId: volumeId }), code: 'OK', answers: ({ snapshotId }) => ({ entries: [{ snapshot: { snapshotId } }] }) },
  { row: '1b.GetSnapshot.1', rpc: 'getSnapshot', what: 'no id', request: () => csi.GetSnapshotRequest.create(), code: 'INVALID_ARGUMENT', names: 'snapshot_id' },
  { row: '1b.GetSnapshot.2', rpc: 'getSnapshot', what: 'an unknown snapshot', request: () => csi.GetSnapshotRequest.fromPartial({ snapshotId: 'none-exist-id' }), code: 'NOT_FOUND', names: 'none-exist-id' },
  { row: '1b.GetSnapshot.3', rpc: 'getSnapshot', what: 'a snapshot', request: ({ snapshotId }) => csi.GetSnapshotRequest.fromPartial({ snapshotId }), code: 'OK', answers: ({ snapshotId }) => ({ snapshot: { snapshotId } }) },
];

/** Rows of a driver that has none. */
export const noSnapshotRows: readonly Row[] = snapshotRows.map((row) => {
  const { names: _names, answers: _answers, ...rest } = row;
  return { ...rest, row: `${row.row} (not advertised)`, code: 'UNIMPLEMENTED' };
});

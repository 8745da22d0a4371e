import { describe, expect, it } from 'vitest';
import {
  CapacityRange,
  ControllerExpandVolumeRequest,
  ControllerGetVolumeRequest,
  ControllerModifyVolumeRequest,
  CreateSnapshotRequest,
  CreateVolumeRequest,
  DeleteSnapshotRequest,
  DeleteVolumeRequest,
  GetSnapshotRequest,
  ListSnapshotsRequest,
  ListVolumesRequest,
  NodeGetVolumeStatsRequest,
  NodePublishVolumeRequest,
  NodeUnpublishVolumeRequest,
  ValidateVolumeCapabilitiesRequest,
  VolumeCapability,
  VolumeCapability_AccessMode_Mode as Mode,
} from '../gen/csi.js';
import { Capacity } from '../model/capacity.js';
import { parseCapacityRange } from './parse-capacity-range.js';
import {
  parseDeleteVolume,
  parseExpandVolume,
  parseGetVolume,
  parseListVolumes,
  parseModifyVolume,
  parseValidateVolumeCapabilities,
} from './parse-controller-requests.js';
import { parseCreateVolume } from './parse-create-volume.js';
import { parseNodeGetVolumeStats, parseNodePublish, parseNodeUnpublish } from './parse-node-requests.js';
import {
  parseCreateSnapshot,
  parseDeleteSnapshot,
  parseGetSnapshot,
  parseListSnapshots,
} from './parse-snapshot-requests.js';
import { parseVolumeCapability } from './parse-volume-capability.js';

type Partially<M> = { fromPartial(message: object): M };
const make = <M>(type: Partially<M>, fields: object): M => type.fromPartial(fields);

const mount = (fields: object = {}): object => ({ $case: 'mount', value: fields });
const shared = { accessType: mount(), accessMode: { mode: Mode.MULTI_NODE_MULTI_WRITER } };
const parsedShared = { accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags: [] };

/** Row: the name of the case, the parser call, the kind of the error and the words of its message. */
type Row = readonly [condition: string, parse: () => unknown, kind: string, words: string];

function refuses(rows: readonly Row[]): void {
  it.each(rows)('%s', (_, parse, kind, words) => {
    expect(parse).toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining(words) as string }) as Error,
    );
  });
}

describe('CreateVolume', () => {
  const whole = {
    name: 'pvc-1',
    capacityRange: { requiredBytes: 2n ** 60n + 1n, limitBytes: 0n },
    volumeCapabilities: [shared],
    parameters: { tier: 'fast', 'csi.storage.k8s.io/pvc/name': 'claim' },
    mutableParameters: { speed: '1', 'csi.storage.k8s.io/pv/name': 'pvc-1' },
    secrets: { password: 'hidden' },
    accessibilityRequirements: {
      requisite: [{ segments: { zone: 'a' } }],
      preferred: [{ segments: { zone: 'b' } }],
    },
  };
  const parse = (change: object) => () =>
    parseCreateVolume(make(CreateVolumeRequest, { ...whole, ...change }));

  it('is read, without what the orchestrator added and without its secrets', () => {
    expect(parse({})()).toEqual({
      name: 'pvc-1',
      capacityRange: { required: Capacity.bytes(2n ** 60n + 1n) },
      capabilities: [parsedShared],
      parameters: { tier: 'fast' },
      mutableParameters: { speed: '1' },
      metadata: { pvcName: 'claim' },
      topology: { requisite: [{ zone: 'a' }], preferred: [{ zone: 'b' }] },
    });
  });

  it('needs no more than a name and a capability', () => {
    expect(parseCreateVolume(make(CreateVolumeRequest, { name: 'n', volumeCapabilities: [shared] }))).toEqual(
      {
        name: 'n',
        capacityRange: {},
        capabilities: [parsedShared],
        parameters: {},
        mutableParameters: {},
        metadata: {},
        topology: { requisite: [], preferred: [] },
      },
    );
  });

  it.each([
    [
      { $case: 'snapshot', value: { snapshotId: 's-1' } },
      { kind: 'snapshot', id: 's-1' },
    ],
    [
      { $case: 'volume', value: { volumeId: 'v-1' } },
      { kind: 'volume', id: 'v-1' },
    ],
  ])('reads the source %j', (type, contentSource) => {
    expect(parse({ volumeContentSource: { type } })()).toMatchObject({ contentSource });
  });

  refuses([
    ['no name', parse({ name: '' }), 'invalid-argument', 'name is missing'],
    ['a name that is too long', parse({ name: 'x'.repeat(129) }), 'invalid-argument', 'name is 129 bytes'],
    [
      'no capability',
      parse({ volumeCapabilities: [] }),
      'invalid-argument',
      'volume_capabilities is missing',
    ],
    [
      'a wrong capability after a right one',
      parse({ volumeCapabilities: [shared, { ...shared, accessMode: undefined }] }),
      'invalid-argument',
      'volume_capabilities[1].access_mode',
    ],
    [
      'a negative size',
      parse({ capacityRange: { requiredBytes: -1n, limitBytes: 0n } }),
      'invalid-argument',
      'capacity_range.required_bytes is -1',
    ],
    [
      'a limit below the required size',
      parse({ capacityRange: { requiredBytes: 2n, limitBytes: 1n } }),
      'out-of-range',
      'requires 2 bytes but limits the size to 1 bytes',
    ],
    ['an empty source', parse({ volumeContentSource: {} }), 'invalid-argument', 'volume_content_source.type'],
    [
      'a snapshot without id',
      parse({ volumeContentSource: { type: { $case: 'snapshot', value: { snapshotId: '' } } } }),
      'invalid-argument',
      'volume_content_source.snapshot.snapshot_id',
    ],
    [
      'a volume without id',
      parse({ volumeContentSource: { type: { $case: 'volume', value: { volumeId: '' } } } }),
      'invalid-argument',
      'volume_content_source.volume.volume_id',
    ],
  ]);
});

describe('a capability', () => {
  const parse = (change: object) => () =>
    parseVolumeCapability(make(VolumeCapability, { ...shared, ...change }));

  it.each(Object.entries(Mode).filter(([, mode]) => Number(mode) > 0))(
    'reads the access mode %s',
    (name, mode) => {
      expect(parse({ accessMode: { mode } })()).toEqual({ ...parsedShared, accessMode: name });
    },
  );

  it('reads the file system type and the flags', () => {
    const mountFlags = ['flock', 'noatime'];
    expect(parse({ accessType: mount({ fsType: 'lustre', mountFlags }) })()).toEqual({
      ...parsedShared,
      fsType: 'lustre',
      mountFlags,
    });
  });

  const field = 'volume_capability';
  refuses([
    ['none', () => parseVolumeCapability(undefined), 'invalid-argument', `${field} is missing`],
    [
      'no access type',
      parse({ accessType: undefined }),
      'invalid-argument',
      `${field}.access_type is missing`,
    ],
    [
      'block access',
      parse({ accessType: { $case: 'block', value: {} } }),
      'invalid-argument',
      `${field}.block is`,
    ],
    [
      'no access mode',
      parse({ accessMode: undefined }),
      'invalid-argument',
      `${field}.access_mode is missing`,
    ],
    [
      'an unknown access mode',
      parse({ accessMode: { mode: Mode.UNKNOWN } }),
      'invalid-argument',
      `${field}.access_mode is missing`,
    ],
    [
      'an access mode of the future',
      parse({ accessMode: { mode: 99 } }),
      'invalid-argument',
      `${field}.access_mode is 99`,
    ],
    [
      'a flag that is no option',
      parse({ accessType: mount({ mountFlags: ['flock', 'a b'] }) }),
      'invalid-argument',
      'mount_flags: "a b"',
    ],
  ]);
});

describe('fs_type', () => {
  it.each(['', 'lustre', 'ext4'])('"%s" is not looked at', (fsType) => {
    const capability = make(VolumeCapability, { ...shared, accessType: mount({ fsType }) });
    expect(parseVolumeCapability(capability)).toMatchObject({
      accessMode: 'MULTI_NODE_MULTI_WRITER',
      fsType,
    });
  });
});

describe('a capacity range', () => {
  const GIB = 1024n ** 3n;
  it.each([
    [undefined, {}],
    [{}, {}],
    [{ requiredBytes: GIB }, { required: Capacity.gibibytes(1) }],
    [{ limitBytes: GIB }, { limit: Capacity.gibibytes(1) }],
    [
      { requiredBytes: GIB, limitBytes: GIB },
      { required: Capacity.gibibytes(1), limit: Capacity.gibibytes(1) },
    ],
    [{ requiredBytes: 2n ** 63n - 1n }, { required: Capacity.bytes(2n ** 63n - 1n) }],
  ])('%# is read', (given, range) => {
    expect(parseCapacityRange(given && make(CapacityRange, given))).toEqual(range);
  });

  const parse = (given: object) => () => parseCapacityRange(make(CapacityRange, given));
  refuses([
    ['a negative limit', parse({ limitBytes: -5n }), 'invalid-argument', 'capacity_range.limit_bytes is -5'],
    [
      'a limit one byte too low',
      parse({ requiredBytes: GIB, limitBytes: GIB - 1n }),
      'out-of-range',
      '1 GiB',
    ],
  ]);
});

describe('other requests of the controller', () => {
  it('are read', () => {
    expect(parseDeleteVolume(make(DeleteVolumeRequest, { volumeId: 'v' }))).toBe('v');
    expect(parseGetVolume(make(ControllerGetVolumeRequest, { volumeId: 'v' }))).toBe('v');
    const question = { volumeId: 'v', volumeCapabilities: [shared] };
    expect(parseValidateVolumeCapabilities(make(ValidateVolumeCapabilitiesRequest, question))).toEqual({
      volumeId: 'v',
      capabilities: [parsedShared],
    });
    const page = { maxEntries: 3, startingToken: 't' };
    expect(parseListVolumes(make(ListVolumesRequest, page))).toEqual(page);
    const growth = { volumeId: 'v', capacityRange: { requiredBytes: 5n } };
    expect(parseExpandVolume(make(ControllerExpandVolumeRequest, growth))).toEqual({
      volumeId: 'v',
      range: { required: Capacity.bytes(5n) },
    });
    const change = { volumeId: 'v', mutableParameters: { speed: '1', 'csi.storage.k8s.io/pv/name': 'pvc' } };
    expect(parseModifyVolume(make(ControllerModifyVolumeRequest, change))).toEqual({
      volumeId: 'v',
      parameters: { speed: '1' },
    });
  });

  it.each([
    ['block access', { accessType: { $case: 'block', value: {} } }, 'volume_capabilities[1].block'],
    [
      'an access mode of a later CSI',
      { accessMode: { mode: 99 } },
      'volume_capabilities[1].access_mode is 99',
    ],
    [
      'a mount flag that is refused',
      { accessType: mount({ mountFlags: ['device=x'] }) },
      '"device=x" is refused',
    ],
  ])('may name capabilities that no volume can have: %s', (_, change, words) => {
    const question = { volumeId: 'v', volumeCapabilities: [shared, { ...shared, ...change }] };
    expect(parseValidateVolumeCapabilities(make(ValidateVolumeCapabilitiesRequest, question))).toEqual({
      volumeId: 'v',
      capabilities: [],
      objection: expect.stringContaining(words) as string,
    });
  });

  it('may carry a handle of any form and length: administrators write them', () => {
    const volumeId = `name#fs#${'x'.repeat(200)}`;
    expect(parseDeleteVolume(make(DeleteVolumeRequest, { volumeId }))).toBe(volumeId);
  });

  const validate = (fields: object) => () =>
    parseValidateVolumeCapabilities(make(ValidateVolumeCapabilitiesRequest, fields));
  const expand = (fields: object) => () => parseExpandVolume(make(ControllerExpandVolumeRequest, fields));
  const capacityRange = { requiredBytes: 5n };
  const [ia, id] = ['invalid-argument', 'volume_id is missing'];
  refuses([
    ['DeleteVolume without id', () => parseDeleteVolume(make(DeleteVolumeRequest, {})), ia, id],
    ['ControllerGetVolume without id', () => parseGetVolume(make(ControllerGetVolumeRequest, {})), ia, id],
    ['ValidateVolumeCapabilities without id', validate({ volumeCapabilities: [shared] }), ia, id],
    [
      'ValidateVolumeCapabilities without any',
      validate({ volumeId: 'v' }),
      ia,
      'volume_capabilities is missing',
    ],
    [
      'ValidateVolumeCapabilities of half a capability',
      validate({ volumeId: 'v', volumeCapabilities: [{ ...shared, accessMode: undefined }] }),
      ia,
      'volume_capabilities[0].access_mode is missing',
    ],
    [
      'ListVolumes with a negative number',
      () => parseListVolumes(make(ListVolumesRequest, { maxEntries: -1 })),
      ia,
      'max_entries is -1',
    ],
    ['ControllerExpandVolume without id', expand({ capacityRange }), ia, id],
    ['ControllerExpandVolume without range', expand({ volumeId: 'v' }), ia, 'capacity_range is missing'],
    [
      'ControllerExpandVolume with an empty range',
      expand({ volumeId: 'v', capacityRange: {} }),
      ia,
      'capacity_range.required_bytes is missing',
    ],
    [
      'ControllerExpandVolume with block access',
      expand({
        volumeId: 'v',
        capacityRange,
        volumeCapability: { ...shared, accessType: { $case: 'block', value: {} } },
      }),
      ia,
      'volume_capability.block',
    ],
    [
      'ControllerModifyVolume without id',
      () => parseModifyVolume(make(ControllerModifyVolumeRequest, {})),
      ia,
      id,
    ],
  ]);
});

describe('requests about snapshots', () => {
  it('are read', () => {
    const creation = {
      name: 'n',
      sourceVolumeId: 'v',
      parameters: { tag: '1', 'csi.storage.k8s.io/x': '2' },
    };
    expect(parseCreateSnapshot(make(CreateSnapshotRequest, creation))).toEqual({
      ...creation,
      parameters: { tag: '1' },
    });
    expect(parseDeleteSnapshot(make(DeleteSnapshotRequest, { snapshotId: 's' }))).toBe('s');
    expect(parseGetSnapshot(make(GetSnapshotRequest, { snapshotId: 's' }))).toBe('s');
    const question = { maxEntries: 1, startingToken: 't', snapshotId: 's', sourceVolumeId: 'v' };
    expect(parseListSnapshots(make(ListSnapshotsRequest, question))).toEqual(question);
  });

  const create = (fields: object) => () => parseCreateSnapshot(make(CreateSnapshotRequest, fields));
  const ia = 'invalid-argument';
  refuses([
    ['CreateSnapshot without name', create({ sourceVolumeId: 'v' }), ia, 'name is missing'],
    ['CreateSnapshot without source', create({ name: 'n' }), ia, 'source_volume_id is missing'],
    [
      'DeleteSnapshot without id',
      () => parseDeleteSnapshot(make(DeleteSnapshotRequest, {})),
      ia,
      'snapshot_id is missing',
    ],
    [
      'GetSnapshot without id',
      () => parseGetSnapshot(make(GetSnapshotRequest, {})),
      ia,
      'snapshot_id is missing',
    ],
    [
      'ListSnapshots with a negative number',
      () => parseListSnapshots(make(ListSnapshotsRequest, { maxEntries: -1 })),
      ia,
      'max_entries is -1',
    ],
  ]);
});

describe('requests of a node', () => {
  const whole = {
    volumeId: 'v',
    targetPath: '/var/lib/kubelet/target',
    volumeCapability: shared,
    readonly: true,
    volumeContext: { source: 'a@tcp:/fs' },
  };
  const publish = (change: object) => () =>
    parseNodePublish(make(NodePublishVolumeRequest, { ...whole, ...change }));

  it('are read', () => {
    expect(publish({})()).toEqual({
      volumeId: 'v',
      targetPath: '/var/lib/kubelet/target',
      capability: parsedShared,
      readonly: true,
      context: { source: 'a@tcp:/fs' },
    });
    const unpublish = { volumeId: 'v', targetPath: '/t' };
    expect(parseNodeUnpublish(make(NodeUnpublishVolumeRequest, unpublish))).toEqual(unpublish);
    const stats = { volumeId: 'v', volumePath: 'some/path' };
    expect(parseNodeGetVolumeStats(make(NodeGetVolumeStatsRequest, stats))).toEqual(stats);
  });

  const unpublish = (fields: object) => () => parseNodeUnpublish(make(NodeUnpublishVolumeRequest, fields));
  const stats = (fields: object) => () => parseNodeGetVolumeStats(make(NodeGetVolumeStatsRequest, fields));
  const [ia, id, target] = ['invalid-argument', 'volume_id is missing', 'target_path is missing'];
  refuses([
    ['NodePublishVolume without id', publish({ volumeId: '' }), ia, id],
    ['NodePublishVolume without target', publish({ targetPath: '' }), ia, target],
    ['NodePublishVolume to a relative target', publish({ targetPath: 'a/b' }), ia, 'target_path is "a/b"'],
    [
      'NodePublishVolume without capability',
      publish({ volumeCapability: undefined }),
      ia,
      'volume_capability is',
    ],
    [
      'NodePublishVolume with block access',
      publish({ volumeCapability: { ...shared, accessType: { $case: 'block', value: {} } } }),
      ia,
      'volume_capability.block',
    ],
    ['NodeUnpublishVolume without id', unpublish({ targetPath: '/t' }), ia, id],
    ['NodeUnpublishVolume without target', unpublish({ volumeId: 'v' }), ia, target],
    ['NodeGetVolumeStats without id', stats({ volumePath: '/t' }), ia, id],
    ['NodeGetVolumeStats without path', stats({ volumeId: 'v' }), ia, 'volume_path is missing'],
  ]);
});

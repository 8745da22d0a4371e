import { Client, credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ControllerExpandVolumeRequest,
  ControllerPublishVolumeRequest,
  DeleteVolumeRequest,
  ListVolumesRequest,
  NodeGetInfoRequest,
  ValidateVolumeCapabilitiesRequest,
} from '../gen/csi.js';
import type { CsiClient } from './csi-client.js';
import { MemoryDriver, capability, creation, failureOf } from './testing/memory-driver.js';

const block = { ...capability, accessType: { $case: 'block', value: {} } } as const;

let driver: MemoryDriver;

beforeEach(async () => {
  driver = await MemoryDriver.start();
});

afterEach(() => driver.close());

describe('a provider that is one package and one line', () => {
  it('is served by its name, from creation to deletion', async () => {
    driver.settleAtOnce();
    expect(await driver.client.identity.getPluginInfo({})).toEqual({
      name: 'memory.lustre.test',
      vendorVersion: '1.2.3',
      manifest: { commit: 'abc' },
    });
    expect(await driver.client.identity.probe({})).toEqual({ ready: true });
    const { volume } = await driver.client.controller.createVolume(
      creation({ parameters: { tier: 'slow' } }),
    );
    expect(volume).toMatchObject({
      volumeId: 'fs-1',
      capacityBytes: 1200n * 1024n ** 3n,
      volumeContext: { source: '10.0.0.1@tcp:/memory' },
    });
    expect(
      (await driver.client.controller.createVolume(creation({ parameters: { tier: 'slow' } }))).volume,
    ).toEqual(volume);
    const { entries } = await driver.client.controller.listVolumes(ListVolumesRequest.fromPartial({}));
    expect(entries.map((entry) => entry.volume?.volumeId)).toEqual(['fs-1']);
    const got = await driver.client.controller.controllerGetVolume({ volumeId: 'fs-1' });
    expect(got.status?.volumeCondition).toEqual({
      abnormal: false,
      message: 'file system fs-1 is AVAILABLE',
    });
    const question = { volumeId: 'fs-1', volumeCapabilities: [capability], volumeContext: { a: 'b' } };
    const answer = await driver.client.controller.validateVolumeCapabilities(
      ValidateVolumeCapabilitiesRequest.fromPartial(question),
    );
    expect(answer.confirmed?.volumeCapabilities).toMatchObject([capability]);
    expect(answer.confirmed?.volumeContext).toEqual({ a: 'b' });
    await driver.client.controller.deleteVolume(DeleteVolumeRequest.fromPartial({ volumeId: 'fs-1' }));
    await driver.client.controller.deleteVolume(DeleteVolumeRequest.fromPartial({ volumeId: 'fs-1' }));
    expect(driver.cloud.fileSystems.size).toBe(0);
    expect([driver.countOf(/create/), driver.countOf(/delete/)]).toEqual([1, 1]);
  });

  it('advertises what it can do, and no more', async () => {
    const plugin = await driver.client.identity.getPluginCapabilities({});
    expect(plugin.capabilities).toMatchObject([{ type: { $case: 'service', value: { type: 1 } } }]);
    const { capabilities } = await driver.client.controller.controllerGetCapabilities({});
    const types = capabilities.map(({ type }) => (type?.$case === 'rpc' ? type.value.type : undefined));
    expect(types.sort()).toEqual([1, 11, 12, 13, 3].sort());
  });
});

describe('a request that is wrong', () => {
  const validate = (
    fields: Parameters<typeof ValidateVolumeCapabilitiesRequest.fromPartial>[0],
  ): ValidateVolumeCapabilitiesRequest => ValidateVolumeCapabilitiesRequest.fromPartial(fields);
  const rows: readonly [string, (to: CsiClient) => Promise<unknown>, string][] = [
    ['no name', (to) => to.controller.createVolume(creation({ name: '' })), 'name is missing'],
    [
      'no capability',
      (to) => to.controller.createVolume(creation({ volumeCapabilities: [] })),
      'volume_capabilities is missing',
    ],
    [
      'block access',
      (to) => to.controller.createVolume(creation({ volumeCapabilities: [block] })),
      'volume_capabilities[0].block',
    ],
    [
      'no access type',
      (to) =>
        to.controller.createVolume(creation({ volumeCapabilities: [{ accessMode: capability.accessMode }] })),
      'volume_capabilities[0].access_type',
    ],
    [
      'no access mode',
      (to) =>
        to.controller.createVolume(creation({ volumeCapabilities: [{ accessType: capability.accessType }] })),
      'volume_capabilities[0].access_mode',
    ],
    [
      'an unsupported mount flag',
      (to) =>
        to.controller.createVolume(
          creation({
            volumeCapabilities: [
              { ...capability, accessType: { $case: 'mount', value: { mountFlags: ['device=x'] } } },
            ],
          }),
        ),
      'mount_flags: "device=x"',
    ],
    [
      'an unknown parameter',
      (to) => to.controller.createVolume(creation({ parameters: { teir: 'fast' } })),
      'memory.lustre.test knows no parameter "teir"; did you mean "tier"?',
    ],
    [
      'a wrong value of a parameter',
      (to) => to.controller.createVolume(creation({ parameters: { tier: 'slowest' } })),
      'parameter "tier" is "slowest"; legal: fast, slow',
    ],
    [
      'a negative size',
      (to) => to.controller.createVolume(creation({ capacityRange: { requiredBytes: -1n } })),
      'capacity_range.required_bytes',
    ],
    [
      'no id to delete',
      (to) => to.controller.deleteVolume(DeleteVolumeRequest.fromPartial({})),
      'volume_id is missing',
    ],
    ['no id to get', (to) => to.controller.controllerGetVolume({ volumeId: '' }), 'volume_id is missing'],
    [
      'no id to validate',
      (to) => to.controller.validateVolumeCapabilities(validate({ volumeCapabilities: [capability] })),
      'volume_id is missing',
    ],
    [
      'no capability to validate',
      (to) => to.controller.validateVolumeCapabilities(validate({ volumeId: 'fs-1' })),
      'volume_capabilities is missing',
    ],
    [
      'a negative number of entries',
      (to) => to.controller.listVolumes(ListVolumesRequest.fromPartial({ maxEntries: -1 })),
      'max_entries is -1',
    ],
  ];

  it.each(rows)(
    '(%s) is INVALID_ARGUMENT by the name of the field, and the cloud is not asked',
    async (_, ask, words) => {
      const error = await failureOf(ask(driver.client));
      expect(error).toMatchObject({ code: status.INVALID_ARGUMENT });
      expect(error.details).toContain(words);
      expect(driver.cloud.calls).toEqual([]);
      expect(JSON.stringify(driver.log.lines)).not.toContain('device=x'); // Mount flags are sensitive.
    },
  );

  it.each<[string, (to: CsiClient) => Promise<unknown>, status]>([
    [
      'an unknown volume to get',
      (to) => to.controller.controllerGetVolume({ volumeId: 'fake' }),
      status.NOT_FOUND,
    ],
    [
      'an unknown volume to validate',
      (to) =>
        to.controller.validateVolumeCapabilities(
          validate({ volumeId: 'fake', volumeCapabilities: [capability] }),
        ),
      status.NOT_FOUND,
    ],
    [
      'a token of another driver',
      (to) => to.controller.listVolumes(ListVolumesRequest.fromPartial({ startingToken: 'x' })),
      status.ABORTED,
    ],
    [
      'a limit below the required size',
      (to) => to.controller.createVolume(creation({ capacityRange: { requiredBytes: 2n, limitBytes: 1n } })),
      status.OUT_OF_RANGE,
    ],
    [
      'a size that the cloud does not have',
      (to) => to.controller.createVolume(creation({ capacityRange: { requiredBytes: 1n, limitBytes: 1n } })),
      status.OUT_OF_RANGE,
    ],
    [
      'a source that does not exist',
      (to) =>
        to.controller.createVolume(
          creation({
            volumeContentSource: {
              type: { $case: 'snapshot', value: { snapshotId: 'non-existing-snapshot-id' } },
            },
          }),
        ),
      status.NOT_FOUND,
    ],
  ])('(%s) gets the code of the specification', async (_, ask, code) => {
    const error = await failureOf(ask(driver.client));
    expect([error.code, error.details.length > 10]).toEqual([code, true]);
    expect(error.metadata.get('grpc-status-details-bin')).toEqual([]);
    expect(driver.countOf(/create/)).toBe(0);
  });

  it('is ALREADY_EXISTS where the volume exists in another size', async () => {
    driver.settleAtOnce();
    await driver.client.controller.createVolume(creation());
    const other = creation({ capacityRange: { requiredBytes: 2n ** 50n } });
    const error = await failureOf(driver.client.controller.createVolume(other));
    expect(error).toMatchObject({ code: status.ALREADY_EXISTS });
    expect(error.details).toContain('1200 GiB (requested: at least 1024 TiB)');
  });

  it.each(['ControllerPublishVolume', 'ControllerExpandVolume', 'GetCapacity'])(
    'is UNIMPLEMENTED by name: %s',
    async (rpc) => {
      const calls: Record<string, () => Promise<unknown>> = {
        ControllerPublishVolume: () =>
          driver.client.controller.controllerPublishVolume(ControllerPublishVolumeRequest.fromPartial({})),
        ControllerExpandVolume: () =>
          driver.client.controller.controllerExpandVolume(ControllerExpandVolumeRequest.fromPartial({})),
        GetCapacity: () =>
          driver.client.controller.getCapacity({
            volumeCapabilities: [],
            parameters: {},
            accessibleTopology: undefined,
          }),
      };
      const error = await failureOf((calls[rpc] as () => Promise<unknown>)());
      expect(error).toMatchObject({ code: status.UNIMPLEMENTED });
      expect(error.details).toContain(rpc);
    },
  );

  it('is UNIMPLEMENTED for a service that this mode does not serve', async () => {
    const error = await failureOf(driver.client.node.nodeGetInfo(NodeGetInfoRequest.fromPartial({})));
    expect(error).toMatchObject({ code: status.UNIMPLEMENTED });
    expect(error.details).toContain('NodeGetInfo');
  });

  it('is INVALID_ARGUMENT where its bytes are no message, and the server lives', async () => {
    const raw = new Client(`unix://${driver.socket}`, credentials.createInsecure(), {
      'grpc.default_authority': 'localhost',
    });
    const bytes = (buffer: Buffer): Buffer => buffer;
    // Field 1 as a string that is longer than the message; a field that never ends; no protobuf at all.
    for (const garbage of [Buffer.from([0x0a, 0x7f, 0x41]), Buffer.from([0xff]), Buffer.alloc(50, 0xff)]) {
      const answer = new Promise((resolve, reject) => {
        raw.makeUnaryRequest('/csi.v1.Controller/CreateVolume', bytes, bytes, garbage, (error, value) =>
          error ? reject(error) : resolve(value),
        );
      });
      const error = await failureOf(answer);
      expect(error).toMatchObject({ code: status.INVALID_ARGUMENT });
      expect(error.details).toContain('not a CreateVolumeRequest of CSI 1.12');
    }
    raw.close();
    expect(await driver.client.identity.probe({})).toEqual({ ready: true });
    expect(driver.cloud.calls).toEqual([]);
  });

  it('and a defect of the driver is INTERNAL, with its words, and its stack in the log', async () => {
    const defect = new TypeError('x is undefined');
    driver.cloud.before = () => {
      throw defect;
    };
    const error = await failureOf(driver.client.controller.createVolume(creation()));
    expect(error).toMatchObject({ code: status.INTERNAL });
    expect(error.details).toContain('TypeError: x is undefined');
    expect(driver.log.lines.find((line) => line.level === 'error')?.fields).toMatchObject({ err: defect });
  });
});

// Any message on the wire: the process survives, no answer is INTERNAL or UNKNOWN, no call stays in flight, and nothing is
// left in the cloud. Run again with the printed seed: LUSTRE_CSI_TEST_SEED=... npm test.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csi } from '@lustre-csi/core/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import {
  createRequest,
  fileSystemsIn,
  startEmulatedCloud,
  testedDrivers,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';
import { awaitCallsInFlight, metricsUrlOf } from './calls-in-flight.js';
import { RawGrpc } from './raw-grpc.js';

const seed = Number(process.env['LUSTRE_CSI_TEST_SEED'] ?? Date.now() % 0x7fffffff);
const RUNS = 1000;
const UNKNOWN = 2;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const CREATE = '/csi.v1.Controller/CreateVolume';

interface Codec {
  fromPartial(object: object): object;
  encode(message: object): { finish(): Uint8Array };
}

const codecs = csi as unknown as Readonly<Record<string, Codec>>;

const services: readonly Readonly<Record<string, { readonly path: string }>>[] = [
  csi.IdentityService,
  csi.ControllerService,
  csi.NodeService,
  csi.GroupControllerService,
  csi.SnapshotMetadataService,
];
const methods = services.flatMap((service) => Object.values(service).map(({ path }) => path));

const word = fc.oneof(
  fc.constantFrom(
    '',
    'fs-0123456789abcdef0',
    'a#lustrefs#127.0.0.1##t#lustre-rg',
    'pvc-1',
    '../..',
    '\0',
    'ünï-cødé',
  ),
  fc.string({ maxLength: 200 }),
);
const map = fc.dictionary(word, word, { maxKeys: 4 });
const bytes = fc.constantFrom(0n, 1n, -1n, 2n ** 63n - 1n, 1200n * 1024n ** 3n);
const mode = fc.integer({ min: -1, max: 12 });

/** Generator of target paths in the test's own directory, since a driver may create the requested path. */
const anyField = (directory: string): fc.Arbitrary<object> => {
  const capability = fc.record({
    accessType: fc.option(
      fc.oneof(
        fc.constant({ $case: 'block', value: {} }),
        fc.record({
          $case: fc.constant('mount'),
          value: fc.record({
            fsType: word,
            mountFlags: fc.array(word, { maxLength: 3 }),
            volumeMountGroup: word,
          }),
        }),
      ),
      { nil: undefined },
    ),
    accessMode: fc.option(fc.record({ mode }), { nil: undefined }),
  });
  const path = fc.constantFrom('', 'relative', `${directory}/target`, `${directory}/a/b/c`);
  return fc.record(
    {
      name: word,
      volumeId: word,
      snapshotId: word,
      sourceVolumeId: word,
      startingToken: word,
      maxEntries: fc.integer({ min: -2, max: 5 }),
      capacityRange: fc.record({ requiredBytes: bytes, limitBytes: bytes }),
      volumeCapabilities: fc.array(capability, { maxLength: 3 }),
      volumeCapability: capability,
      parameters: map,
      mutableParameters: map,
      volumeContext: map,
      secrets: map,
      targetPath: path,
      volumePath: path,
      stagingTargetPath: path,
      readonly: fc.boolean(),
    },
    { requiredKeys: [] },
  );
};

/** Matches services that the driver does not serve. */
const isForeign = (method: string): boolean => /\.(?:GroupController|SnapshotMetadata)\//.test(method);

function encoded(method: string, fields: object): Uint8Array {
  const codec = codecs[`${method.split('/')[2] ?? ''}Request`];
  return codec ? codec.encode(codec.fromPartial(fields)).finish() : new Uint8Array();
}

describe.each(testedDrivers)(`$driverName, seed ${seed}`, (tested) => {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-robustness-'));
  let cloud: EmulatedCloud;
  let driver: DriverProcess;
  let raw: RawGrpc;

  beforeAll(async () => {
    cloud = await startEmulatedCloud({ durations: { createSeconds: 0.1, deleteSeconds: 0.1 } });
    driver = await startLustreCsi({
      driverName: tested.driverName,
      environment: cloud.environment,
      args: ['--metrics-address', '127.0.0.1:0'],
    });
    raw = new RawGrpc(driver.endpoint);
  });

  afterAll(async () => {
    raw.close();
    await driver.stop();
    await cloud.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const expectGood = async (method: string, message: Uint8Array): Promise<void> => {
    const answer = await raw.call(method, message, { 'grpc-timeout': '5S' });
    expect(answer.grpcStatus, `${method}: ${answer.message}`).toBeDefined();
    expect([UNKNOWN, INTERNAL], `${method}: ${answer.message}`).not.toContain(answer.grpcStatus);
    if (isForeign(method)) expect(answer.grpcStatus).toBe(UNIMPLEMENTED);
  };

  /** Generator of legal creations with one or two fields replaced: most of them pass the first checks. */
  const nearlyLegal = fc
    .tuple(fc.integer({ min: 0, max: 9 }), anyField(directory), fc.nat())
    .map(([number, fields, chosen]) => {
      const names = Object.keys(fields).filter((name) => name !== 'name');
      const name = names[chosen % Math.max(1, names.length)] ?? '';
      const change = Object.fromEntries(Object.entries(fields).filter(([field]) => field === name));
      return { ...createRequest(tested, `pvc-generated-${number}`), ...change };
    });

  /** Generator of messages with some bytes replaced, and the end cut off. */
  const damaged = (
    message: Uint8Array,
    [at, value, length]: readonly [number, number, number],
  ): Uint8Array => {
    const bytesOf = Uint8Array.from(message);
    if (bytesOf.length > 0) bytesOf[at % bytesOf.length] = value;
    return bytesOf.subarray(0, bytesOf.length - (length % (bytesOf.length + 1)));
  };

  it('answers well-formed messages of any content', { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...methods),
      anyField(directory),
      async (method, fields) => {
        await expectGood(method, encoded(method, fields));
      },
    );
    await fc.assert(property, { seed, numRuns: RUNS });
  });

  it('answers bytes that are no message', { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.uint8Array({ maxLength: 300 }),
      expectGood,
    );
    await fc.assert(property, { seed, numRuns: RUNS });
  });

  it('answers messages that were damaged on their way', { timeout: 60_000 }, async () => {
    const damage = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat());
    const property = fc.asyncProperty(
      fc.constantFrom(...methods),
      anyField(directory),
      damage,
      async (method, fields, how) => {
        await expectGood(method, damaged(encoded(method, fields), how));
      },
    );
    await fc.assert(property, { seed, numRuns: RUNS });
  });

  it('answers creations that are nearly legal', { timeout: 60_000 }, async () => {
    const atOnce = fc.array(nearlyLegal, { minLength: 5, maxLength: 5 });
    const property = fc.asyncProperty(atOnce, async (requests) => {
      await Promise.all(requests.map((fields) => expectGood(CREATE, encoded(CREATE, fields))));
    });
    await fc.assert(property, { seed, numRuns: 10 });
    // Legal requests create volumes; the test is only useful if there were some.
    const { entries } = await driver.client.controller.listVolumes({ maxEntries: 0, startingToken: '' });
    expect(entries.length).toBeGreaterThan(0);
    await deleteEverything();
  });

  /** Deletes all volumes. A creation whose caller has given up continues in the driver: until it ends, there is no volume. */
  const deleteEverything = async (): Promise<void> => {
    const { controller } = driver.client;
    const giveUp = Date.now() + 15_000;
    while (fileSystemsIn(cloud.emulator, tested).length > 0 && Date.now() < giveUp) {
      const { entries } = await controller.listVolumes({ maxEntries: 0, startingToken: '' });
      const handles = entries.map(({ volume }) => volume?.volumeId ?? '');
      await Promise.all(handles.map((volumeId) => controller.deleteVolume({ volumeId, secrets: {} })));
    }
  };

  it('has no call left, nothing in the cloud and nothing mounted', async () => {
    expect(await awaitCallsInFlight(metricsUrlOf(driver.log()), 0)).toBe(0);
    expect((await driver.client.identity.probe({})).ready).toBe(true);
    expect(fileSystemsIn(cloud.emulator, tested)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(directory);
    expect(readdirSync(directory)).toEqual([]);
    expect(driver.log()).not.toMatch(/"level":(?:50|60)|unhandled|a defect of the driver/i);
  });
});

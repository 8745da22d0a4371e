// Whatever arrives on the wire: the process lives, no answer is INTERNAL or UNKNOWN, no call stays behind, and
// nothing is left in the cloud. Run again with the printed seed: LUSTRE_CSI_TEST_SEED=... npm test.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csi } from '@lustre-csi/core/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDriverProcess, type DriverProcess } from '../testing/driver-process.js';
import {
  fileSystemsIn,
  startEmulatedCloud,
  testedDrivers,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';
import { metricsUrlOf, settledCalls } from './calls-in-flight.js';
import { RawGrpc } from './raw-grpc.js';

const seed = Number(process.env['LUSTRE_CSI_TEST_SEED'] ?? Date.now() % 0x7fffffff);
const RUNS = 1000;
const UNKNOWN = 2;
const INTERNAL = 13;

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

/** Target paths stay in a directory of the test's own: a driver may make what it is asked for. */
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
    cloud = await startEmulatedCloud({ durations: { createSeconds: 0.1 } });
    driver = await startDriverProcess({
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

  it('has no call left, nothing in the cloud and nothing mounted', async () => {
    expect(await settledCalls(metricsUrlOf(driver.log()))).toBe(0);
    expect((await driver.client.identity.probe({})).ready).toBe(true);
    expect(fileSystemsIn(cloud.emulator, tested)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(directory);
  });
});

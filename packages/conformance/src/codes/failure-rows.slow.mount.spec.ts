// Answers of CreateVolume when the cloud fails, over a real socket: after a code that is final for the provisioner, no file
// system exists; after any other code, the repeated call finds the one that an earlier call has begun.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import {
  createRequest,
  fileSystemsIn,
  startEmulatedCloud,
  allDrivers,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';
import { cloudWords, failureCodes, failureRows, type CloudWords } from './failure-rows.js';

/** Deadline that is long enough for the SDK's retries, and short enough for a test. Milliseconds. */
const PATIENCE_MS = 2500;

interface Failure {
  readonly code: number;
  readonly details: string;
  readonly metadata: { get(name: string): readonly unknown[] };
}

describe.concurrent.each(allDrivers)('$driverName', (tested) => {
  const words = cloudWords[tested.cloud] as CloudWords;
  let cloud: EmulatedCloud;
  let driver: DriverProcess;

  beforeAll(async () => {
    cloud = await startEmulatedCloud({ durations: { createSeconds: 0.1, deleteSeconds: 0.1 } });
    driver = await startLustreCsi({ driverName: tested.driverName, environment: cloud.environment });
  });

  afterEach(() => cloud.emulator.faults.clear());

  afterAll(async () => {
    await driver.stop();
    await cloud.stop();
  });

  const create = async (name: string, patienceMs: number): Promise<string> => {
    const deadline = Date.now() + patienceMs;
    const { volume } = await driver.client.controller.createVolume(createRequest(tested, name), { deadline });
    return volume?.volumeId ?? '';
  };

  it.sequential.each(failureRows)(
    '$row CreateVolume, $what: $codes',
    async ({ row, fault, codes, leaves, patienceMs = PATIENCE_MS }) => {
      const { faults } = cloud.emulator;
      const name = `pvc-${row.replace('.', '-')}`;
      faults.add({ cloud: tested.cloud, ...fault(words) });
      const failure = await create(name, patienceMs).then(
        () => ({ code: 0, details: 'OK', metadata: { get: () => [] } }),
        (error: unknown) => error as Failure,
      );
      const allowed = codes.map((code) => failureCodes[code]);
      expect(
        allowed.map(({ code }) => code as number),
        failure.details,
      ).toContain(failure.code);
      expect(failure.details).toMatch(/\w+ \w+ \w+/);
      expect(failure.metadata.get('grpc-status-details-bin')).toEqual([]);
      const left = fileSystemsIn(cloud.emulator, tested).length;
      if (leaves === 'nothing') expect(left).toBe(0);
      if (leaves === 'one') expect(left).toBe(1);
      const isFinal = allowed.some(({ code, isFinal: final }) => final && code === failure.code);
      if (isFinal) expect(left).toBe(0);

      // The cloud works again: the same call ends with one volume, and there is never a second one.
      faults.clear();
      const volumeId = await create(name, 20_000);
      expect(fileSystemsIn(cloud.emulator, tested)).toHaveLength(1);
      await driver.client.controller.deleteVolume({ volumeId, secrets: {} });
      expect(fileSystemsIn(cloud.emulator, tested)).toEqual([]);
    },
  );
});

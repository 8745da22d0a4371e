// Code table 1d over a real socket: a code that callers treat as final must leave nothing behind. Each row ends with the
// repeated call, which has to succeed.
import type { Fault } from '@lustre-csi/cloud-emulator';
import { csi } from '@lustre-csi/core/client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import {
  createRequest,
  fileSystemsIn,
  startEmulatedCloud,
  allDrivers,
  type EmulatedCloud,
  type TestedDriver,
} from '../testing/emulated-cloud.js';
import { clouds, troubleCodes, troubleRows, notFinal, type TroubleRow } from './trouble-rows.js';
import { subjects, type Subject } from '../sanity/subjects.js';

const PATIENCE_MS = 20_000;

/** Number of faults that exceeds the retries of any SDK. */
const ALWAYS = 1000;

/** Call of a row, which can be repeated. */
interface Attempt {
  readonly run: () => Promise<unknown>;
}

describe.concurrent.each(allDrivers)('$driverName', (tested) => {
  const subject = subjects.find(({ driverName }) => driverName === tested.driverName) as Subject;
  let cloud: EmulatedCloud;
  let driver: DriverProcess;

  beforeAll(async () => {
    const durations = { createSeconds: 0.1, deleteSeconds: 0.1, updateSeconds: 0.1 };
    cloud = await startEmulatedCloud({ durations });
    driver = await startLustreCsi({ driverName: tested.driverName, environment: cloud.environment });
  });

  afterEach(() => cloud.emulator.faults.clear());

  afterAll(async () => {
    await driver.stop();
    await cloud.stop();
  });

  const faultOf = ({ at, trouble, times = ALWAYS }: TroubleRow): Fault => {
    const { calls, refusals } = clouds[tested.cloud];
    const fault: Fault = typeof trouble === 'string' ? { kind: 'error', ...refusals[trouble] } : trouble;
    return { ...fault, cloud: tested.cloud, operation: calls[at], times };
  };

  it.sequential.each(troubleRows)('$row $rpc, $what: $codes', { timeout: 60_000 }, async (row) => {
    const attempt = await prepare(row, { driver, tested, subject });
    const before = fileSystemsIn(cloud.emulator, tested).length;
    cloud.emulator.journal.clear();
    cloud.emulator.faults.add(faultOf(row));
    const { code, details } = await outcomeOf(attempt.run());
    // The journal shows a lasting fault; a fault that is used up is no longer armed.
    const { faults, journal } = cloud.emulator;
    const met = faults.list().length === 0 || journal.entries().some(({ fault }) => fault !== undefined);
    faults.clear();
    expect(row.codes.map((name) => troubleCodes[name]) as number[], details).toContain(code);
    expect(met, 'the call of the driver met the fault').toBe(true);
    // The caller may never retry after a final code.
    const left = fileSystemsIn(cloud.emulator, tested).length;
    if (row.rpc === 'createVolume' && isFinalFailure(code)) expect(left).toBe(before);

    await attempt.run();
    const change = {
      createVolume: 1,
      deleteVolume: -1,
      controllerExpandVolume: 0,
      controllerModifyVolume: 0,
    };
    // A failed file system is deleted after its successor exists: it may still be there for a moment.
    await vi.waitFor(
      () => expect(fileSystemsIn(cloud.emulator, tested)).toHaveLength(before + change[row.rpc]),
      10_000,
    );
  });
});

const isFinalFailure = (code: number): boolean =>
  code !== troubleCodes.OK && !(Object.values(notFinal) as number[]).includes(code);

/** Calls of the rows, on a volume that exists before the fault begins, except for a creation. */
async function prepare(
  { row, rpc }: TroubleRow,
  { driver, tested, subject }: { driver: DriverProcess; tested: TestedDriver; subject: Subject },
): Promise<Attempt> {
  const { controller } = driver.client;
  const request = { ...createRequest(tested, `pvc-${row}`), parameters: { ...subject.parameters } };
  const options = (): { deadline: number } => ({ deadline: Date.now() + PATIENCE_MS });
  const create = (): Promise<csi.CreateVolumeResponse> => controller.createVolume(request, options());
  if (rpc === 'createVolume') return { run: create };
  const volumeId = (await create()).volume?.volumeId ?? '';
  const runs = {
    deleteVolume: () => controller.deleteVolume({ volumeId, secrets: {} }, options()),
    controllerExpandVolume: () => {
      const capacityRange = { requiredBytes: subject.expandedBytes };
      const growth = csi.ControllerExpandVolumeRequest.fromPartial({ volumeId, capacityRange });
      return controller.controllerExpandVolume(growth, options());
    },
    controllerModifyVolume: () => {
      const mutableParameters = { ...subject.mutableParameters };
      const change = csi.ControllerModifyVolumeRequest.fromPartial({ volumeId, mutableParameters });
      return controller.controllerModifyVolume(change, options());
    },
  };
  return { run: runs[rpc] };
}

async function outcomeOf(answer: Promise<unknown>): Promise<{ code: number; details: string }> {
  try {
    await answer;
    return { code: troubleCodes.OK, details: '' };
  } catch (error) {
    return error as { code: number; details: string };
  }
}

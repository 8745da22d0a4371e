// Idempotency over a real socket: a call that one caller or several repeat has one effect.
import type { csi } from '@lustre-csi/core/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import {
  createRequest,
  fileSystemsIn,
  startEmulatedCloud,
  testedDrivers,
  type TestedDriver,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';
import { repeatRows, type Effect, type Repeated, type RepeatRow } from './repeat-rows.js';
import { subjects } from '../sanity/subjects.js';

const DEADLINE_EXCEEDED = 4;
const AT_ONCE = 5;
const PATIENCE_MS = 20_000;

/** Deadline that is shorter than any operation of the emulated cloud. */
const NO_PATIENCE_MS = 300;

/** Operations that change the cloud, as the journal names them. */
const operations: Readonly<Record<TestedDriver['cloud'], Readonly<Record<Effect, string>>>> = {
  aws: {
    creation: 'CreateFileSystem',
    deletion: 'DeleteFileSystem',
    growth: 'UpdateFileSystem',
    change: 'UpdateFileSystem',
    snapshot: 'CreateBackup',
    snapshotDeletion: 'DeleteBackup',
  },
  azure: {
    creation: 'amlFilesystems.createOrUpdate',
    deletion: 'amlFilesystems.delete',
    growth: 'expansionJobs.createOrUpdate',
    change: 'amlFilesystems.update',
    snapshot: '',
    snapshotDeletion: '',
  },
  google: {
    creation: 'CreateInstance',
    deletion: 'DeleteInstance',
    growth: 'UpdateInstance',
    change: 'UpdateInstance',
    snapshot: '',
    snapshotDeletion: '',
  },
  oci: {
    creation: 'CreateLustreFileSystem',
    deletion: 'DeleteLustreFileSystem',
    growth: 'UpdateLustreFileSystem',
    change: 'UpdateLustreFileSystem',
    snapshot: '',
    snapshotDeletion: '',
  },
};

type AnyRpc = (request: object, options: object) => Promise<object>;

describe.each(testedDrivers)('$driverName', (tested) => {
  const subject = subjects.find(({ driverName }) => driverName === tested.driverName);
  const rows = repeatRows.filter(({ needs }) => needs === undefined || subject?.snapshotParameters);
  const volumes = new Map<string, Repeated>();
  let cloud: EmulatedCloud;
  let driver: DriverProcess;

  beforeAll(async () => {
    const durations = { createSeconds: 0.8, deleteSeconds: 0.8, updateSeconds: 0.8 };
    cloud = await startEmulatedCloud({ durations });
    driver = await startLustreCsi({
      driverName: tested.driverName,
      mode: 'controller',
      environment: cloud.environment,
    });
    for (const name of ['one', 'another']) {
      volumes.set(name, {
        create: { ...createRequest(tested, `pvc-${name}`), parameters: { ...subject?.parameters } },
        volumeId: '',
        expandedBytes: subject?.expandedBytes ?? 0n,
        mutableParameters: { ...subject?.mutableParameters },
        snapshotId: '',
      });
    }
  });

  afterAll(async () => {
    await driver.stop();
    await cloud.stop();
  });

  it('has rows with unique numbers', () => {
    expect(new Set(rows.map(({ row }) => row)).size).toBe(rows.length);
  });

  const call = ({ rpc, volume, request }: RepeatRow, patienceMs = PATIENCE_MS): Promise<object> => {
    const service = driver.client.controller as unknown as Record<string, AnyRpc>;
    return (service[rpc] as AnyRpc)(request(volumes.get(volume) as Repeated), {
      deadline: Date.now() + patienceMs,
    });
  };

  const answersTo = async (row: RepeatRow): Promise<readonly object[]> => {
    if (row.how === 'again after the caller gave up') {
      await expect(call(row, NO_PATIENCE_MS)).rejects.toMatchObject({ code: DEADLINE_EXCEEDED });
      return [await call(row)];
    }
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => call(row)));
    return [...answers, await call(row)];
  };

  it.each(rows)('$row $rpc, $how: one $effect', async (row) => {
    cloud.emulator.journal.clear();
    const answers = await answersTo(row);
    const given = volumes.get(row.volume) as Repeated;
    for (const answer of answers) {
      expect(lasting(answer)).toEqual(lasting(answers[0] ?? {}));
      if (row.answers) expect(answer).toMatchObject(row.answers(given));
    }
    // A refused call has no effect: a backup that is still being created is not deleted yet.
    const effects = cloud.emulator.journal
      .entries()
      .filter(({ operation }) => operation === operations[tested.cloud][row.effect]);
    expect(effects.filter(({ status = 0 }) => status < 300)).toHaveLength(1);
    volumes.set(row.volume, { ...given, ...handlesIn(answers[0] ?? {}) });
  });

  it('leaves nothing', () => {
    expect(fileSystemsIn(cloud.emulator, tested)).toEqual([]);
  });
});

/** Answer without the field that may change from one call to the next: the readiness of a snapshot. */
function lasting(answer: object): object {
  const { snapshot } = answer as Partial<csi.CreateSnapshotResponse>;
  if (!snapshot) return answer;
  expect(snapshot.creationTime).toBeDefined();
  return { ...snapshot, readyToUse: undefined };
}

function handlesIn(answer: object): Partial<Repeated> {
  const { volume, snapshot } = answer as Partial<csi.CreateVolumeResponse & csi.CreateSnapshotResponse>;
  return {
    ...(volume ? { volumeId: volume.volumeId } : {}),
    ...(snapshot ? { snapshotId: snapshot.snapshotId } : {}),
  };
}

// Every row of the code table over a real socket, against the real executable: the code, the words, and that
// nothing was made in the cloud or on the machine.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDriverProcess, type DriverProcess } from '../testing/driver-process.js';
import {
  createRequest,
  fileSystemsIn,
  startEmulatedCloud,
  testedDrivers,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';
import { codes, noSnapshotRows, rows, snapshotRows, type Given } from './rows.js';
import { subjects } from './subjects.js';

interface Failure {
  readonly code: number;
  readonly details: string;
  readonly metadata: { get(name: string): readonly unknown[] };
}

type AnyRpc = (request: object, options: object) => Promise<object>;

describe.each(testedDrivers)('$driverName', (tested) => {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-rows-'));
  const subject = subjects.find(({ driverName }) => driverName === tested.driverName);
  const EXISTING = 'pvc-existing';
  let cloud: EmulatedCloud;
  let driver: DriverProcess;
  let given: Given;

  beforeAll(async () => {
    cloud = await startEmulatedCloud({ durations: { createSeconds: 0.1 } });
    driver = await startDriverProcess({ driverName: tested.driverName, environment: cloud.environment });
    const { volume } = await driver.client.controller.createVolume(createRequest(tested, EXISTING));
    given = {
      create: createRequest(tested, 'pvc-new'),
      existingName: EXISTING,
      volumeId: volume?.volumeId ?? '',
      volumeContext: volume?.volumeContext ?? {},
      mutableParameters: { ...subject?.mutableParameters },
      targetPath: join(directory, 'target'),
    };
  });

  afterAll(async () => {
    await driver.stop();
    await cloud.stop();
    rmSync(directory, { recursive: true });
  });

  /** Creations that the cloud has accepted so far, and all that exists in it. */
  const made = (): unknown => ({
    creations: cloud.emulator.journal.entries().filter(({ operation }) => operation === tested.creation)
      .length,
    fileSystems: fileSystemsIn(cloud.emulator, tested).length,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').includes(directory),
    directories: readdirSync(directory),
  });

  const all = [...rows, ...(subject?.snapshotParameters ? snapshotRows : noSnapshotRows)];

  it('has rows that are told apart by their number', () => {
    expect(new Set(all.map(({ row }) => row)).size).toBe(all.length);
  });

  it.each(all)('$row $rpc, $what: $code', async ({ rpc, request, code, names }) => {
    const before = made();
    const { controller, node } = driver.client;
    const service = (rpc.startsWith('node') ? node : controller) as unknown as Record<string, AnyRpc>;
    const failure = await (service[rpc] as AnyRpc)(request(given), { deadline: Date.now() + 20_000 }).then(
      () => ({ code: 0, details: '', metadata: { get: () => [] } }),
      (error: unknown) => error as Failure,
    );
    expect(failure.code, failure.details).toBe(codes[code]);
    if (code !== 'OK') expect(failure.details).toMatch(/\w+ \w+ \w+/);
    if (names) expect(failure.details).toContain(names);
    expect(failure.metadata.get('grpc-status-details-bin')).toEqual([]);
    expect(made()).toEqual(before);
  });
});

// All rows of the code table over a real socket, against the real executable: the code, the message, and that nothing was
// created in the cloud or on the machine.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csi } from '@lustre-csi/core/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import {
  createRequest,
  startEmulatedCloud,
  allDrivers,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';
import { codes, noSnapshotRows, rows, snapshotRows, type Given } from './rows.js';
import { subjects } from '../sanity/subjects.js';

interface Outcome {
  readonly code: number;
  readonly details: string;
  readonly metadata: { get(name: string): readonly unknown[] };
  /** Answer of a call; absent if the call failed. */
  readonly response?: object;
}

type AnyRpc = (request: object, options: object) => Promise<object>;

/** Parameter that turns the same request into one for another volume. */
const otherParameters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'fsx.csi.aws.com': { dataCompressionType: 'LZ4' },
  'azurelustre.csi.azure.com': { 'sku-name': 'AMLFS-Durable-Premium-250' },
  'lustre.csi.storage.gke.io': { network: 'lustre-network' },
  'lustre.csi.oraclecloud.com': { performanceTier: 'MBPS_PER_TB_250' },
};

function volumeOf({ volume }: csi.CreateVolumeResponse): csi.Volume {
  if (!volume) throw new Error('CreateVolume answered without a volume');
  return volume;
}

/** Pattern of a field or a value as a separate word: `file-system-name` does not contain `name`. */
function asWord(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w-])${escaped}${/\w$/.test(name) ? '(?![\\w-])' : ''}`);
}

describe.each(allDrivers)('$driverName', (tested) => {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-rows-'));
  const subject = subjects.find(({ driverName }) => driverName === tested.driverName);
  const hasSnapshots = subject?.snapshotParameters !== undefined;
  const EXISTING = 'pvc-existing';
  const SNAPSHOT = 'snapshot-existing';
  let cloud: EmulatedCloud;
  let driver: DriverProcess;
  let given: Given;

  beforeAll(async () => {
    cloud = await startEmulatedCloud({ durations: { createSeconds: 0.1 } });
    driver = await startLustreCsi({ driverName: tested.driverName, environment: cloud.environment });
    const { controller } = driver.client;
    const create = (name: string): csi.CreateVolumeRequest => ({
      ...createRequest(tested, name),
      parameters: { ...subject?.parameters },
    });
    const volume = volumeOf(await controller.createVolume(create(EXISTING)));
    const other = volumeOf(await controller.createVolume(create('pvc-other')));
    const { volumeId, volumeContext } = volume;
    given = {
      driverName: tested.driverName,
      create: create('pvc-new'),
      otherParameters: { ...otherParameters[tested.driverName] },
      existingName: EXISTING,
      volumeId,
      otherVolumeId: other.volumeId,
      volumeContext,
      mutableParameters: { ...subject?.mutableParameters },
      snapshotName: SNAPSHOT,
      snapshotId: hasSnapshots ? await readySnapshot(volumeId) : '',
      targetPath: join(directory, 'target'),
    };
  });

  const readySnapshot = async (sourceVolumeId: string): Promise<string> => {
    const { controller } = driver.client;
    const request = csi.CreateSnapshotRequest.fromPartial({ name: SNAPSHOT, sourceVolumeId });
    const giveUp = Date.now() + 10_000;
    while (Date.now() < giveUp) {
      const { snapshot } = await controller.createSnapshot(request);
      if (snapshot?.readyToUse) return snapshot.snapshotId;
    }
    throw new Error(`${SNAPSHOT} of ${sourceVolumeId} is not ready within 10 s`);
  };

  afterAll(async () => {
    await driver.stop();
    await cloud.stop();
    rmSync(directory, { recursive: true });
  });

  /** Operations that create or change something, as the journal names them. */
  const EFFECT = /^(?:Create|Delete|Update|Tag|Untag|Copy|Cancel)|\.(?:create|delete|update|cancel)/i;

  /** Contents of the cloud and of the machine, and the calls that change them. */
  const made = (): unknown => ({
    effects: cloud.emulator.journal.entries().filter(({ operation }) => EFFECT.test(operation)).length,
    state: JSON.stringify(cloud.emulator.state(), (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    ),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').includes(directory),
    directories: readdirSync(directory),
  });

  const all = [...rows, ...(hasSnapshots ? snapshotRows : noSnapshotRows)];

  it('has rows with unique numbers', () => {
    expect(new Set(all.map(({ row }) => row)).size).toBe(all.length);
  });

  it('sees the effects of a creation', () => {
    const effects = cloud.emulator.journal.entries().filter(({ operation }) => EFFECT.test(operation));
    expect(effects.filter(({ operation }) => operation === tested.creation)).toHaveLength(2);
  });

  it.each(all)('$row $rpc, $what: $code', async ({ rpc, request, code, names, answers }) => {
    const before = made();
    const outcome = await call(serviceOf(rpc), rpc, request(given));
    expect(outcome.code, outcome.details).toBe(codes[code]);
    if (code !== 'OK') expect(outcome.details).toMatch(/\w+ \w+ \w+/);
    if (names) expect(outcome.details).toMatch(asWord(names));
    if (answers) expect(outcome.response).toMatchObject(answers(given));
    expect(outcome.metadata.get('grpc-status-details-bin')).toEqual([]);
    expect(made()).toEqual(before);
  });

  const serviceOf = (rpc: string): object => {
    const { identity, controller, node } = driver.client;
    if (/^(?:probe|getPlugin)/.test(rpc)) return identity;
    return rpc.startsWith('node') ? node : controller;
  };

  const call = (service: object, rpc: string, request: object): Promise<Outcome> =>
    ((service as Record<string, AnyRpc>)[rpc] as AnyRpc)(request, { deadline: Date.now() + 20_000 }).then(
      (response) => ({ code: 0, details: '', metadata: { get: () => [] }, response }),
      (error: unknown) => error as Outcome,
    );
});

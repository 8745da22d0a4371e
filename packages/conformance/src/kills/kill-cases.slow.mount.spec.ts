// All operations of the controller, with the driver killed by SIGKILL as the cloud receives its first call, its second, and
// so on to the last; another process then repeats the operation. Each time, each effect occurs once, and the result is that
// of an undisturbed run.
import type { Emulator } from '@lustre-csi/cloud-emulator';
import { describe, expect, it, vi } from 'vitest';
import { killCases } from './kill-cases.js';
import type { KillCase } from './kill-steps.js';
import { MortalDriver } from './mortal-driver.js';

/** Limit of the calls of an operation: one that makes more fails the test, which would otherwise never end. */
const MOST_CALLS = 40;

/** Durations in the cloud: all work is still in progress when the other process takes over. All runs of a case share a cloud:
 *  with this page size, a listing is always one call. */
const options = {
  durations: { createSeconds: 0.7, deleteSeconds: 0.7, updateSeconds: 0.7 },
  aws: { pageSize: 1000 },
  azure: { pageSize: 1000 },
  google: { pageSize: 1000 },
  oci: { pageSize: 1000 },
} as const;

/** Effects and results of a run. */
interface Run {
  readonly wasKilled: boolean;
  readonly effects: Readonly<Record<string, number>>;
  /** Resources by kind, as the cloud shows them. */
  readonly left: Readonly<Record<string, readonly object[]>>;
  /** Resources and the answers of the repeated calls, without values that differ from run to run by their nature. */
  readonly end: unknown;
}

const kinds = {
  aws: ['fileSystems', 'backups', 'dataRepositoryAssociations', 'dataRepositoryTasks'],
  azure: ['fileSystems', 'expansionJobs', 'importJobs', 'autoImportJobs', 'autoExportJobs'],
  google: ['fileSystems'],
  oci: ['fileSystems'],
} as const;

/** A resource in a cloud. */
type Thing = {
  readonly ResourceARN?: string;
  readonly TaskId?: string;
  readonly id?: string;
  readonly uid?: string;
};

const idOf = ({ ResourceARN, TaskId, id, uid }: Thing): string => ResourceARN ?? TaskId ?? id ?? uid ?? '';

function thingsIn(emulator: Emulator, { cloud }: KillCase['tested']): Record<string, readonly Thing[]> {
  const state = emulator.state()[cloud] as Readonly<Record<string, readonly Thing[]>>;
  return Object.fromEntries(kinds[cloud].map((kind) => [kind, state[kind] ?? []]));
}

const nothingOf = ({ tested }: KillCase): Run['left'] =>
  Object.fromEntries(kinds[tested.cloud].map((kind) => [kind, []]));

const changes = /^(Create|Update|Delete|Import|Tag|Untag)|\.(createOrUpdate|update|delete)$/;

function effectsIn({ journal }: Emulator): Record<string, number> {
  const effects: Record<string, number> = {};
  for (const { operation, status = 0 } of journal.entries()) {
    if (changes.test(operation) && status < 300) effects[operation] = (effects[operation] ?? 0) + 1;
  }
  return effects;
}

/** Keys of values that differ from run to run, such as times and addresses. */
const OF_THE_RUN =
  /time(UTC)?$|^(MountName|mountname|DNSName|MgsAddress|NetworkInterfaceIds|ClientRequestToken)$/i;
const OF_THE_RUN_IN_AZURE = /^(clusterUuid|mgsAddress|mountCommand|mgs-ip-address|createdAt)$/;
const OF_THE_RUN_IN_GOOGLE = /^(uid|ip|mountPoint|filesystem)$/;

const OF_THE_RUN_IN_OCI = /^time(Created|Updated|BillingCycleEnd)$/;
const ofTheRun = [OF_THE_RUN, OF_THE_RUN_IN_AZURE, OF_THE_RUN_IN_GOOGLE, OF_THE_RUN_IN_OCI];

/** JSON value without the parts that differ from run to run. */
function lasting(value: unknown, name: string): unknown {
  const json = JSON.stringify(value, (key, member: unknown) => {
    if (ofTheRun.some((pattern) => pattern.test(key))) return undefined;
    return typeof member === 'bigint' ? String(member) : member;
  });
  return JSON.parse(
    json
      .replaceAll(name, 'NAME')
      .replaceAll(/\b(fs|dra|backup)-[0-9a-f]{17}\b/g, '$1-ID')
      .replaceAll(/\b(ocid1\.lustrefilesystem)\.[a-z0-9.]+/g, '$1.ID')
      .replaceAll(/\b127(\.\d+){3}\b/g, 'ADDRESS'),
  );
}

const IN_MOTION =
  /"(CREATING|PENDING|TRANSFERRING|UPDATING|DELETING|IN_PROGRESS|Creating|Updating|Deleting)"/;

/** Waits until the resources of the run do not change any more, and returns them. */
async function leftBy(
  killCase: KillCase,
  emulator: Emulator,
  before: ReadonlySet<string>,
): Promise<Run['left']> {
  return vi.waitFor(
    () => {
      const things = Object.entries(thingsIn(emulator, killCase.tested)).map(
        ([kind, all]) => [kind, all.filter((each) => !before.has(idOf(each)))] as const,
      );
      expect(JSON.stringify(things)).not.toMatch(IN_MOTION);
      return Object.fromEntries(things);
    },
    { timeout: 5000, interval: 20 },
  );
}

/** Runs an operation: the process is killed at its nth call; another process repeats the operation twice, and serves the
 *  next run. */
async function runWithKillAt(killCase: KillCase, driver: MortalDriver, nth: number): Promise<Run> {
  const { emulator } = driver;
  const name = `pvc-${String(nth).padStart(3, '0')}-killed`;
  const before = new Set(Object.values(thingsIn(emulator, killCase.tested)).flat().map(idOf));
  const given = (await killCase.prepare?.(driver.client, name)) ?? { name, volumeId: '', snapshotId: '' };
  if (killCase.fault) emulator.faults.add(killCase.fault);
  const answer = await driver.killAt(nth, (client) => killCase.call(client, given));
  const answers = [await killCase.call(driver.client, given), await killCase.call(driver.client, given)];
  emulator.faults.clear();
  const effects = effectsIn(emulator);
  const left = await leftBy(killCase, emulator, before);
  return {
    wasKilled: answer === 'killed',
    effects,
    left,
    end: lasting({ left, answers }, name),
  };
}

describe.concurrent('killed at each call', () => {
  it.each(killCases)('$tested.driverName: $what', { timeout: 300_000, retry: 0 }, async (killCase) => {
    const driver = await MortalDriver.start(killCase.tested.driverName, options);
    try {
      const undisturbed = await runWithKillAt(killCase, driver, 0);
      let nth = 1;
      for (; nth <= MOST_CALLS; nth += 1) {
        const { wasKilled, effects, left, end } = await runWithKillAt(killCase, driver, nth);
        expect(effects, `effects, killed at call ${nth}`).toEqual(killCase.effects);
        expect(left, `resources, killed at call ${nth}`).toMatchObject({
          ...nothingOf(killCase),
          ...killCase.leaves,
        });
        expect(end, `result, killed at call ${nth}`).toEqual(undisturbed.end);
        if (!wasKilled) break;
      }
      // The change was among the calls, and the last run was not interrupted.
      expect(nth).toBeGreaterThan(2);
      expect(nth).toBeLessThanOrEqual(MOST_CALLS);
    } finally {
      await driver.stop();
    }
  });
});

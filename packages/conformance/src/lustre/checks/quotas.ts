import { randomInt } from 'node:crypto';
import { csi } from '@lustre-csi/core/client';
import type { LustreBench } from '../bench.js';
import {
  code,
  createDirectory,
  deadline,
  failureOf,
  MIB,
  publish,
  statsOf,
  type CreatedVolume,
} from '../calls.js';
import type { Check } from '../check.js';
import { expectThat, SkipCheck } from '../check-failure.js';
import type { CheckScope } from '../check-scope.js';
import { fill, ORDINARY_USER } from '../lustre-files.js';
import { describeFailure, runOrThrow } from '../run-tool.js';
import { eventually } from '../time-limit.js';
import { directoryOf } from './directories.js';

const LIMIT = 64n * MIB;
/** Servers hand out quota in units: a limit of 64 MiB was seen to refuse the first write between 77 and 82 MiB. MiB. */
const FAR_BEYOND = 320;

/** Ids that have never had a limit, of which `lfs quota` of 2.12 to 2.15 prints additional lines. */
function freshProjects(): Readonly<Record<string, string>> {
  const first = randomInt(1_000_000_000, 4_000_000_000);
  return { quota: 'hard', projectIdRange: `${first}-${first + 99}` };
}

/** Project of a directory as lfs shows it: "103063 P DIR". @throws CheckFailure unless new files inherit it */
async function projectOf(directory: string): Promise<number> {
  const text = (await runOrThrow('lfs', ['project', '-d', directory])).trim();
  const [, id = '', inherit = ''] = /^(\d+)\s+(\S+)/.exec(text) ?? [];
  expectThat(inherit === 'P', `new files do not inherit the project: ${text}`);
  return Number(id);
}

/** Hard limit of a project in bytes: 4th number of the line that `lfs quota -q` prints for the file system. */
async function limitOf(bench: LustreBench, project: number): Promise<bigint> {
  const text = await runOrThrow('lfs', ['quota', '-q', '-p', String(project), bench.adminRoot]);
  const words = text.replace(bench.adminRoot, '').trim().split(/\s+/);
  expectThat(/^\d+$/.test(words[2] ?? ''), `lfs quota prints no limit: ${text}`);
  return BigInt(words[2] ?? '0') * 1024n;
}

async function setsLimit(scope: CheckScope, bench: LustreBench): Promise<void> {
  const projects = freshProjects();
  const volume = await createDirectory(scope, bench, projects, { bytes: LIMIT });
  const [first = 0, last = 0] = (projects['projectIdRange'] ?? '').split('-').map(Number);
  const project = await projectOf(directoryOf(bench, volume));
  expectThat(project >= first && project <= last, `project ${project} is not one of ${first}-${last}`);
  const limit = await limitOf(bench, project);
  expectThat(limit === LIMIT, `the hard limit is ${limit} bytes, not ${LIMIT}`);
  const other = await createDirectory(scope, bench, projects, { bytes: LIMIT });
  expectThat(
    (await projectOf(directoryOf(bench, other))) !== project,
    `two volumes have the project ${project}`,
  );
}

async function measuresUse(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await createDirectory(scope, bench, freshProjects(), { bytes: LIMIT });
  const target = await publish(scope, bench, volume);
  const written = 16;
  const result = await fill(`${target}/data`, written);
  expectThat(result.status === 0, `dd: ${describeFailure(result)}`);
  await eventually(60, `statistics show ${written} MiB as used`, async () => {
    const { bytes } = await statsOf(bench, volume, target, 30);
    expectThat(bytes.total === LIMIT, `the total is ${bytes.total}, not the limit ${LIMIT}`);
    expectThat(bytes.used >= BigInt(written) * MIB, `${bytes.used} bytes are used`);
    expectThat(bytes.available <= LIMIT - bytes.used, `${bytes.available} bytes are available`);
  });
}

const expand = async (bench: LustreBench, { volumeId }: CreatedVolume, bytes: bigint): Promise<bigint> => {
  const range = { volumeId, capacityRange: { requiredBytes: bytes } };
  const request = csi.ControllerExpandVolumeRequest.fromPartial(range);
  return (await bench.client.controller.controllerExpandVolume(request, deadline())).capacityBytes;
};

async function raisesLimit(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await createDirectory(scope, bench, freshProjects(), { bytes: LIMIT });
  const capacity = await expand(bench, volume, 2n * LIMIT);
  expectThat(capacity === 2n * LIMIT, `the capacity after expansion is ${capacity}`);
  const limit = await limitOf(bench, await projectOf(directoryOf(bench, volume)));
  expectThat(limit === 2n * LIMIT, `the hard limit after expansion is ${limit}`);
}

/** Servers' own word on whether they enforce project quotas; undefined where they cannot be asked. */
async function serversEnforce(bench: LustreBench): Promise<boolean | undefined> {
  if (bench.missing('ssh') !== undefined) return undefined;
  const outputs = await bench.outages.onServers("lctl get_param -n 'osd-*.*.quota_slave.info' || true");
  const enabled = [...outputs.join('\n').matchAll(/quota enabled:\s*(\S+)/g)].map(([, types = '']) => types);
  return enabled.length === 0 ? undefined : enabled.some((types) => types.includes('p'));
}

async function refusesBeyond(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await createDirectory(scope, bench, freshProjects(), { bytes: LIMIT });
  const target = await publish(scope, bench, volume);
  scope.step('write beyond the limit as an ordinary user');
  const result = await fill(`${target}/data`, FAR_BEYOND, { userId: ORDINARY_USER });
  expectThat(!result.timedOut, 'the write did not end');
  if (result.status !== 0) {
    expectThat(
      /quota exceeded/i.test(result.stderr),
      `the write failed, not for the quota: ${describeFailure(result)}`,
    );
    return;
  }
  const { bytes, message } = await statsOf(bench, volume, target, 30);
  const finding =
    `${FAR_BEYOND} MiB were written below a limit of ${LIMIT / MIB} MiB; statistics: used ${bytes.used}, ` +
    `total ${bytes.total}, volume condition "${message}"`;
  const enforced = await serversEnforce(bench);
  expectThat(enforced !== true, `the servers enforce project quotas, but ${finding}`);
  throw new SkipCheck(
    `the servers do not enforce project quotas ("quota enabled" of lctl get_param osd-*.*.quota_slave.info): ${finding}. ` +
      `To enforce them: lctl conf_param ${bench.source.fsname}.quota.ost=ugp and ${bench.source.fsname}.quota.mdt=ugp on the MGS`,
  );
}

async function freesByExpansion(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await createDirectory(scope, bench, freshProjects(), { bytes: LIMIT });
  const target = await publish(scope, bench, volume);
  const ordinary = { userId: ORDINARY_USER };
  const first = await fill(`${target}/first`, FAR_BEYOND, ordinary);
  if (first.status === 0)
    throw new SkipCheck('the servers do not enforce project quotas, see quota.enforced');
  await expand(bench, volume, 16n * LIMIT);
  await eventually(60, 'writes succeed after the expansion', async () => {
    const second = await fill(`${target}/second`, 128, ordinary);
    expectThat(second.status === 0, describeFailure(second));
  });
}

async function refusesBelowUse(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await createDirectory(scope, bench, freshProjects(), { bytes: LIMIT });
  const request = csi.ControllerExpandVolumeRequest.fromPartial({
    volumeId: volume.volumeId,
    capacityRange: { requiredBytes: LIMIT / 4n, limitBytes: LIMIT / 2n },
  });
  const shrink = bench.client.controller.controllerExpandVolume(request, deadline());
  await failureOf(shrink, 'an expansion to less', [code.outOfRange, code.invalidArgument]);
  const limit = await limitOf(bench, await projectOf(directoryOf(bench, volume)));
  expectThat(limit === LIMIT, `the hard limit afterwards is ${limit}`);
}

/** Project quotas of directory volumes. Without enforcement on the servers, those of refused writes are skipped. */
export const quotaChecks: readonly Check<LustreBench>[] = [
  {
    id: 'quota.limit',
    statement: 'quota: hard gives a directory a project of its own, with its capacity as the limit',
    seconds: 120,
    needs: ['lfs'],
    run: setsLimit,
  },
  {
    id: 'quota.stats',
    statement: 'statistics of a limited directory are its own use and limit',
    seconds: 180,
    needs: ['lfs'],
    run: measuresUse,
  },
  {
    id: 'quota.expansion',
    statement: 'expansion raises the limit',
    seconds: 120,
    needs: ['lfs'],
    run: raisesLimit,
  },
  {
    id: 'quota.shrinking',
    statement: 'a limit is not lowered',
    seconds: 120,
    needs: ['lfs'],
    run: refusesBelowUse,
  },
  {
    id: 'quota.enforced',
    statement: 'writes beyond the limit fail with EDQUOT',
    seconds: 600,
    needs: ['lfs', 'kernel client'],
    run: refusesBeyond,
  },
  {
    id: 'quota.freed-by-expansion',
    statement: 'after an expansion, writes that were refused succeed',
    seconds: 900,
    needs: ['lfs', 'kernel client'],
    run: freesByExpansion,
  },
];

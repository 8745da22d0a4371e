import type { LustreBench } from '../bench.js';
import { code, failureOf, publish, staticVolume, statsOf, unpublish, type Stats } from '../calls.js';
import type { Check } from '../check.js';
import { expectThat, SkipCheck } from '../check-failure.js';
import type { CheckScope } from '../check-scope.js';
import { sizeOf } from '../lustre-files.js';
import { runOrThrow, runTool } from '../run-tool.js';
import { eventually } from '../time-limit.js';
import { markedVolume } from './static-volumes.js';

/** kubelet measures every volume each minute; an answer that comes later than this holds up others. Seconds. */
const ANSWER_SECONDS = 15;

/** A tuning parameter that changes nothing for other work, and a value that is not its default. */
const TUNED = 'llite.*.statahead_max';
const TUNED_VALUE = '17';

const describeUsage = ({ bytes: { total, used, available } }: Stats): string =>
  `total ${total}, used ${used}, available ${available}`;

async function measures(scope: CheckScope, bench: LustreBench): Promise<void> {
  for (const mountSharing of ['node', 'pod']) {
    const volume = await markedVolume(scope, bench, { mountSharing });
    const target = await publish(scope, bench, volume);
    scope.step(`NodeGetVolumeStats with mountSharing: ${mountSharing}`);
    const [stats, size] = [
      await statsOf(bench, volume, target, ANSWER_SECONDS),
      await sizeOf(bench.adminRoot),
    ];
    const { bytes, inodes } = stats;
    expectThat(
      bytes.total === size.bytes,
      `statfs counts ${size.bytes} bytes; the driver: ${describeUsage(stats)}`,
    );
    expectThat(
      bytes.used >= 0n && bytes.available >= 0n && bytes.used + bytes.available <= bytes.total,
      `the numbers do not fit together: ${describeUsage(stats)}`,
    );
    expectThat((inodes?.total ?? 0n) > 0n, 'the driver counts no inodes');
    expectThat(!stats.abnormal, `the volume condition is abnormal: ${stats.message}`);
  }
}

async function measuresAfterStart(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const target = await publish(scope, bench, volume);
  await bench.driver.stop();
  await bench.driver.start();
  scope.step('first NodeGetVolumeStats of a new process');
  const { abnormal, message } = await statsOf(bench, volume, target, ANSWER_SECONDS);
  expectThat(!abnormal, `the first volume condition is abnormal: ${message}`);
}

async function knowsUnpublished(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const target = await publish(scope, bench, volume);
  const other = staticVolume(scope, bench, volume.directory);
  await failureOf(statsOf(bench, other, target), 'statistics of another volume', [code.notFound]);
  await unpublish(bench, volume, target);
  await failureOf(statsOf(bench, volume, target), 'statistics of an unpublished volume', [code.notFound]);
}

/** The directory of a published volume is changed by another client: the driver must not call the volume healthy. */
const reportsChange =
  (change: (directory: string) => readonly string[]) =>
  async (scope: CheckScope, bench: LustreBench): Promise<void> => {
    const volume = await markedVolume(scope, bench);
    const target = await publish(scope, bench, volume);
    await statsOf(bench, volume, target, ANSWER_SECONDS);
    const [program = '', ...args] = change(bench.onFileSystem(volume.directory));
    scope.step([program, ...args].join(' '));
    await runOrThrow(program, args);
    await eventually(30, 'the volume condition is abnormal', async () => {
      const stats = await statsOf(bench, volume, target, ANSWER_SECONDS).catch(
        (error: unknown) => error as Error,
      );
      if (stats instanceof Error) return scope.note(`NodeGetVolumeStats: ${stats.message}`);
      if (!stats.abnormal) throw new Error(stats.message);
      scope.note(stats.message);
    });
    scope.step('unpublish it');
    await unpublish(bench, volume, target, 30);
  };

async function tunes(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench, { clientTuning: `${TUNED}=${TUNED_VALUE}` });
  const target = await publish(scope, bench, volume);
  const [instance = ''] = (await runOrThrow('lfs', ['getname', target])).trim().split(' ');
  if (!instance.includes('-'))
    throw new SkipCheck(`lfs getname shows no instance of the client: ${instance}`);
  const value = await runOrThrow('lctl', ['get_param', '-n', TUNED.replace('*', instance)]);
  expectThat(value.trim() === TUNED_VALUE, `${TUNED} of the client is ${value.trim()}, not ${TUNED_VALUE}`);
  const admin = await runTool('lfs', ['getname', bench.adminRoot]);
  const [adminInstance = ''] = admin.stdout.trim().split(' ');
  const untouched = await runOrThrow('lctl', ['get_param', '-n', TUNED.replace('*', adminInstance)]);
  expectThat(untouched.trim() !== TUNED_VALUE, `${TUNED} of another client was set, too`);
}

async function refusesTuning(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench, { clientTuning: 'llite.*.nosuch_parameter=1' });
  const { details } = await failureOf(publish(scope, bench, volume), 'publish', [code.invalidArgument]);
  expectThat(details.includes('nosuch_parameter'), `the message does not name the parameter: ${details}`);
}

/** Statistics, the volume condition, and parameters of the client. */
export const statisticsChecks: readonly Check<LustreBench>[] = [
  {
    id: 'stats.numbers',
    statement: 'statistics are those of the file system, with either sharing',
    seconds: 120,
    run: measures,
  },
  {
    id: 'stats.first-call',
    statement: 'the first statistics of a new process are answered in time',
    seconds: 120,
    run: measuresAfterStart,
  },
  {
    id: 'stats.not-published',
    statement: 'there are none of a volume that is not published',
    seconds: 90,
    run: knowsUnpublished,
  },
  {
    id: 'stats.directory-removed',
    statement: 'the volume condition reports a directory that another client has removed',
    seconds: 120,
    run: reportsChange((directory) => ['rm', '-r', directory]),
  },
  {
    id: 'stats.directory-moved',
    statement: 'the volume condition reports a directory that another client has moved',
    seconds: 120,
    run: reportsChange((directory) => ['mv', directory, `${directory}.moved`]),
  },
  {
    id: 'tuning.applied',
    statement: 'clientTuning sets a parameter of this client and of no other',
    seconds: 90,
    needs: ['kernel client', 'lctl', 'lfs'],
    run: tunes,
  },
  {
    id: 'tuning.refused',
    statement: 'clientTuning refuses a parameter that is not allowed, and names it',
    seconds: 90,
    run: refusesTuning,
  },
];

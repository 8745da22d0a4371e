import type { LustreBench } from '../bench.js';
import { publish, unpublish } from '../calls.js';
import type { Check } from '../check.js';
import { expectThat } from '../check-failure.js';
import type { CheckScope } from '../check-scope.js';
import { readText, writeText } from '../lustre-files.js';
import { mountAt } from '../mount-table.js';
import { runOrThrow } from '../run-tool.js';
import { eventually } from '../time-limit.js';
import { expectShows, markedVolume } from './static-volumes.js';

/** As many clients at once as a node has new pods after a restart. */
const CLIENTS = 12;

async function shareOneClient(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench, { mountSharing: 'node' });
  const [a, b] = [await publish(scope, bench, volume), await publish(scope, bench, volume)];
  expectThat(bench.sharedClients() === 1, `the targets use ${bench.sharedClients()} clients, not 1`);
  await writeText(`${a}/shared`, 'shared');
  expectThat((await readText(`${b}/shared`)) === 'shared', 'the targets do not share files');
  await unpublish(bench, volume, a);
  await expectShows(scope, bench, b, volume.directory);
  await unpublish(bench, volume, b);
  scope.step('wait for the unmount of the client');
  await eventually(60, 'the unused client is unmounted', async () => {
    if (bench.sharedClients() > 0) throw new Error(`${bench.sharedClients()} clients are mounted`);
  });
}

async function haveOneEach(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench, { mountSharing: 'pod' });
  const [a, b] = [await publish(scope, bench, volume), await publish(scope, bench, volume)];
  expectThat(
    bench.sharedClients() === 0,
    `${bench.sharedClients()} clients are mounted in the state directory`,
  );
  await unpublish(bench, volume, a);
  await expectShows(scope, bench, b, volume.directory);
}

async function separateByOptions(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  await publish(scope, bench, volume, { mountFlags: ['flock'] });
  await publish(scope, bench, volume, { mountFlags: ['localflock'] });
  expectThat(bench.sharedClients() === 2, `${bench.sharedClients()} clients for two lists of options`);
}

async function publishTogether(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const target = bench.target(scope.uniqueName('target'));
  const other = bench.target(scope.uniqueName('target'));
  const calls = [target, target, other, target, other].map((each) =>
    publish(scope, bench, volume, { target: each }),
  );
  await Promise.all(calls);
  expectThat(bench.sharedClients() === 1, `the calls have mounted ${bench.sharedClients()} clients, not 1`);
  for (const each of [target, other]) {
    await expectShows(scope, bench, each, volume.directory);
    await unpublish(bench, volume, each);
    expectThat(!mountAt(each), `several mounts lay upon each other at ${each}`);
  }
}

async function mountManyClients(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench, { mountSharing: 'pod' });
  const calls = Array.from({ length: CLIENTS }, () => publish(scope, bench, volume));
  const targets = await Promise.all(calls);
  for (const target of targets) await expectShows(scope, bench, target, volume.directory);
}

async function keepMountsOver(scope: CheckScope, bench: LustreBench, end: 'stop' | 'kill'): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const own = await markedVolume(scope, bench, { mountSharing: 'pod' });
  const [a, c] = [await publish(scope, bench, volume), await publish(scope, bench, own)];
  scope.step(`${end} the driver`);
  const status = await bench.driver[end]();
  expectThat(end === 'kill' || status === 0, `the driver ended with status ${String(status)}`);
  await expectShows(scope, bench, a, volume.directory);
  await expectShows(scope, bench, c, own.directory);
  scope.step('start the driver again');
  await bench.driver.start();
  const b = await publish(scope, bench, volume);
  expectThat(
    bench.sharedClients() === 1,
    `the next target does not share the client: ${bench.sharedClients()} clients`,
  );
  for (const [each, target] of [
    [volume, a],
    [volume, b],
    [own, c],
  ] as const) {
    await publish(scope, bench, each, { target });
    await unpublish(bench, each, target);
    expectThat(!mountAt(target), `${target} is still mounted`);
  }
}

async function holdWithoutDriver(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const target = await publish(scope, bench, volume);
  await bench.driver.kill();
  scope.step('write while no driver runs');
  const script = 'exec 3>"$1/open"; echo one >&3; sleep 1; echo two >&3; cat "$1/open"';
  const text = await runOrThrow('sh', ['-c', script, 'sh', target]);
  expectThat(text === 'one\ntwo\n', `an open file holds ${JSON.stringify(text)}`);
  await bench.driver.start();
}

/** Clients that pods share, publications at once, and restarts of the driver. */
export const sharingChecks: readonly Check<LustreBench>[] = [
  {
    id: 'sharing.node',
    statement: 'targets share one client, which is unmounted after the last of them',
    seconds: 180,
    run: shareOneClient,
  },
  { id: 'sharing.pod', statement: 'each target has a client of its own', seconds: 90, run: haveOneEach },
  {
    id: 'sharing.options',
    statement: 'targets with different superblock options do not share a client',
    seconds: 90,
    run: separateByOptions,
  },
  {
    id: 'sharing.at-once',
    statement: 'publications at once mount one client, and each target once',
    seconds: 120,
    run: publishTogether,
  },
  {
    id: 'sharing.twelve-clients',
    statement: `${CLIENTS} clients are mounted at once`,
    seconds: 240,
    run: mountManyClients,
  },
  {
    id: 'restart.stop',
    statement: 'mounts outlive a driver that is stopped, and the next one takes them over',
    seconds: 180,
    run: (scope, bench) => keepMountsOver(scope, bench, 'stop'),
  },
  {
    id: 'restart.kill',
    statement: 'mounts outlive a driver that is killed, and the next one takes them over',
    seconds: 180,
    run: (scope, bench) => keepMountsOver(scope, bench, 'kill'),
  },
  {
    id: 'restart.open-files',
    statement: 'open files stay usable while no driver runs',
    seconds: 120,
    run: holdWithoutDriver,
  },
];

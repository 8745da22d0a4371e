import type { LustreBench } from '../bench.js';
import { publish, statsOf, unpublish } from '../calls.js';
import type { Check } from '../check.js';
import { expectThat } from '../check-failure.js';
import type { CheckScope } from '../check-scope.js';
import { writeText } from '../lustre-files.js';
import { mountAt } from '../mount-table.js';
import { evictCommand } from '../outages.js';
import { runOrThrow, runTool } from '../run-tool.js';
import { eventually } from '../time-limit.js';
import { expectShows, markedVolume } from './static-volumes.js';

/** Time in which a pod of a frozen file system must end, and in which statistics are answered. Seconds. */
const ANSWER_SECONDS = 15;
/** A client notices within some two minutes that a server is gone, and needs as long to reconnect. Seconds. */
const NOTICE_SECONDS = 180;

/** Stops the servers until the end of the check, or until the returned function is called. */
async function freeze(scope: CheckScope, bench: LustreBench): Promise<() => Promise<void>> {
  let frozen = true;
  const thaw = async (): Promise<void> => {
    if (!frozen) return;
    await bench.outages.thaw();
    frozen = false;
  };
  scope.defer('thaw the servers', thaw);
  scope.step('freeze the servers');
  await bench.outages.freeze();
  return thaw;
}

async function unpublishesFrozen(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const [a, b] = [await publish(scope, bench, volume), await publish(scope, bench, volume)];
  const thaw = await freeze(scope, bench);
  const started = performance.now();
  scope.step('unpublish while the servers are frozen');
  await unpublish(bench, volume, a, ANSWER_SECONDS);
  scope.note(`unpublished in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  expectThat(!mountAt(a), 'the target is still mounted');
  expectThat(mountAt(b), 'the other target is not mounted any more');
  await thaw();
  scope.step('use the other target after the thaw');
  await eventually(NOTICE_SECONDS, 'the other target works', () =>
    expectShows(scope, bench, b, volume.directory),
  );
}

async function measuresFrozen(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const target = await publish(scope, bench, volume);
  await statsOf(bench, volume, target, ANSWER_SECONDS);
  const thaw = await freeze(scope, bench);
  scope.step('NodeGetVolumeStats while the servers are frozen');
  let slowest = 0;
  await eventually(NOTICE_SECONDS, 'the volume condition is abnormal', async () => {
    const started = performance.now();
    const { abnormal, message } = await statsOf(bench, volume, target, 60);
    slowest = Math.max(slowest, (performance.now() - started) / 1000);
    if (!abnormal) throw new Error(message);
    scope.note(message);
  });
  expectThat(slowest <= ANSWER_SECONDS, `statistics took ${slowest.toFixed(0)} s`);
  await thaw();
  scope.step('NodeGetVolumeStats after the thaw');
  await eventually(NOTICE_SECONDS, 'the volume condition is normal again', async () => {
    const { abnormal, message } = await statsOf(bench, volume, target, 60);
    if (abnormal) throw new Error(message);
  });
}

async function restartsFrozen(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const target = await publish(scope, bench, volume);
  await freeze(scope, bench);
  scope.step('restart the driver while the servers are frozen');
  await bench.driver.kill();
  await bench.driver.start();
  await unpublish(bench, volume, target, ANSWER_SECONDS);
  expectThat(!mountAt(target), 'the target is still mounted');
}

async function survivesEviction(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench, { mountSharing: 'pod' });
  const target = await publish(scope, bench, volume);
  const [instance = ''] = (await runOrThrow('lfs', ['getname', target])).trim().split(' ');
  const uuid = (await runOrThrow('lctl', ['get_param', '-n', `llite.${instance}.uuid`])).trim();
  scope.step(`evict ${uuid}`);
  await bench.outages.onServers(evictCommand(bench.source.fsname, uuid));
  // The client learns of it with its next request.
  await runTool('ls', [target], { timeoutMs: 60_000 });
  const imports = await runTool('lctl', [
    'get_param',
    '-n',
    `mdc.*${instance.split('-').pop() ?? ''}.import`,
  ]);
  const evicted = /EVICTED/.test(imports.stdout);
  scope.note(evicted ? 'the import shows the eviction' : 'the import does not show an eviction');
  await eventually(NOTICE_SECONDS, 'the volume works again', async () => {
    await writeText(`${target}/after`, 'after');
    const { abnormal, message } = await statsOf(bench, volume, target, 60);
    if (abnormal) throw new Error(message);
  });
  await expectShows(scope, bench, target, volume.directory);
  await unpublish(bench, volume, target, ANSWER_SECONDS);
}

/** Servers that stop answering, and clients that they evict. */
export const outageChecks: readonly Check<LustreBench>[] = [
  {
    id: 'frozen.unpublish',
    statement: 'a pod of frozen servers ends, and its neighbour works after the thaw',
    seconds: 300,
    needs: ['freeze'],
    run: unpublishesFrozen,
  },
  {
    id: 'frozen.stats',
    statement: 'statistics of frozen servers are answered, with an abnormal condition until the thaw',
    seconds: 500,
    needs: ['freeze'],
    run: measuresFrozen,
  },
  {
    id: 'frozen.restart',
    statement: 'a driver that starts while servers are frozen unpublishes',
    seconds: 300,
    needs: ['freeze'],
    run: restartsFrozen,
  },
  {
    id: 'eviction.recovery',
    statement: 'a volume works again after its client was evicted',
    seconds: 400,
    needs: ['ssh', 'kernel client', 'lctl', 'lfs'],
    run: survivesEviction,
  },
];

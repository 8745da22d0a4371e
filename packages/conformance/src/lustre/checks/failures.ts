import { readFileSync, readdirSync } from 'node:fs';
import type { LustreBench } from '../bench.js';
import { code, failureOf, publish, statsOf, unpublish, type CallFailure, type TestVolume } from '../calls.js';
import type { Check } from '../check.js';
import { expectThat } from '../check-failure.js';
import type { CheckScope } from '../check-scope.js';
import { mountAt } from '../mount-table.js';
import { eventually } from '../time-limit.js';
import { expectShows, markedVolume } from './static-volumes.js';

/** A message is an event of the pod: beyond this, Kubernetes cuts it. Characters. */
const LONGEST_MESSAGE = 1024;
/** kubelet repeats a call that fails; an early answer says why. Seconds. */
const EARLY_SECONDS = 20;
/** mount.lustre was seen to wait 171 s for an absent host. Seconds. */
const MOUNT_GIVES_UP_SECONDS = 300;

const volumeOf = (scope: CheckScope, source: string): TestVolume => ({
  volumeId: scope.uniqueName('static'),
  volumeContext: { source },
});

/** Publishes a source that cannot be mounted. @throws CheckFailure unless it fails as it should */
async function failsToMount(
  scope: CheckScope,
  bench: LustreBench,
  source: string,
  codes: readonly number[],
): Promise<CallFailure & { readonly seconds: number }> {
  const target = bench.target(scope.uniqueName('target'));
  const started = performance.now();
  const failure = await failureOf(
    publish(scope, bench, volumeOf(scope, source), { target }),
    `publish of ${source}`,
    codes,
  );
  const { details } = failure;
  expectThat(details.length <= LONGEST_MESSAGE, `the message has ${details.length} characters: ${details}`);
  expectThat(!/usage:/i.test(details), `the message holds the usage text of a program: ${details}`);
  expectThat(!mountAt(target), 'something is mounted at the target');
  return { ...failure, seconds: (performance.now() - started) / 1000 };
}

async function namesWrongFileSystem(scope: CheckScope, bench: LustreBench): Promise<void> {
  const source = bench.sourceWith({ fsname: 'nosuchfs', subdir: '' });
  const { details } = await failsToMount(scope, bench, source, [code.notFound, code.failedPrecondition]);
  expectThat(details.includes('nosuchfs'), `the message does not name the file system: ${details}`);
}

async function namesUnresolvedHost(scope: CheckScope, bench: LustreBench): Promise<void> {
  const source = bench.sourceWith({ mgsNodes: [['nohost.invalid@tcp']], subdir: '' });
  const { details } = await failsToMount(scope, bench, source, [
    code.unavailable,
    code.notFound,
    code.failedPrecondition,
    code.invalidArgument,
  ]);
  expectThat(details.includes('nohost.invalid'), `the message does not name the host: ${details}`);
}

async function refusesOption(scope: CheckScope, bench: LustreBench): Promise<void> {
  const volume = await markedVolume(scope, bench);
  const call = publish(scope, bench, volume, { mountFlags: ['nosuch_option'] });
  await failureOf(call, 'publish with an unknown option', [code.invalidArgument]);
}

/** Processes that still wait for a source, by their command line: their names are cut off at 15 characters. */
const waitingFor = (source: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => commandLine(pid).includes(source));

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

async function answersEarly(scope: CheckScope, bench: LustreBench): Promise<void> {
  const healthy = await markedVolume(scope, bench);
  const first = await publish(scope, bench, healthy);
  const source = bench.sourceWith({ mgsNodes: [[bench.options.unreachable]], subdir: '' });
  scope.defer('the mounts of the absent server end', () =>
    eventually(MOUNT_GIVES_UP_SECONDS, 'no process waits for it', async () => {
      const waiting = waitingFor(source);
      if (waiting.length > 0) throw new Error(`processes ${waiting.join(', ')}`);
    }),
  );
  const absent = failsToMount(scope, bench, source, [code.unavailable, code.deadlineExceeded]);
  absent.catch(() => {});
  scope.step('publish beside the absent server');
  const second = await publish(scope, bench, healthy, { seconds: EARLY_SECONDS });
  await expectShows(scope, bench, second, healthy.directory);
  await statsOf(bench, healthy, second, EARLY_SECONDS);
  await unpublish(bench, healthy, first, EARLY_SECONDS);
  scope.step('wait for the answer about the absent server');
  const { seconds, details } = await absent;
  expectThat(
    seconds <= EARLY_SECONDS,
    `publish from an absent server was answered after ${seconds.toFixed(0)} s, not within ${EARLY_SECONDS}: ${details}`,
  );
}

/** Sources that cannot be mounted. The absent server is the last check of all: its mount can wait for minutes. */
export const failureChecks: readonly Check<LustreBench>[] = [
  {
    id: 'failure.file-system-name',
    statement: 'a file system that the servers do not know is named in the message',
    seconds: 120,
    run: namesWrongFileSystem,
  },
  {
    id: 'failure.host-name',
    statement: 'a host name that does not resolve is named in a short message',
    seconds: 120,
    run: namesUnresolvedHost,
  },
  { id: 'failure.option', statement: 'an unknown mount option is refused', seconds: 120, run: refusesOption },
  {
    id: 'failure.absent-server',
    statement: 'an absent server is reported early, and holds up no volume of another file system',
    seconds: 180,
    needs: ['unreachable'],
    run: answersEarly,
  },
];

import { beforeEach, describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { StuckChildError } from '../process/stuck-child.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { RememberedLog } from '../testing/remembered-log.js';
import type { Connections } from './client/client-imports.js';
import { parseMountInfo, type MountTable } from './table/mount-table.js';
import { sharedWith, Unmounting, type UnmountAttempt, type UnmountEscalation } from './unmounting.js';

const SECOND = 1_000;
const options = 'rw,checksum,flock,lazystatfs,verbose';
const line = (id: number, path: string, group: string, source = '10.9.0.1@tcp:/lfs'): string =>
  `${id} 27 1803:286414 / ${path} rw ${group}- lustre ${source} ${options}`;
const table = (...lines: readonly string[]): MountTable => parseMountInfo(lines.join('\n'));

describe('sharedWith', () => {
  const target = line(102, '/pods/a', 'shared:49 ');

  // Mounts of one file system with the same options, as a client of 2.17 shows them.
  it.each([
    ['another client', line(111, '/pods/b', 'shared:57 '), false, undefined],
    ['a bind mount of the same client', line(112, '/pods/c', 'shared:49 '), false, '/pods/c'],
    ['a mount without a group', line(113, '/mnt/d', ''), false, '/mnt/d'],
    ['another file system', line(114, '/pods/e', '', '10.9.0.2@tcp:/lfs'), false, undefined],
    [
      'anything, for a target that is bound from a shared client',
      line(115, '/pods/f', 'shared:57 '),
      true,
      '/pods/f',
    ],
  ])('decides about %s', (_, other, isBound, expected) => {
    expect(sharedWith('/pods/a', table(target, other), isBound)?.mountPoint).toBe(expected);
  });
});

describe('an unmount that hangs after its mount has left the table', () => {
  const client = { fsname: 'lfs', instance: 'ff1100012deca800' };
  let clock: ManualClock;
  let log: RememberedLog;
  let mounts: MountTable;
  let connections: Connections;
  let deactivated: unknown[];
  let looks: number;
  let end: () => void;

  beforeEach(() => {
    clock = new ManualClock();
    log = new RememberedLog();
    mounts = table(line(102, '/pods/a', 'shared:49 '), line(111, '/pods/b', 'shared:57 '));
    connections = 'some missing';
    deactivated = [];
    looks = 0;
  });

  const unmounting = (escalation: UnmountEscalation): Unmounting =>
    new Unmounting({
      ...{ clock, log, escalation },
      readMountTable: () => ((looks += 1), Promise.resolve(mounts)),
      imports: { connectionsOf: () => Promise.resolve('unknown') },
      instances: {
        at: (path) => Promise.resolve(path === '/pods/a' ? client : undefined),
        connectionsOf: () => Promise.resolve(connections),
        deactivate: (which) => (deactivated.push(which), Promise.resolve(true)),
      },
    });

  /** The kernel takes the mount out of the table, and then waits. */
  const hang: UnmountAttempt = () => {
    mounts = table(line(111, '/pods/b', 'shared:57 '));
    const ended = new Promise<void>((resolve) => (end = resolve));
    const child = { pid: 4711, command: 'umount /pods/a', startedAt: clock.now(), state: 'D', ended };
    return Promise.reject(
      new DriverError('deadline-exceeded', 'stuck', { cause: new StuckChildError(child) }),
    );
  };
  const run = async (on: Unmounting): Promise<void> => {
    await on.run(
      '/pods/a',
      { signal: new AbortController().signal, endsAt: clock.now() + 97 * SECOND },
      hang,
    );
    await settled();
  };
  const warnings = (): readonly string[] =>
    log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  const pass = async (seconds: number): Promise<void> => {
    const until = clock.now() + seconds * SECOND;
    while (clock.now() < until && (await clock.next()));
  };

  it('is unmounted for its pod, and reported; without the setting its client is never ended', async () => {
    const quiet = unmounting({});
    await run(quiet);
    await pass(600);
    expect(warnings()).toEqual([expect.stringMatching(/process 4711.*--unmount-force-after is not set$/)]);
    expect(deactivated).toEqual([]);
    expect(quiet.escalations).toEqual({ force: 0, lazy: 0 });
  });

  it.each<[number, UnmountEscalation]>([
    [0, {}],
    [1, { lazyAfterMs: 60 * SECOND }],
    [1, { forceAfterMs: 60 * SECOND }],
  ])('takes %i looks at the mount table where nothing hangs, with %j', async (expected, escalation) => {
    const limits = { signal: new AbortController().signal, endsAt: clock.now() + SECOND };
    await unmounting(escalation).run('/pods/a', limits, () => Promise.resolve());
    expect(looks).toBe(expected);
  });

  it('has its client ended by force after the configured time, with each step logged and counted', async () => {
    const forced = unmounting({ forceAfterMs: 60 * SECOND });
    await run(forced);
    await pass(59);
    expect([deactivated, forced.escalations.force]).toEqual([[client], 1]);
    expect(clock.now() - Date.UTC(2026, 0, 1)).toBeGreaterThanOrEqual(60 * SECOND);
    end();
    await settled();
    expect(warnings()).toEqual([
      expect.stringContaining('it may be ended by force'),
      expect.stringContaining('lctl set_param active=0, as the settings allow'),
    ]);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', message: 'the client ended after its requests' });
  });

  it('is not ended by force while the servers answer, but once one is gone', async () => {
    connections = 'all';
    const forced = unmounting({ forceAfterMs: 10 * SECOND });
    await run(forced);
    await pass(100);
    expect(deactivated).toEqual([]);
    expect(warnings().slice(1)).toEqual([expect.stringContaining('connected to all servers of lfs')]);
    connections = 'some missing';
    await pass(10);
    expect(deactivated).toEqual([client]);
  });

  it('needs no force where it ends in time', async () => {
    const forced = unmounting({ forceAfterMs: 60 * SECOND });
    await run(forced);
    end();
    await settled();
    await pass(600);
    expect([deactivated, forced.escalations.force]).toEqual([[], 0]);
  });

  it('is not ended by force where another mount may be of the same client', async () => {
    mounts = table(line(102, '/pods/a', 'shared:49 '), line(103, '/mnt/admin', 'shared:49 '));
    const forced = unmounting({ forceAfterMs: 10 * SECOND });
    await run(forced);
    await pass(600);
    expect(deactivated).toEqual([]);
    expect(warnings()).toEqual([expect.stringContaining('its client is not known')]);
  });
});

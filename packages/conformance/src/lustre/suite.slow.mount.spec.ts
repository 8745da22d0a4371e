// The whole suite against the simulation, and drivers with planted faults that it must find. Runs inside
// `lustre-cloud-emulator exec`.
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { canFreeze, FreezableServer } from '../testing/freezable-server.js';
import { run } from '../testing/directory-bench.js';
import { faultyDriver, runSuite } from './testing/run-suite.js';
import { addSimulatedFileSystem } from './testing/simulated-lustre.js';

const TEN_MINUTES = 600_000;

/** Checks that the simulation cannot answer, or that this machine has no means for. */
const skipped = [
  'static.host-name-node',
  'static.host-name-pod',
  'static.without-helper',
  'tuning.applied',
  'directory.stripe',
  'quota.enforced',
  'quota.freed-by-expansion',
  'frozen.unpublish',
  'frozen.stats',
  'frozen.restart',
  'eviction.recovery',
];

it(
  'finds nothing wrong with the driver',
  async () => {
    const report = await runSuite(['--source', addSimulatedFileSystem()]);
    const failed = report.checks.filter(({ verdict }) => verdict === 'fail');
    expect(failed).toEqual([]);
    expect(report.ids('skip')).toEqual(skipped);
    expect(report.status).toBe(0);
  },
  TEN_MINUTES,
);

it.each([
  ['publishes-the-whole-file-system', 'static.sub-directory', /shows another directory/],
  ['counts-twice-the-bytes', 'stats.numbers', /statfs counts \d+ bytes; the driver: total \d+/],
  ['leaves-mounts', 'static.sub-directory', /left behind: still mounted: /],
  ['never-deletes', 'directory.life', /is left after DeleteVolume/],
  ['ignores-read-only', 'static.read-only', /a write at a read-only target: succeeded/],
])(
  'finds a driver that %s: %s',
  async (fault, id, message) => {
    const args = ['--source', addSimulatedFileSystem(), '--only', id, '--driver', faultyDriver];
    const report = await runSuite(args, { PLANTED_FAULT: fault });
    expect(report.ids('fail')).toEqual([id]);
    expect(report.checks[0]?.detail).toMatch(message);
    expect(report.status).toBe(1);
  },
  TEN_MINUTES,
);

it.skipIf(!canFreeze)(
  'freezes and thaws servers by the commands that it is given',
  async () => {
    const source = addSimulatedFileSystem();
    const mountPoint = mkdtempSync(join(tmpdir(), 'lustre-csi-look-'));
    run('mount', ['-t', 'lustre', source, mountPoint]);
    const server = await FreezableServer.over(mountPoint);
    const signal = (name: string): string => `pkill -${name} -P ${process.pid} -x bindfs`;
    try {
      const ways = ['--freeze', signal('STOP'), '--thaw', signal('CONT')];
      const report = await runSuite(['--source', source, '--only', 'frozen', ...ways]);
      expect(report.checks.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
      expect(report.ids('pass')).toEqual(['frozen.unpublish', 'frozen.stats', 'frozen.restart']);
    } finally {
      await server.close();
      run('umount', [mountPoint]);
      rmdirSync(mountPoint);
    }
  },
  TEN_MINUTES,
);

// The suite for a real Lustre against the simulation: proves that it runs. Runs inside `lustre-cloud-emulator exec`.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runTool } from './run-tool.js';
import { runSuite, suite } from './testing/run-suite.js';
import { addSimulatedFileSystem } from './testing/simulated-lustre.js';

const mountTable = (): string => readFileSync('/proc/self/mountinfo', 'utf8');

describe('npm run test:lustre', () => {
  it('is skipped with the reason without a file system', async () => {
    const { status, stdout } = await runTool(process.execPath, [suite, '--only', 'static.whole']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/skipped: no file system: give --source[^]*0 passed, 0 failed, 1 skipped\n$/);
  });

  it.each([
    [['--nosuch'], /--nosuch/],
    [['--only', 'nosuch'], /no check "nosuch"/],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await runTool(process.execPath, [suite, ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('reports a file system that cannot be mounted', async () => {
    const report = await runSuite(['--source', '192.0.2.9@tcp:/scratch', '--only', 'static.whole']);
    expect(report.status).toBe(1);
    expect(report.checks[0]).toMatchObject({ id: 'bench.open', verdict: 'fail' });
    expect(report.checks[0]?.detail).toMatch(/mount -t lustre 192\.0\.2\.9@tcp:\/scratch .*exit status/);
    expect(report.ids('skip')).toEqual(['static.whole']);
  });

  it('runs checks, reports versions, and leaves nothing behind', async () => {
    const before = mountTable();
    const report = await runSuite([
      '--source',
      addSimulatedFileSystem(),
      '--only',
      'static.sub-directory,tuning',
    ]);
    expect(report.ids('fail')).toEqual([]);
    expect(report.ids('pass')).toEqual(['static.sub-directory', 'tuning.refused']);
    expect(report.ids('skip')).toEqual(['tuning.applied']);
    expect(report.status).toBe(0);
    expect(report.versions).toMatchObject({ 'Node.js': process.version });
    const left = mountTable()
      .split('\n')
      .filter((line) => !before.includes(line) && !line.includes('/servers/'));
    expect(left).toEqual([]);
  });
});

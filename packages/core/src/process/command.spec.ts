import { describe, expect, it } from 'vitest';
import { CommandRunner } from './command.js';
import { readProcess } from './process-table.js';

const runner = new CommandRunner();
const forever = new AbortController().signal;
const sh = (script: string, deadlineMs = 10_000, graceMs = 200, signal = forever) =>
  runner.run('sh', ['-c', script], { signal, deadlineMs, graceMs });

describe('CommandRunner', () => {
  it('returns status and output', async () => {
    const result = await sh('echo out; echo err >&2; exit 7');
    expect(result).toMatchObject({ exitCode: 7, signal: null, stdout: 'out\n', stderr: 'err\n' });
    expect(result).not.toHaveProperty('interruptedBy');
  });

  it('gives children a clean environment and the root directory', async () => {
    const { stdout } = await sh('env | grep -v -e ^_= -e ^PWD= -e ^SHLVL= -e ^OLDPWD=; pwd');
    expect(stdout).toBe(
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\n/\n'
        .split('\n')
        .slice(0, 3)
        .join('\n') + '\n',
    );
  });

  it('keeps the beginning of a flood and lets the child continue', async () => {
    const { stdout, exitCode } = await sh('head -c 1000000 /dev/zero | tr "\\0" x');
    expect(exitCode).toBe(0);
    expect(stdout).toBe('x'.repeat(64 * 1024));
  });

  it('does not wait for a grandchild that holds the pipes', async () => {
    const startedAt = Date.now();
    const { stdout } = await sh('sleep 5 & echo $!');
    expect(Date.now() - startedAt).toBeLessThan(3000);
    process.kill(Number(stdout));
  });

  it('ends a child and its helpers at the deadline', async () => {
    const result = await sh('sleep 60 & echo $!; wait', 150);
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM', interruptedBy: 'deadline' });
    expect((await readProcess(Number(result.stdout)))?.state ?? 'Z').toBe('Z');
  });

  it('kills a child that ignores SIGTERM', async () => {
    const result = await sh('trap "" TERM; while :; do sleep 0.05; done', 150, 100);
    expect(result).toMatchObject({ signal: 'SIGKILL', interruptedBy: 'deadline' });
  });

  it('ends a child whose caller has gone', async () => {
    const caller = new AbortController();
    const running = sh('sleep 60', 10_000, 200, caller.signal);
    caller.abort(new Error('gone'));
    expect(await running).toMatchObject({ signal: 'SIGTERM', interruptedBy: 'signal' });
  });

  it('starts nothing for a caller who has gone before', async () => {
    await expect(sh('exit 0', 1000, 0, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });

  it('names the package of a missing program', async () => {
    await expect(
      runner.run('no-such-program', [], { signal: forever, deadlineMs: 1000 }),
    ).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringContaining('no-such-program cannot be run (ENOENT)') as string,
    });
  });
});

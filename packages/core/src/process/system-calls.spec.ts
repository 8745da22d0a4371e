import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../concurrency/clock.js';
import { InsideRunner } from '../node/testing/inside-runner.js';
import { PrivateNode } from '../node/testing/private-node.js';
import { CommandRunner } from './command.js';
import { readArguments, readProcess } from './process-table.js';
import { StuckChildError } from './stuck-child.js';
import { systemCallError, systemCallProgram, SystemCalls, type SystemCall } from './system-calls.js';
import { TargetChildren } from './target-children.js';

const program = systemCallProgram();
if (!program) process.stderr.write('NOT RUN: system calls; core was built without a C compiler\n');
const fuse = existsSync('/dev/fuse') && process.getuid?.() === 0;

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 10 });
const within = (deadlineMs = 10_000, signal = new AbortController().signal) => ({ deadlineMs, signal });
const isAlive = async (pid: number): Promise<boolean> =>
  !['Z', 'X'].includes((await readProcess(pid))?.state ?? 'Z');
const failed = (code: string) => ({ error: { code, words: expect.any(String) as string }, details: [] });

let node: PrivateNode;
let runner: InsideRunner;
let calls: SystemCalls;
/** Directory of the test. */
let place: string;
let count = 0;

describe.runIf(program)('system calls', () => {
  beforeAll(async () => {
    node = await PrivateNode.start();
  });
  afterAll(() => node.stop());
  beforeEach(async () => {
    place = join(node.base, `place-${(count += 1)}`);
    for (const name of ['source/inside', 'target']) await mkdir(join(place, name), { recursive: true });
    runner = new InsideRunner(node);
    calls = new SystemCalls(runner, systemClock);
  });
  afterEach(() => calls.close());

  const at = (name: string): string => join(place, name);
  const run = (...call: SystemCall) => calls.run(call, within());
  const mountsAt = async (path: string) => (await node.mountTable()).all(path);

  it('bind a directory and unmount it', async () => {
    expect(await run('bind', at('source/inside'), at('target'))).toEqual({});
    expect(await mountsAt(at('target'))).toMatchObject([
      { root: expect.stringMatching(/\/source\/inside$/) as string },
    ]);
    expect(await run('umount', at('target'))).toEqual({});
    expect(await mountsAt(at('target'))).toEqual([]);
  });

  it.each([
    ['EINVAL', 'is not mounted', () => ['umount', at('target')]],
    ['ENOENT', 'is missing', () => ['umount', at('missing')]],
    ['ENOENT', 'has a missing source', () => ['bind', at('missing'), at('target')]],
    ['ENOENT', 'has a missing target', () => ['bind', at('source'), at('missing')]],
    ['ENOTDIR', 'is a file', () => ['bind', at('source'), at('file')]],
  ] satisfies [string, string, () => SystemCall][])('report %s for what %s', async (code, _, call) => {
    await writeFile(at('file'), '');
    expect(await run(...call())).toEqual(failed(code));
    // The process continues.
    expect(await run('bind', at('source'), at('target'))).toEqual({});
    expect(runner.pids).toHaveLength(1);
  });

  describe('bind a directory below a mounted root', () => {
    const ownId = process.getuid?.() === 0 ? '1000' : '0';
    const modeOf = async (path: string) => (await node.shell(`stat -c '%a %u %g' ${path}`)).trim();

    /** Binds a directory of the place `disk`, on which a tmpfs is mounted by the script. */
    async function bindBelow(script: string, parts: string, create: '0' | '1' = '1') {
      await node.shell(`mkdir ${at('disk')}; mount -t tmpfs disk ${at('disk')}; cd ${at('disk')}; ${script}`);
      const mode = String(0o2750);
      return run('bind-directory', at('disk'), at('target'), create, mode, ownId, ownId, parts);
    }

    it('creates what is missing, and changes nothing that is there', async () => {
      expect(await bindBelow('mkdir -m 711 old', 'old/new/a b')).toEqual({});
      expect(await mountsAt(at('target'))).toMatchObject([{ root: '/old/new/a b' }]);
      expect(await modeOf(at('disk/old'))).toMatch(/^711 0 /);
      for (const name of ['old/new', 'old/new/a\\ b'])
        expect(await modeOf(at(`disk/${name}`))).toBe(`2750 ${ownId} ${ownId}`);
      // No descriptor is left that would keep the file system busy.
      expect(await run('umount', at('target'))).toEqual({});
      expect(await run('umount', at('disk'))).toEqual({});
    });

    it.each([
      ['completes an empty one of a killed process', 'mkdir -m 1000 half', `2750 ${ownId} ${ownId}`],
      ['keeps one with a file in it', 'mkdir -m 1000 half; touch half/file', '1000 0 0'],
      ['keeps one of an administrator', 'mkdir -m 1700 half', '1700 0 0'],
    ])('%s', async (_, script, mode) => {
      expect(await bindBelow(script, 'half')).toEqual({});
      expect(await modeOf(at('disk/half'))).toBe(mode);
    });

    it.each([
      ['ENOTDIR', ['symlink', '2'], 'a symlink', 'mkdir -p a b/c; ln -s ../b a/link', 'a/link/c'],
      ['ENOTDIR', ['symlink', '1'], 'a symlink at its end', 'ln -s /etc link', 'link'],
      ['ENOTDIR', ['not-a-directory', '2'], 'a file', 'mkdir a; touch a/file', 'a/file/c'],
      ['ENOTCONN', ['not-mounted', '0'], 'a root that is not mounted', `cd /; umount -l "$OLDPWD"`, 'a'],
      ['ENAMETOOLONG', ['system', '2'], 'a long name', 'mkdir a', `a/${'n'.repeat(256)}`],
    ])('reports %s, %j for %s', async (code, details, _, script, parts) => {
      const words = expect.any(String) as string;
      expect(await bindBelow(script, parts)).toEqual({ error: { code, words }, details });
      expect(await mountsAt(at('target'))).toEqual([]);
    });

    it('reports what is missing where nothing is to be created', async () => {
      const words = expect.any(String) as string;
      const missing = { error: { code: 'ENOENT', words }, details: ['missing', '2'] };
      expect(await bindBelow('mkdir a', 'a/b/c', '0')).toEqual(missing);
      expect(existsSync(at('disk/a/b'))).toBe(false);
    });
  });

  it('report EBUSY for a mount in which a process works', async () => {
    await run('bind', at('source'), at('target'));
    const user = node.program('sh', ['-c', `cd ${at('target')}; echo > inside/here; exec sleep 60`]);
    await until(() => expect(existsSync(at('source/inside/here'))).toBe(true));
    expect(await run('umount', at('target'))).toEqual(failed('EBUSY'));
    user.kill('SIGKILL');
    await until(async () => expect(await run('umount', at('target'))).toEqual({}));
  });

  it('do not unmount where a symlink leads', async () => {
    await run('bind', at('source'), at('target'));
    await symlink('target', at('link'));
    expect(await run('umount', at('link'))).toEqual(failed('EINVAL'));
    expect(await mountsAt(at('target'))).toHaveLength(1);
  });

  it('use a process again, and keep at most four that wait', async () => {
    await run('bind', at('source'), at('target'));
    await run('umount', at('target'));
    expect(runner.pids).toHaveLength(1);
    await Promise.all(Array.from({ length: 10 }, () => run('umount', at('target'))));
    expect(runner.pids).toHaveLength(10);
    const alive = async () => (await Promise.all(runner.pids.map(isAlive))).filter(Boolean).length;
    await until(async () => expect(await alive()).toBe(4));
    await run('umount', at('target'));
    expect(runner.pids).toHaveLength(10);
    await calls.close();
    await until(async () => expect(await alive()).toBe(0));
  });

  it('report that their process was killed, and the next one works', async () => {
    await run('umount', at('target'));
    const [pid = 0] = runner.pids;
    process.kill(pid, 'SIGSTOP');
    const running = run('bind', at('source'), at('target'));
    process.kill(pid, 'SIGKILL');
    expect(await running).toEqual({ wasKilled: true });
    expect(calls.isUsable).toBe(true);
    expect(await run('bind', at('source'), at('target'))).toEqual({});
    expect(runner.pids).toHaveLength(2);
  });

  it('use no process that was killed while it waited', async () => {
    await run('umount', at('target'));
    const [pid = 0] = runner.pids;
    process.kill(pid, 'SIGKILL');
    await until(() => expect(existsSync(`/proc/${pid}`)).toBe(false));
    expect(await run('umount', at('target'))).toEqual(failed('EINVAL'));
    expect(runner.pids).toHaveLength(2);
  });

  it.each(['deadline', 'signal'] as const)('end at the %s', async (by) => {
    await run('umount', at('target'));
    const [pid = 0] = runner.pids;
    process.kill(pid, 'SIGSTOP');
    const caller = new AbortController();
    const running = calls.run(
      ['bind', at('source'), at('target')],
      within(by === 'deadline' ? 50 : 10_000, caller.signal),
    );
    if (by === 'signal') caller.abort(new Error('gone'));
    expect(await running).toEqual({ interruptedBy: by });
    expect(await isAlive(pid)).toBe(false);
    expect(await mountsAt(at('target'))).toEqual([]);
    await expect(
      calls.run(['umount', at('target')], within(1, AbortSignal.abort(new Error('gone')))),
    ).rejects.toThrow('gone');
    expect(await run('bind', at('source'), at('target'))).toEqual({});
  });

  it('do nothing of a request that is not finished', async () => {
    await run('bind', at('source'), at('target'));
    const [inside, ...args] = node.inside(...asCommand(program));
    const requested = (input: string) => spawnSync(inside, args, { input, encoding: 'utf8' });
    expect(requested(`0\0umount\0${at('target')}`)).toMatchObject({ status: 0, stdout: 'ready\n' });
    expect(await mountsAt(at('target'))).toHaveLength(1);
    expect(requested(`7\0umount\0${at('target')}\0`)).toMatchObject({ status: 0, stdout: 'ready\n7 0\n' });
    expect(await mountsAt(at('target'))).toEqual([]);
  });

  it('end with the driver', async () => {
    const engine = node.engine();
    const target = await node.target('pod');
    await engine.publish(target);
    await engine.stats(target);
    const ofDriver = async () =>
      (await node.shell(`ps --ppid ${engine.pid} -o pid=,comm=`)).trim().split('\n');
    const children = (await ofDriver()).filter((line) => line.endsWith(' system-calls')).map(parseInt);
    expect(children.length).toBeGreaterThan(1);
    await engine.kill();
    await until(async () =>
      expect(await Promise.all(children.map((pid) => isAlive(pid)))).toEqual(children.map(() => false)),
    );
  });

  describe.runIf(fuse)('of a dead server', () => {
    it('hold one process, which shows its target, and no other call', async () => {
      await mkdir(at('dead'));
      const server = await node.silentServer('127.0.0.66@tcp:/dead', at('dead'));
      await mkdir(at('other'));
      const first = new TargetChildren(runner, systemClock, calls);
      const title = `mount --bind ${at('dead/inside')} ${at('target')}`;
      const caller = new AbortController();
      const held = first
        .call(at('target'), ['bind', at('dead/inside'), at('target')], {
          ...within(10_000, caller.signal),
          title,
        })
        .catch((error: unknown) => error);
      await server.lookedUp;
      expect(await run('bind', at('source'), at('other'))).toEqual({});
      caller.abort(new Error('gone'));
      const error = await held;
      expect(error).toBeInstanceOf(StuckChildError);
      const { child } = error as StuckChildError;
      expect(child).toMatchObject({ pid: runner.pids[0], command: title, state: 'D' });
      expect(first.stuck.get(at('target'))).toBe(child);
      expect(await run('umount', at('other'))).toEqual({});
      expect(await readArguments(child.pid)).toContain(at('target'));
      // A restarted driver finds it by its target, and none of those that wait.
      const second = new TargetChildren(runner, systemClock, calls);
      await second.adoptOrphans([at('target'), at('other')]);
      expect([...second.stuck.values()]).toMatchObject([
        { pid: child.pid, command: `system-calls ${at('target')}, left by an earlier run of the driver` },
      ]);
      server.heal();
      await child.ended;
      expect(await isAlive(child.pid)).toBe(false);
    });

    it('unmount it', async () => {
      await node.silentServer('127.0.0.66@tcp:/dead', at('target'));
      expect(await calls.run(['umount', at('target')], within(2_000))).toEqual({});
      expect(await mountsAt(at('target'))).toEqual([]);
    });
  });
});

const asCommand = ([name = '', ...args]: readonly string[] = []) => [name, args] as const;

describe.runIf(program)('the write of a file', () => {
  const writing = new SystemCalls(new CommandRunner(), systemClock);
  let base: string;
  beforeAll(() => {
    base = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  });
  afterAll(async () => {
    await writing.close();
    execFileSync('rm', ['-r', base]);
  });

  const write = (name: string, text: string) => writing.complete(['write', join(base, name), text]);
  const read = (name: string) => readFile(join(base, name), 'utf8');

  it('creates it for the driver alone', async () => {
    expect(await write('new', '{"a":1}')).toEqual({});
    expect(await read('new')).toBe('{"a":1}');
    expect((await stat(join(base, 'new'))).mode & 0o777).toBe(0o600);
  });

  it('overwrites it in place, and pads a shorter text with blanks', async () => {
    await write('old', '{"name":"long"}');
    const before = await stat(join(base, 'old'));
    expect(await write('old', '{"n":"ü"}')).toEqual({});
    expect(await read('old')).toBe('{"n":"ü"}'.padEnd(14));
    expect(JSON.parse(await read('old'))).toEqual({ n: 'ü' });
    expect((await stat(join(base, 'old'))).ino).toBe(before.ino);
    const page = 'x'.repeat(4096);
    expect(await write('old', page)).toEqual({});
    expect(await read('old')).toBe(page);
  });

  describe('is refused', () => {
    beforeAll(() => {
      const script =
        'printf %04097d 0 > big; echo both > two; ln two one; mkfifo fifo; echo far > far; ln -s far link';
      execFileSync('sh', ['-ec', script], { cwd: base });
    });
    const contents = () => Promise.all(['big', 'two', 'far'].map(read));

    it.each([
      ['ENOTSUP', 'of a text of more than a page', 'long', 'x'.repeat(4097)],
      ['ENOTSUP', 'over a file of more than a page', 'big', '{}'],
      ['ENOTSUP', 'over a file of two names', 'one', '{}'],
      ['ENOTSUP', 'into a device', '../../dev/null', '{}'],
      ['ENXIO', 'into a FIFO', 'fifo', '{}'],
      ['ELOOP', 'through a symlink', 'link', '{}'],
      ['ENOENT', 'into a missing directory', 'missing/file', '{}'],
      ['EISDIR', 'over a directory', '.', '{}'],
    ])('with %s %s', async (code, _, name, text) => {
      const before = await contents();
      expect(await write(name, text)).toEqual(failed(code));
      expect(await contents()).toEqual(before);
    });
  });
});

it.each([
  [16, 'EBUSY', 'resource busy or locked'],
  [95, 'ENOTSUP', 'operation not supported on socket'],
  [116, 'ESTALE', 'stale file handle'],
  [122, 'EDQUOT', 'disk quota exceeded'],
  [4000, 'errno 4000', 'no words are known for it'],
])('the errno %i is %s', (errno, code, words) => expect(systemCallError(errno)).toEqual({ code, words }));

describe('a program that cannot run', () => {
  const call: SystemCall = ['umount', '/no/such/directory'];
  const callsOf = (...command: string[]) => new SystemCalls(new CommandRunner(), systemClock, command);

  it('is not used again if it is missing', async () => {
    const missing = callsOf('/no/such');
    expect(missing.isUsable).toBe(true);
    expect(await missing.run(call, within())).toBeUndefined();
    expect(missing.isUsable).toBe(false);
    expect(await missing.complete(call)).toBeUndefined();
  });

  it('is not used again if it ends at once', async () => {
    const ending = callsOf('true');
    expect(await ending.run(call, within())).toEqual({ wasKilled: true });
    expect(ending.isUsable).toBe(false);
    expect(await ending.run(call, within())).toBeUndefined();
  });
});

import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CommandRunner } from '../process/command.js';
import { readProcess } from '../process/process-table.js';
import { systemCallProgram } from '../process/system-calls.js';
import { ManualClock } from '../testing/manual-clock.js';
import { UnresponsiveError, StatfsHelper } from './statfs-helper.js';
import { nodeStatfsProgram, STATFS_THREADS, statfsProgram } from './statfs-process.js';
import { PrivateNode } from './testing/private-node.js';

const healthy = (path = '/') => ({ fileSystem: `healthy ${path}`, path });
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 10 });

let helper: StatfsHelper;
let clock: ManualClock;

/** A helper whose deadlines pass when the test says so, on a machine of any speed. Its child ends in real time. */
function helperOnManualClock(program: readonly string[] = statfsProgram): StatfsHelper {
  clock = new ManualClock();
  return new StatfsHelper({ deadlineMs: 500, program, clock, runner: new CommandRunner() });
}

async function passDeadlines(): Promise<void> {
  while (await clock.next());
}

afterEach(() => helper.close());

const isGone = async (pid: number | undefined): Promise<void> =>
  expect((await readProcess(pid ?? 0))?.state ?? 'Z').toBe('Z');

/** The default program, and the one in its place where core was built without a C compiler. */
const programs = [
  { name: 'the default', program: statfsProgram },
  ...(statfsProgram === nodeStatfsProgram ? [] : [{ name: 'Node.js', program: nodeStatfsProgram }]),
];

describe.each(programs)('StatfsHelper with $name as its program', ({ program }) => {
  it('measures everything with one child, which ends when it is closed', async () => {
    helper = new StatfsHelper({ deadlineMs: 5_000, program });
    const { bytes, inodes } = await helper.measure(healthy());
    expect(bytes.total).toBeGreaterThan(0n);
    expect(bytes.used + bytes.available).toBeLessThanOrEqual(bytes.total);
    expect(inodes.used).toBeLessThanOrEqual(inodes.total);
    const { pid } = helper;
    const looks = Array.from({ length: 3 * STATFS_THREADS }, (_, index) => ({
      fileSystem: String(index),
      path: '/',
    }));
    await helper.measure({ fileSystem: '1', path: '/proc' });
    expect(helper.pid).toBe(pid);
    await Promise.all(looks.map((look) => helper.measure(look)));
    const last = helper.pid;
    await helper.close();
    // More requests than threads needed a second child.
    for (const used of [pid, last]) await until(() => isGone(used));
  });

  it('reports the error of the kernel, and continues', async () => {
    helper = new StatfsHelper({ deadlineMs: 5_000, program });
    await expect(helper.measure(healthy('/no/such/path'))).rejects.toMatchObject({
      name: 'StatfsError',
      code: 'ENOENT',
      message: 'statfs(2) failed: no such file or directory (ENOENT)',
    });
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
  });

  it('starts a new child after the old one was killed', async () => {
    helper = new StatfsHelper({ deadlineMs: 5_000, program });
    await helper.measure(healthy());
    const { pid } = helper;
    process.kill(pid ?? 0, 'SIGSTOP');
    const waiting = helper.measure(healthy());
    process.kill(pid ?? 0, 'SIGKILL');
    await expect(waiting).resolves.toHaveProperty('bytes');
    expect(helper.pid).not.toBe(pid);
    expect(helper.stuck.size).toBe(0);
  });
});

describe('StatfsHelper', () => {
  it('replaces a child that does not answer', async () => {
    helper = helperOnManualClock();
    await helper.measure(healthy());
    const { pid } = helper;
    process.kill(pid ?? 0, 'SIGSTOP');
    const unanswered = expect(helper.measure(healthy())).rejects.toBeInstanceOf(UnresponsiveError);
    await passDeadlines();
    await unanswered;
    await until(() => isGone(pid));
    // The file system is measured again once the driver has seen the end of the child.
    await until(() => expect(helper.measure(healthy())).resolves.toHaveProperty('bytes'));
  });

  it('does not count the start of a child as time of the measurement', async () => {
    const slowly = ['sh', '-c', 'sleep 1; exec "$@"', 'sh'];
    helper = new StatfsHelper({ deadlineMs: 400, program: [...slowly, ...statfsProgram] });
    const looks = ['/', '/proc', '/sys'].map((path) => helper.measure({ fileSystem: 'one', path }));
    for (const look of looks) await expect(look).resolves.toHaveProperty('bytes');
  });

  it('reports a child that does not start', async () => {
    helper = helperOnManualClock(['sleep', '60']);
    const refused = expect(helper.measure(healthy())).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('did not start within 20 s') as string,
    });
    const { pid } = helper;
    await passDeadlines();
    await refused;
    await until(() => isGone(pid));
  });

  it('reports that there is no program to run', async () => {
    helper = new StatfsHelper({ deadlineMs: 5_000, program: ['no-such-program'] });
    await expect(helper.measure(healthy())).rejects.toMatchObject({ kind: 'failed-precondition' });
  });
});

describe('the state of the mount table', () => {
  let node: PrivateNode;
  beforeAll(async () => {
    node = await PrivateNode.start();
  });
  afterAll(() => node.stop());

  /** Measures in the namespace, and returns the state. */
  async function stateAfter(change = ''): Promise<string | undefined> {
    await node.shell(`cd ${node.base}/pods; ${change}`);
    return (await helper.measure(healthy())).mountState;
  }

  it.runIf(systemCallProgram())('is the same until something is mounted or unmounted', async () => {
    const [program = '', ...args] = systemCallProgram() ?? [];
    helper = new StatfsHelper({ deadlineMs: 5_000, program: node.inside(program, args) });
    const first = await stateAfter('mkdir -p a b');
    expect(first).toEqual(expect.any(String));
    expect(await stateAfter('touch a/file')).toBe(first);
    const states = [first];
    for (const change of ['mount --bind a b', 'mount -o remount,bind,ro b', 'mount --move b a', 'umount a']) {
      const state = await stateAfter(change);
      expect(await stateAfter()).toBe(state);
      states.push(state);
    }
    const looks = Array.from({ length: 50 }, (_, n) => helper.measure({ fileSystem: `${n}`, path: '/' }));
    for (const look of await Promise.all(looks)) expect(states.slice(0, -1)).not.toContain(look.mountState);
    expect(new Set(states).size).toBe(5);
    // Another child counts for itself.
    await helper.close();
    expect(states).not.toContain(await stateAfter());
  });

  it('is not seen by the program of Node.js', async () => {
    const [program = '', ...args] = nodeStatfsProgram;
    helper = new StatfsHelper({ deadlineMs: 5_000, program: node.inside(program, args) });
    expect(await helper.measure(healthy())).not.toHaveProperty('mountState');
  });
});

const fuse = existsSync('/dev/fuse') && process.getuid?.() === 0;

describe.runIf(fuse)('a dead server', () => {
  let node: PrivateNode;
  beforeAll(async () => {
    node = await PrivateNode.start();
  });
  afterAll(() => node.stop());

  let runs = 0;

  /** Mounts dead file systems, and starts the helper in their namespace. */
  async function deadOnes(...prefixes: string[]) {
    const [program = '', ...args] = statfsProgram;
    helper = helperOnManualClock(node.inside(program, args));
    const servers = [];
    runs += 1;
    for (const prefix of prefixes) {
      const name = `${prefix}-${runs}`; // The test runner may repeat a test in the same namespace.
      const path = await node.target(name);
      await node.shell(`mkdir ${path}`);
      const server = await node.silentServer(`127.0.0.66@tcp:/${name}`, path);
      servers.push({ ...server, look: { fileSystem: name, path } });
    }
    await helper.measure(healthy());
    return servers;
  }

  it('costs one child, is measured once, disturbs no other file system, and heals', async () => {
    const [server] = await deadOnes('dead');
    const look = server!.look;
    const old = helper.pid;
    // 100 pods on one dead volume, each with a path of its own, and each measured twice.
    const others = Array.from({ length: 200 }, (_, index) =>
      helper
        .measure({ ...look, path: `${look.path}${'/.'.repeat(index % 100)}` })
        .catch((error: unknown) => error),
    );
    await server!.asked;
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
    await passDeadlines();
    for (const error of await Promise.all(others)) expect(error).toBeInstanceOf(UnresponsiveError);
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
    expect(helper.pid).not.toBe(old);
    await until(() => expect(helper.stuck.size).toBe(1));
    const stuck = helper.stuck.get(look.path);
    expect(stuck).toMatchObject({ pid: old, state: 'D', command: `statfs ${look.path}` });
    const replacement = helper.pid;
    await expect(helper.measure(look)).rejects.toMatchObject({ child: stuck });
    // The same file system at another path is not measured, either.
    await expect(helper.measure({ ...look, path: '/' })).rejects.toMatchObject({ child: stuck });
    expect(helper.pid).toBe(replacement);
    server!.heal();
    await until(() => expect(helper.stuck.size).toBe(0));
    expect((await helper.measure(look)).bytes).toEqual({
      total: 4096000n,
      used: 2457600n,
      available: 1228800n,
    });
    await isGone(old);
  });

  it('does not block a healthy file system, even with many others that hang', async () => {
    const servers = await deadOnes('dead-1', 'dead-2', 'dead-3', 'dead-4', 'dead-5');
    const hanging = servers.map(({ look }) => helper.measure(look).catch((error: unknown) => error));
    await Promise.all(servers.map(({ asked }) => asked));
    // More than a pool of four threads could bear.
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
    await passDeadlines();
    for (const error of await Promise.all(hanging)) expect(error).toBeInstanceOf(UnresponsiveError);
    await until(() => expect(helper.stuck.size).toBe(5));
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
    for (const server of servers) server.heal();
    await until(() => expect(helper.stuck.size).toBe(0));
    for (const { look } of servers) await expect(helper.measure(look)).resolves.toHaveProperty('bytes');
  });

  it('has a measurement that callers can wait for', async () => {
    const [server] = await deadOnes('slow');
    const look = server!.look;
    const measuring = helper.measure(look);
    let isOver = false;
    const limits = { signal: new AbortController().signal, endsAt: clock.now() + 5_000 };
    const waiting = helper.finished(look.path, limits).then(() => (isOver = true));
    await helper.measure(healthy());
    expect(isOver).toBe(false);
    server!.heal();
    await Promise.all([measuring, waiting]);
  });
});

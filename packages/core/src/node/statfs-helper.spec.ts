import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readProcess } from '../process/process-table.js';
import { UnresponsiveError, StatfsHelper } from './statfs-helper.js';
import { STATFS_THREADS, statfsProgram } from './statfs-process.js';
import { PrivateNode } from './testing/private-node.js';

const healthy = (path = '/') => ({ fileSystem: `healthy ${path}`, path });
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 5_000, interval: 10 });

let helper: StatfsHelper;
afterEach(() => helper.close());

const isGone = async (pid: number | undefined): Promise<void> =>
  expect((await readProcess(pid ?? 0))?.state ?? 'Z').toBe('Z');

describe('StatfsHelper', () => {
  it('measures everything with one child, which ends when it is closed', async () => {
    helper = new StatfsHelper({ deadlineMs: 5_000 });
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
    helper = new StatfsHelper({ deadlineMs: 5_000 });
    await expect(helper.measure(healthy('/no/such/path'))).rejects.toMatchObject({
      name: 'StatfsError',
      code: 'ENOENT',
    });
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
  });

  it('starts a new child after the old one was killed', async () => {
    helper = new StatfsHelper({ deadlineMs: 5_000 });
    await helper.measure(healthy());
    const { pid } = helper;
    process.kill(pid ?? 0, 'SIGSTOP');
    const waiting = helper.measure(healthy());
    process.kill(pid ?? 0, 'SIGKILL');
    await expect(waiting).resolves.toHaveProperty('bytes');
    expect(helper.pid).not.toBe(pid);
    expect(helper.stuck.size).toBe(0);
  });

  it('replaces a child that does not answer', async () => {
    // The next child has this time, too, however many other processes want the processor.
    helper = new StatfsHelper({ deadlineMs: 1_500 });
    await helper.measure(healthy());
    const { pid } = helper;
    process.kill(pid ?? 0, 'SIGSTOP');
    await expect(helper.measure(healthy())).rejects.toBeInstanceOf(UnresponsiveError);
    await isGone(pid);
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
  });

  it('reports that there is no program to run', async () => {
    helper = new StatfsHelper({ deadlineMs: 5_000, program: ['no-such-program'] });
    await expect(helper.measure(healthy())).rejects.toMatchObject({ kind: 'failed-precondition' });
  });
});

const fuse = existsSync('/dev/fuse') && process.getuid?.() === 0;

describe.runIf(fuse)('a dead server', () => {
  let node: PrivateNode;
  beforeAll(async () => {
    node = await PrivateNode.start();
  });
  afterAll(() => node.stop());

  /** Mounts dead file systems, and starts the helper in their namespace. */
  async function deadOnes(...names: string[]) {
    const [program = '', ...args] = statfsProgram;
    helper = new StatfsHelper({ deadlineMs: 500, program: node.inside(program, args) });
    const servers = [];
    for (const name of names) {
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
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
    for (const error of await Promise.all(others)) expect(error).toBeInstanceOf(UnresponsiveError);
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
    expect(helper.pid).not.toBe(old);
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
    // More than a pool of four threads could bear.
    await expect(helper.measure(healthy())).resolves.toHaveProperty('bytes');
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
    const limits = { signal: new AbortController().signal, endsAt: Date.now() + 5_000 };
    const waiting = helper.finished(look.path, limits).then(() => (isOver = true));
    await helper.measure(healthy());
    expect(isOver).toBe(false);
    server!.heal();
    await Promise.all([measuring, waiting]);
  });
});

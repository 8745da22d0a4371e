import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, success, until } from './testing/engine-answers.js';
import type { DrivenEngine } from './testing/driven-engine.js';
import { PrivateNode, type BindfsServer } from './testing/private-node.js';

// A FUSE file system whose server is stopped stands for a Lustre whose servers are gone: each process that
// uses it waits. Needs Debian's bindfs and root; .ci/run installs it.
const canHang =
  existsSync('/dev/fuse') && process.getuid?.() === 0 && !spawnSync('bindfs', ['--version']).error;
if (!canHang)
  process.stderr.write('NOT RUN: hang isolation; it needs root, /dev/fuse and the Debian package bindfs\n');

const dead = { volumeId: 'dead', source: '127.0.0.66@tcp:/lustrefs' };
const timing = { changeMs: 2000, statfsMs: 1000 };

describe.runIf(canHang)('a file system whose servers do not answer', () => {
  let node: PrivateNode;
  let engine: DrivenEngine;
  let server: BindfsServer;
  let targets: Readonly<Record<'dead1' | 'dead2' | 'dead3' | 'deadSub' | 'healthy' | 'later', string>>;

  beforeAll(async () => {
    node = await PrivateNode.start();
    server = await node.bindfsServer(dead.source);
    engine = node.engine(timing);
    const target = (name: string) => node.target(name);
    targets = {
      dead1: await target('dead1'),
      dead2: await target('dead2'),
      dead3: await target('dead3'),
      deadSub: await target('dead-sub'),
      healthy: await target('healthy'),
      later: await target('later'),
    };
    for (const path of [targets.dead1, targets.dead2])
      expect(await engine.publish(path, dead)).toEqual(success);
    expect(await engine.publish(targets.healthy)).toEqual(success);
    await node.shell(`echo precious > ${targets.dead1}/file`);
  });
  afterAll(() => node.stop());

  const promptly = async <T>(work: Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const result = await work;
    expect(performance.now() - startedAt).toBeLessThan(timing.changeMs); // A wait for the dead server takes longer.
    return result;
  };
  const mountsAt = async (path: string) => (await node.mountTable()).all(path);

  it('is mounted once for its pods, by a client of its own', async () => {
    const clients = (await node.clientMounts()).map(({ source, fsType }) => [source, fsType]);
    expect(clients).toContainEqual([dead.source, 'fuse']);
    expect(clients).toHaveLength(2);
  });

  it('keeps no other volume waiting, and none of its own pods from ending', async () => {
    expect(await engine.stats(targets.dead2, dead)).toEqual(success);
    await server.stop();
    const waiting = [
      engine.stats(targets.dead2, dead),
      engine.publish(targets.deadSub, { ...dead, source: `${dead.source}/new/sub` }),
    ];
    // Work on another file system continues, while those wait.
    expect(await promptly(engine.stats(targets.healthy))).toEqual(success);
    expect(await promptly(engine.publish(targets.later))).toEqual(success);
    expect(await promptly(engine.unpublish(targets.later))).toEqual(success);
    // The driver itself touches no path in the dead one, however many calls name one.
    const inside = Array.from({ length: 8 }, (_, n) => `${targets.dead2}/some/path-${n}`);
    const asked = await promptly(Promise.all(inside.map((path) => engine.stats(path, dead))));
    expect(asked).toEqual(inside.map(() => failure('not-found', 'lies in a volume')));
    const refused = failure('failed-precondition', 'lies in a Lustre volume');
    expect(await promptly(engine.publish(inside[0]!))).toEqual(refused);
    expect(await promptly(engine.unpublish(inside[0]!))).toEqual(refused);
    // On the dead one, a pod can end, and a new pod gets its mount.
    expect(await promptly(engine.unpublish(targets.dead1, dead))).toEqual(success);
    expect(existsSync(targets.dead1)).toBe(false);
    expect(await promptly(engine.publish(targets.dead3, dead))).toEqual(success);
    expect(await promptly(engine.publish(targets.dead3, dead))).toEqual(success);
    expect(await mountsAt(targets.dead3)).toHaveLength(1);
    expect(await promptly(engine.unpublish(targets.dead3, dead))).toEqual(success);
    const [stats, subDirectory] = await Promise.all(waiting);
    const { bytes, condition } = stats?.value as {
      readonly bytes: Readonly<Record<string, string>>;
      readonly condition: { readonly abnormal: boolean; readonly message: string };
    };
    expect(Number(bytes['total'])).toBeGreaterThan(0);
    expect(condition.abnormal).toBe(true);
    expect(condition.message).toMatch(
      /127\.0\.0\.66@tcp:\/lustrefs .*not answer.*The numbers are those of \d+ s ago/,
    );
    expect(subDirectory).toEqual(failure('deadline-exceeded', 'new/sub'));
    expect(existsSync(targets.deadSub)).toBe(false);
  });

  it('is taken over by a restarted driver that does not wait for it either', async () => {
    await engine.kill();
    engine = node.engine(timing);
    expect(await promptly(engine.publish(targets.healthy))).toEqual(success);
    expect(await promptly(engine.publish(targets.dead2, dead))).toEqual(success);
    expect(await promptly(engine.unpublish(targets.healthy))).toEqual(success);
  });

  it('heals when its servers answer again, without a restart of the driver', async () => {
    await server.resume();
    expect(await node.shell(`cat ${targets.dead2}/file`)).toBe('precious\n');
    await until(async () => expect(await engine.stats(targets.dead2, dead)).toEqual(success));
    const sub = { ...dead, source: `${dead.source}/new/sub` };
    await until(async () => expect(await engine.publish(targets.deadSub, sub)).toEqual(success));
    await node.shell(`echo new > ${targets.deadSub}/file; cat ${targets.dead2}/new/sub/file`);
    for (const path of [targets.deadSub, targets.dead2])
      expect(await engine.unpublish(path, dead)).toEqual(success);
    await until(async () => expect(await node.clientMounts()).toEqual([]));
    expect(await engine.stuck()).toEqual([]);
  });

  it('does not block a pod although it blocks its mount for ever', async () => {
    const beside = await node.target('beside');
    expect(await engine.publish(beside, dead)).toEqual(success);
    // Its server takes the request and never answers, so that SIGKILL does not end the process that uses it.
    const client = (await node.clientMounts()).find(({ source }) => source === dead.source);
    await node.shell(`umount ${client?.mountPoint}`);
    // The last look at the mount table shows no client then, although there is one again.
    expect(await engine.publish(targets.later)).toEqual(success);
    const silent = await node.silentServer(dead.source, client?.mountPoint ?? '');
    const sub = { ...dead, source: `${dead.source}/sub` };
    expect(await engine.publish(targets.deadSub, sub)).toEqual(failure('deadline-exceeded', 'in state D'));
    const [stuck] = await engine.stuck();
    expect(await promptly(engine.unpublish(targets.deadSub, sub))).toEqual(success);
    expect(existsSync(targets.deadSub)).toBe(false);
    expect(await engine.stuck()).toMatchObject([{ pid: stuck?.pid }]);
    expect(await promptly(engine.unpublish(beside, dead))).toEqual(success);
    expect(await engine.unpublish(targets.later)).toEqual(success);
    silent.heal();
    await until(async () => expect(await engine.stuck()).toEqual([]));
    expect(await mountsAt(targets.deadSub)).toEqual([]);
    await until(async () => expect(await node.clientMounts()).toEqual([]));
  });

  it('lets its last pod end, too', async () => {
    expect(await engine.publish(targets.dead1, dead)).toEqual(success);
    await server.stop();
    expect(await promptly(engine.unpublish(targets.dead1, dead))).toEqual(success);
    expect(existsSync(targets.dead1)).toBe(false);
    await server.resume();
    await until(async () => expect(await node.clientMounts()).toEqual([]));
  });
});

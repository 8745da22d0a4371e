import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failure, success, until } from './testing/engine-answers.js';
import type { DrivenEngine } from './testing/driven-engine.js';
import { PrivateNode } from './testing/private-node.js';

// Real kernel mounts by mount(8), in a private namespace; every engine is a process of its own. Here every target has a
// client of its own (`mountSharing: pod`); shared-mounts.spec.ts has the default.
let node: PrivateNode;
let engine: DrivenEngine;
/** Engine that tests share unless they need their own. */
let shared: DrivenEngine | undefined;
let target: string;
let count = 0;

beforeAll(async () => {
  node = await PrivateNode.start({ mountSharing: 'pod' });
});
beforeEach(async () => {
  engine = shared ??= node.engine();
  target = await node.target(`pod-${(count += 1)}`);
});
afterEach(async () => {
  await node.behave('');
  if (engine === shared) return;
  await engine.kill();
  shared = undefined;
});
afterAll(() => node.stop());

const mountsAt = async (path: string) => (await node.mountTable()).all(path);
const records = async () => readdir(join(node.base, 'state', 'publications'));

describe('publish', () => {
  it('mounts once, however often it is repeated, and unpublish leaves nothing', async () => {
    for (let time = 0; time < 10; time += 1) expect(await engine.publish(target)).toEqual(success);
    expect(await mountsAt(target)).toMatchObject([{ source: '127.0.0.4@tcp:/lustrefs', root: '/' }]);
    expect(await node.callsFor(target)).toBe(1);
    for (let time = 0; time < 3; time += 1) expect(await engine.unpublish(target)).toEqual(success);
    expect(await mountsAt(target)).toEqual([]);
    expect(existsSync(target)).toBe(false);
    expect(await records()).toEqual([]);
  });

  it('joins simultaneous calls in one mount', async () => {
    await node.behave('sleep 0.2');
    const answers = await Promise.all([
      engine.publish(target),
      engine.publish(target),
      engine.publish(target),
    ]);
    expect(answers).toEqual([success, success, success]);
    expect(await node.callsFor(target)).toBe(1);
    await engine.unpublish(target);
  });

  it('shows the same data at two targets, and sub-directories as sub-directories', async () => {
    const second = await node.target('second');
    const team = await node.target('team');
    expect(await engine.publish(target)).toEqual(success);
    expect(await engine.publish(second)).toEqual(success);
    expect(await engine.publish(team, { volumeId: 'v2', source: '127.0.0.4@tcp:/lustrefs/team' })).toEqual(
      success,
    );
    expect(await engine.publish(team, { volumeId: 'v2', source: '127.0.0.4@tcp:/lustrefs/team' })).toEqual(
      success,
    );
    expect(await node.shell(`echo hello > ${target}/team/file; cat ${second}/team/file ${team}/file`)).toBe(
      'hello\nhello\n',
    );
    expect(await engine.unpublish(second)).toEqual(success);
    expect(await node.shell(`cat ${target}/team/file`)).toBe('hello\n');
    expect(await engine.unpublish(team, { volumeId: 'v2' })).toEqual(success);
    expect(await engine.unpublish(target)).toEqual(success);
  });

  it.each([
    ['the readonly field', { readonly: true }],
    [
      'the access mode',
      { capability: { accessMode: 'MULTI_NODE_READER_ONLY', fsType: '', mountFlags: [] } } as const,
    ],
    [
      'a mount flag',
      { capability: { accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags: ['ro'] } } as const,
    ],
  ])('mounts read-only because of %s', async (_, change) => {
    expect(await engine.publish(target, change)).toEqual(success);
    expect(await engine.publish(target, change)).toEqual(success);
    await expect(node.shell(`touch ${target}/x`)).rejects.toThrow('Read-only file system');
    expect(await engine.unpublish(target)).toEqual(success);
  });

  it('refuses other arguments, another volume, and a foreign mount', async () => {
    await engine.publish(target);
    expect(await engine.publish(target, { readonly: true })).toEqual(
      failure('already-exists', 'it is writable'),
    );
    expect(await engine.publish(target, { volumeId: 'v2' })).toEqual(
      failure('failed-precondition', 'volume v1 is published there'),
    );
    const other = '127.0.0.5@tcp:/lustrefs';
    expect(await engine.publish(target, { source: other })).toEqual(
      failure('failed-precondition', '127.0.0.4@tcp:/lustrefs is mounted there'),
    );
    await engine.unpublish(target);
    await node.shell(`mkdir ${target}; mount -t tmpfs strange ${target}`);
    expect(await engine.publish(target)).toEqual(
      failure('failed-precondition', 'tmpfs file system (strange)'),
    );
    expect(await engine.unpublish(target)).toEqual(failure('failed-precondition', 'nothing was unmounted'));
    await node.shell(`umount ${target}`);
    expect(await engine.unpublish(target)).toEqual(success);
  });

  it('allows one target for a single writer, also after a restart, and counts no stale record', async () => {
    const capability = { accessMode: 'SINGLE_NODE_SINGLE_WRITER', fsType: '', mountFlags: [] } as const;
    const second = await node.target('second-writer');
    const both = await Promise.all([
      engine.publish(target, { capability }),
      engine.publish(second, { capability }),
    ]);
    expect(both.filter(({ error }) => error === undefined)).toHaveLength(1);
    expect(both).toContainEqual(failure('failed-precondition', 'allows one target'));
    const [winner, loser] = both[0].error ? [second, target] : [target, second];
    await engine.kill();
    engine = node.engine();
    expect(await engine.publish(loser, { capability })).toEqual(failure('failed-precondition', winner));
    expect(existsSync(loser)).toBe(false);
    await node.shell(`umount ${winner}`);
    expect(await engine.publish(loser, { capability })).toEqual(success);
    expect(await engine.unpublish(loser)).toEqual(success);
    expect(await engine.unpublish(winner)).toEqual(success);
    expect(await records()).toEqual([]);
  });

  it.each([
    ['127.0.0.9@tcp:/lustrefs', 'unavailable', 'the management server did not answer'],
    ['127.0.0.4@tcp:/nosuchfs', 'not-found', 'check the file system'],
    ['127.0.0.4@tcp:/nosuchfs/gone', 'not-found', 'check the file system'],
  ])('explains why %s cannot be mounted, and leaves nothing', async (source, kind, words) => {
    expect(await engine.publish(target, { source })).toEqual(failure(kind, words));
    expect(existsSync(target)).toBe(false);
    expect(await records()).toEqual([]);
  });

  it('keeps a directory that was there before', async () => {
    await node.shell(`mkdir ${target}`);
    expect(await engine.publish(target, { source: '127.0.0.4@tcp:/nosuchfs' })).toEqual(
      failure('not-found', ''),
    );
    expect(existsSync(target)).toBe(true);
  });

  it('believes the mount table, not the exit status', async () => {
    await node.behave('exit 0');
    expect(await engine.publish(target)).toEqual(failure('unavailable', 'the mount table shows nothing'));
    await node.behave(
      `mount -i --bind ${node.base}/servers/127.0.0.4@tcp/lustrefs $target; fail 17 'File exists'`,
    );
    await node.behave(`mount -i --bind ${node.base}/servers/127.0.0.4@tcp/lustrefs $target; exit 17`);
    expect(await engine.publish(target)).toEqual(success);
    expect(await engine.unpublish(target)).toEqual(success);
  });

  it('unmounts a mount that grants more than was requested', async () => {
    await node.behave('options=rw');
    expect(await engine.publish(target, { readonly: true })).toEqual(
      failure('unavailable', 'it is writable'),
    );
    expect(await mountsAt(target)).toEqual([]);
    expect(existsSync(target)).toBe(false);
  });

  it('keeps its target from unpublish until it has ended', async () => {
    await node.behave('sleep 0.3');
    const publishing = engine.publish(target);
    await until(async () => expect(await node.callsFor(target)).toBe(1));
    expect(await engine.unpublish(target)).toEqual(failure('aborted', 'mounting 127.0.0.4@tcp:/lustrefs'));
    expect(await publishing).toEqual(success);
    expect(await engine.unpublish(target)).toEqual(success);
  });
});

describe('a restarted driver', () => {
  it('knows what it has published', async () => {
    await engine.publish(target);
    await engine.kill();
    engine = node.engine();
    expect(await engine.publish(target)).toEqual(success);
    expect(await engine.publish(target, { readonly: true })).toEqual(failure('already-exists', ''));
    expect(await mountsAt(target)).toHaveLength(1);
    expect(await engine.unpublish(target)).toEqual(success);
  });

  it('accepts what another driver has mounted, and publishes no second mount over it', async () => {
    await node.shell(`mkdir ${target}; mount -t lustre 127.0.0.4@tcp:/lustrefs ${target}`);
    expect(await engine.stats(target)).toEqual(success);
    expect(await engine.publish(target, { source: 'fs-1.example@tcp:/lustrefs' })).toEqual(success);
    expect(await mountsAt(target)).toHaveLength(1);
    expect(await records()).toHaveLength(1);
    expect(await engine.unpublish(target)).toEqual(success);
    expect(existsSync(target)).toBe(false);
  });

  it.each(['publish', 'unpublish'] as const)(
    'ends the slow mount of its predecessor before it does %s',
    async (next) => {
      await node.behave(`echo $$ > ${node.base}/slow; sleep 30`);
      const lost = engine.publish(target);
      await until(async () => expect(await node.callsFor(target)).toBe(1));
      await engine.kill();
      expect(await lost).toEqual(failure('died', ''));
      const slow = Number(await readFile(join(node.base, 'slow'), 'utf8'));
      await node.behave('');
      engine = node.engine();
      expect(await engine[next](target)).toEqual(success);
      expect(existsSync(`/proc/${slow}/root`)).toBe(false);
      expect(await mountsAt(target)).toHaveLength(next === 'publish' ? 1 : 0);
      expect(await engine.unpublish(target)).toEqual(success);
      expect(await records()).toEqual([]);
    },
  );

  it('forgets records of mounts that a reboot has taken', async () => {
    await engine.publish(target);
    await engine.kill();
    await node.shell(`umount ${target}`);
    engine = node.engine();
    expect(await engine.stats(target)).toEqual(failure('not-found', 'nothing is mounted'));
    expect(await records()).toEqual([]);
    expect(await engine.unpublish(target)).toEqual(success);
    expect(existsSync(target)).toBe(false);
  });
});

describe('unpublish', () => {
  it('succeeds where nothing was ever published', async () => {
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await engine.unpublish(join(node.base, 'no/such/place'))).toEqual(success);
  });

  it('unmounts every mount of the target', async () => {
    await engine.publish(target);
    await node.shell(
      `for i in 1 2; do mount --bind ${node.base}/servers/127.0.0.5@tcp/lustrefs ${target}; done`,
    );
    expect(await mountsAt(target)).toHaveLength(3);
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await mountsAt(target)).toEqual([]);
  });

  it('does not unmount a volume for another one', async () => {
    await engine.publish(target);
    expect(await engine.unpublish(target, { volumeId: 'v2' })).toEqual(
      failure('failed-precondition', 'volume v1 is published there'),
    );
    expect(await mountsAt(target)).toHaveLength(1);
    expect(await engine.unpublish(target)).toEqual(success);
  });

  it('reports that the volume is in use, and succeeds afterwards', async () => {
    await engine.publish(target);
    const user = node.shell(
      `cd ${target}; echo > ${node.base}/inside; until [ -e ${node.base}/leave ]; do sleep 0.02; done`,
    );
    await until(async () => expect(existsSync(join(node.base, 'inside'))).toBe(true));
    expect(await engine.unpublish(target)).toEqual(failure('failed-precondition', 'fuser'));
    await writeFile(join(node.base, 'leave'), '');
    await user;
    expect(await engine.unpublish(target)).toEqual(success);
  });

  it('unmounts a mount over the volume, which publish never accepts as the volume', async () => {
    await engine.publish(target);
    await node.shell(`mount -t tmpfs strange ${target}`);
    expect(await engine.publish(target)).toEqual(
      failure('failed-precondition', 'tmpfs file system (strange)'),
    );
    expect(await mountsAt(target)).toHaveLength(2);
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await mountsAt(target)).toEqual([]);
  });

  it('succeeds where the volume was unmounted by hand, which stats has reported', async () => {
    await engine.publish(target);
    expect(await engine.stats(target)).toEqual(success);
    await node.shell(`umount ${target}`);
    expect(await engine.stats(target)).toMatchObject({
      value: {
        condition: { abnormal: true, message: expect.stringContaining('is no longer mounted') as string },
      },
    });
    expect(await engine.publish(target)).toEqual(success);
    await node.shell(`umount ${target}`);
    expect(await engine.unpublish(target)).toEqual(success);
    expect(existsSync(target)).toBe(false);
    expect(await records()).toEqual([]);
  });

  it('never deletes what lies under the mount', async () => {
    await node.shell(`mkdir ${target}; echo precious > ${target}/file`);
    await engine.publish(target);
    expect(await engine.unpublish(target)).toEqual(failure('failed-precondition', 'never deletes'));
    expect(await readFile(join(target, 'file'), 'utf8')).toBe('precious\n');
    await rm(join(target, 'file'));
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await records()).toEqual([]);
  });
});

describe('stats', () => {
  it('measures what is published', async () => {
    await engine.publish(target);
    const { value } = (await engine.stats(target)) as {
      value: { bytes: Record<string, string>; inodes: Record<string, string>; condition: object };
    };
    expect(value.bytes['total']).toBe(String(4n * 1024n ** 4n));
    expect(BigInt(value.bytes['used']!) + BigInt(value.bytes['available']!)).toBe(4n * 1024n ** 4n);
    expect(value.inodes['total']).toBe('1000000');
    expect(value.condition).toMatchObject({ abnormal: false });
    await engine.unpublish(target);
  });

  it('finds nothing where the volume is not published', async () => {
    await engine.publish(target);
    for (const path of ['some/path', '/', join(target, '..'), '/no/such/path']) {
      expect(await engine.stats(path)).toEqual(failure('not-found', 'is not published'));
    }
    expect(await engine.stats(target, { volumeId: 'v2' })).toEqual(failure('not-found', 'volume v1'));
    await engine.unpublish(target);
    expect(await engine.stats(target)).toEqual(failure('not-found', 'nothing is mounted'));
  });
});

describe('a mount that hangs', () => {
  it('is ended in time, named and cleaned up; other targets do not notice', async () => {
    const other = await node.target('other');
    await engine.kill();
    engine = node.engine({ changeMs: 1500 });
    await node.behave(`[ $target = ${other} ] || sleep 60`);
    const hanging = [engine.publish(target), engine.publish(target)];
    expect(await engine.publish(other)).toEqual(success);
    expect(await Promise.all(hanging)).toEqual([
      failure('deadline-exceeded', 'did not end in time'),
      failure('deadline-exceeded', 'did not end in time'),
    ]);
    expect(await node.callsFor(target)).toBe(1);
    expect(existsSync(target)).toBe(false);
    await node.behave('');
    expect(await engine.publish(target)).toEqual(success);
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await engine.unpublish(other)).toEqual(success);
  });

  it('ends with its last caller', async () => {
    await node.behave('sleep 60');
    expect(await engine.publish(target, { patienceMs: 1000 })).toEqual(
      failure('deadline-exceeded', 'mounting 127.0.0.4@tcp:/lustrefs'),
    );
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await mountsAt(target)).toEqual([]);
  });
});

const fuse = existsSync('/dev/fuse') && process.getuid?.() === 0;

describe.runIf(fuse)('a server that does not answer', () => {
  it('is named, measured by one process only, disturbs no other volume, and heals', async () => {
    const other = await node.target('beside-the-dead');
    await node.shell(`mkdir ${target}`);
    const source = '127.0.0.66@tcp:/dead';
    const server = await node.silentServer(source, target);
    await engine.kill();
    engine = node.engine({ statfsMs: 800 });
    expect(await engine.publish(target, { source })).toEqual(success);
    const [first, second] = await Promise.all([engine.stats(target), engine.stats(target)]);
    expect(first).toEqual(failure('unavailable', 'in state D'));
    expect(second.error).toEqual(first.error);
    const [stuck] = await engine.stuck();
    expect(await engine.stats(target)).toEqual(failure('unavailable', `process ${stuck?.pid} (statfs`));
    expect(await engine.stuck()).toHaveLength(1);
    expect(await engine.unpublish(target)).toEqual(failure('unavailable', `process ${stuck?.pid} (statfs`));
    expect(await engine.publish(other)).toEqual(success);
    expect(await engine.stats(other)).toEqual(success);
    expect(await engine.unpublish(other)).toEqual(success);
    server.heal();
    await until(async () => expect(await engine.stuck()).toEqual([]));
    expect(await engine.stats(target)).toMatchObject({
      value: { bytes: { total: '4096000', used: '2457600', available: '1228800' }, inodes: { used: '10' } },
    });
    expect(await engine.unpublish(target)).toEqual(success);
    expect(existsSync(target)).toBe(false);
  });

  it('makes unpublish wait for a running measurement, not fail', async () => {
    const other = await node.target('beside-the-slow');
    await node.shell(`mkdir ${target}`);
    const server = await node.silentServer('127.0.0.66@tcp:/slow', target);
    await engine.kill();
    engine = node.engine({ statfsMs: 10_000 });
    const looking = engine.stats(target);
    await server.asked;
    const unpublishing = engine.unpublish(target);
    // As much work as the unpublish would need to fail.
    expect(await engine.publish(other)).toEqual(success);
    expect(await engine.unpublish(other)).toEqual(success);
    server.heal();
    expect(await unpublishing).toEqual(success);
    expect((await looking).error?.kind ?? 'measured').toMatch(/measured|not-found/);
    expect(existsSync(target)).toBe(false);
  });

  it('is reported after its server died, and its mount is unpublished as any other', async () => {
    await node.shell(`mkdir ${target}`);
    const server = await node.silentServer('127.0.0.66@tcp:/lost', target);
    server.heal();
    expect(await engine.publish(target, { source: '127.0.0.66@tcp:/lost' })).toEqual(success);
    expect(await engine.stats(target)).toEqual(success);
    await server.die();
    await expect(node.shell(`stat ${target}`)).rejects.toThrow('not connected');
    expect(await engine.stats(target)).toMatchObject({
      value: {
        bytes: { total: '4096000' },
        condition: { abnormal: true, message: expect.stringContaining('lost its connection') as string },
      },
    });
    expect(await engine.publish(target, { source: '127.0.0.66@tcp:/lost' })).toEqual(success);
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await mountsAt(target)).toEqual([]);
    expect(existsSync(target)).toBe(false);
  });
});

describe('the state directory', () => {
  it('is named if it cannot be used, and used once it can be', async () => {
    await engine.kill();
    const state = join(node.base, 'state');
    await rm(state, { recursive: true, force: true });
    await writeFile(state, '');
    engine = node.engine();
    expect(await engine.publish(target)).toEqual(failure('unavailable', 'state directory'));
    await rm(state);
    expect(await engine.publish(target)).toEqual(success);
    expect(await engine.unpublish(target)).toEqual(success);
  });
});

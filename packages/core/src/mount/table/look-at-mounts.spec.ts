import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../concurrency/clock.js';
import { hasMountLook } from '../../node/testing/has-mount-look.js';
import { InsideRunner } from '../../node/testing/inside-runner.js';
import { PrivateNode } from '../../node/testing/private-node.js';
import { StuckChildError } from '../../process/stuck-child.js';
import {
  systemCallError,
  SystemCalls,
  type SystemCall,
  type SystemCallResult,
} from '../../process/system-calls.js';
import { lookAtMountsBy, type LookAtMounts } from './look-at-mounts.js';
import { mountAround, type MountTable } from './mount-table.js';

if (!hasMountLook) process.stderr.write('NOT RUN: looks at a path; they need a C compiler and Linux 6.13\n');
const fuse = existsSync('/dev/fuse') && process.getuid?.() === 0;
const { signal } = new AbortController();

describe.runIf(hasMountLook)('a look at a path', () => {
  let node: PrivateNode;
  let calls: SystemCalls;
  let look: LookAtMounts;
  beforeAll(async () => {
    node = await PrivateNode.start();
    calls = new SystemCalls(new InsideRunner(node), systemClock);
    look = lookAtMountsBy(calls);
  });
  afterAll(async () => {
    await calls.close();
    await node.stop();
  });

  const seen = (path: string, table: MountTable | undefined) => {
    const top = table?.at(path);
    return { stack: table?.all(path), around: top && table && mountAround(top, table) };
  };

  it.each([
    ['a tmpfs', 'plain', 'mount -t tmpfs -o size=10m plain plain'],
    ['odd names', 'a b#\\c\té', 'mount -t tmpfs "x y#\\z\té" "$1"'],
    ['flags', 'flags', 'mount -t tmpfs -o nosuid,nodev,noexec,noatime,nodiratime,sync flags flags'],
    ['a read-only file system', 'ro', 'mount -t tmpfs -o ro,strictatime ro ro'],
    ['a read-only mount', 'bound', 'mount --bind / bound; mount -o remount,bind,ro,nosymfollow bound'],
    ['a directory', 'sub', 'mkdir "/tmp/a b.$$"; mount --bind "/tmp/a b.$$" sub'],
    ['a directory that was removed', 'gone', 'mkdir from; mount --bind from gone; rmdir from'],
    ['a stack', 'stack', 'for i in 1 2 3; do mount -t tmpfs stack$i stack; done'],
    ['a shared mount', 'shared', 'mount -t tmpfs shared shared; mount --make-shared shared'],
    [
      'a slave that is shared',
      'slave',
      'mkdir up; mount -t tmpfs up up; mount --make-shared up; mount --bind up slave; mount --make-slave slave; mount --make-shared slave',
    ],
    [
      'options with blanks',
      'over',
      'mount -t tmpfs o o; mkdir "o/l 1" o/u o/w; mount -t overlay -o "lowerdir=o/l 1,upperdir=o/u,workdir=o/w" over over',
    ],
    ['nothing', 'nothing', ':'],
  ])('shows %s as the whole table does', async (what, name, script) => {
    const place = join(node.base, what.replaceAll(' ', '-'));
    await node.shell(`mkdir '${place}'; cd '${place}'; set -- '${name}'; mkdir -p "$1" o; ${script}`);
    const path = join(place, name);
    const whole = await node.mountTable();
    const shown = await look(path, { signal });
    expect(seen(path, shown)).toEqual(seen(path, whole));
    expect(shown?.entries.length).toBe(whole.all(path).length + 1);
  });

  it.runIf(fuse)('contacts no server', async () => {
    const path = join(node.base, 'dead');
    await node.shell(`mkdir ${path}`);
    const server = await node.silentServer('127.0.0.66@tcp:/dead', path);
    expect(seen(path, await look(path, { signal }))).toEqual(seen(path, await node.mountTable()));
    server.heal();
  });

  it('shows nothing of a missing path, and the next one all the same', async () => {
    expect(await look(join(node.base, 'missing'), { signal })).toBeUndefined();
    expect((await look('/proc', { signal }))?.at('/proc')).toMatchObject({ fsType: 'proc' });
  });
});

describe('a look that is not possible', () => {
  const line = '24 1 0:22 / /pods/1 rw - tmpfs tmpfs rw\t';
  const errored = (errno: number): SystemCallResult => ({ error: systemCallError(errno), details: [] });
  const child = { pid: 1, command: 'look', startedAt: 0, state: 'D', ended: Promise.resolve() };

  it.each<[string, number, () => SystemCallResult | undefined]>([
    ['is not repeated where the kernel has none', 1, () => errored(38)],
    ['is not repeated where a filter forbids it', 1, () => errored(1)],
    ['is not repeated after one that hung', 1, () => ({ interruptedBy: 'deadline' })],
    ['is not repeated beside one that cannot be killed', 1, () => fail(new StuckChildError(child))],
    ['is repeated after a mount that was gone', 2, () => errored(2)],
    ['is repeated after its process was killed', 2, () => ({ wasKilled: true })],
    ['is repeated after its caller had gone', 2, () => fail(new Error('the caller has gone'))],
    ['is repeated after a caller had no time left', 2, () => ({ interruptedBy: 'signal' })],
  ])('%s', async (_, count, first) => {
    const answers = [first, () => ({ details: line.split(' ') })];
    const asked: SystemCall[] = [];
    const look = lookAtMountsBy({
      run: async (call) => {
        asked.push(call);
        return answers.shift()?.();
      },
    });
    expect(await look('/pods/1', { signal })).toBeUndefined();
    const second = await look('/pods/1', { signal });
    expect(second?.entries.map(({ mountPoint }) => mountPoint)).toEqual(
      count === 2 ? ['/pods/1'] : undefined,
    );
    expect(asked).toEqual(Array(count).fill(['look', '/pods/1']));
  });
});

function fail(error: Error): never {
  throw error;
}

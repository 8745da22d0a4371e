import type { Measurement, VolumeMeasurement } from '../model/usage.js';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { parseMountInfo } from '../mount/table/mount-table.js';
import { mountLooks } from '../mount/table/mount-looks.js';
import type { LostTarget } from '../mount/client/target-connections.js';
import type { NodeContext } from './node-context.js';
import type { Publication } from '../mount/publications.js';
import { UnresponsiveError, type MeasureRequest } from './statfs-helper.js';
import { StatfsError, type StatfsResult } from './statfs-process.js';
import { GetVolumeStats } from './volume-stats.js';

const measured: Measurement = {
  bytes: { total: 10n, used: 4n, available: 6n },
  inodes: { total: 5n, used: 1n, available: 4n },
};
const target = '/pods/p/mount';
const command = { volumeId: 'v1', volumePath: target };
const signal = new AbortController().signal;

const line = (id: number, root: string, at: string, source = '127.0.0.4@tcp:/lustrefs') =>
  `${id} 1 0:50 ${root} ${at} rw shared:1 - lustre ${source} rw,flock`;
const bound = `${line(40, '/', '/state/mounts/c')}\n${line(41, '/team', target)}`;

/** Node with one publication, whose kernel answers as the test sets it. */
function nodeWith(change: Partial<Publication> = {}) {
  const publication: Publication = {
    volumeId: 'v1',
    targetPath: target,
    mountPoint: target,
    source: '127.0.0.4@tcp:/lustrefs/team',
    accessMode: 'MULTI_NODE_MULTI_WRITER',
    readonly: false,
    mountFlags: [],
    clientMount: '/state/mounts/c',
    observedSource: '127.0.0.4@tcp:/lustrefs',
    ...change,
  };
  const world = {
    mountInfo: bound,
    publications: [publication] as Publication[],
    kernel: (): Promise<StatfsResult> => Promise.resolve(measured),
    tableReads: 0,
    looks: [] as MeasureRequest[],
    clock: new ManualClock(),
    quota: (whole: Measurement): VolumeMeasurement => whole,
    lost: [] as LostTarget[],
  };
  const context = {
    publications: {
      get: (path: string) => world.publications.find(({ targetPath }) => targetPath === path),
      all: () => world.publications,
    },
    ...mountLooks(() => {
      world.tableReads += 1;
      return Promise.resolve(parseMountInfo(world.mountInfo));
    }, world.clock),
    clock: world.clock,
    measureQuota: async (_: string, __: string, whole: Measurement) => world.quota(whole),
    connections: { lostTargets: async () => world.lost },
  } as unknown as NodeContext;
  const stats = new GetVolumeStats(context, {
    measure: (look) => {
      world.looks.push(look);
      return world.kernel();
    },
  });
  return { world, ask: () => stats.run(command, signal) };
}

describe('GetVolumeStats', () => {
  it('measures a bound volume through the shared client, so that the bind mount never becomes busy', async () => {
    const { world, ask } = nodeWith();
    expect(await ask()).toEqual({
      ...measured,
      condition: { abnormal: false, message: 'the file system answers' },
    });
    expect(world.looks).toEqual([{ fileSystem: '127.0.0.4@tcp:/lustrefs', path: '/state/mounts/c/team' }]);
  });

  it('measures a client that is not shared at its target', async () => {
    const { world, ask } = nodeWith();
    const { clientMount: _, ...own } = world.publications[0]!;
    world.publications = [own];
    world.mountInfo = line(41, '/', target, '127.0.0.4@tcp:/lustrefs/team');
    await ask();
    expect(world.looks).toEqual([{ fileSystem: '127.0.0.4@tcp:/lustrefs', path: target }]);
  });

  it.each([
    [new StatfsError('ESHUTDOWN', ''), 'evicted this client'],
    [new UnresponsiveError(0, undefined), 'has not answered'],
    [new StatfsError('ENOENT', ''), 'sub-directory was deleted'],
  ])('keeps the last numbers: %s', async (error, words) => {
    const { world, ask } = nodeWith();
    world.kernel = () => Promise.reject(error);
    await expect(ask()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(words) as string,
    });
    world.kernel = () => Promise.resolve(measured);
    await ask();
    world.clock.after(90_000, () => {});
    await world.clock.next();
    world.kernel = () => Promise.reject(error);
    const { bytes, condition } = await ask();
    expect(bytes).toEqual(measured.bytes);
    expect(condition.abnormal).toBe(true);
    expect(condition.message).toContain(words);
    expect(condition.message).toContain('The numbers are those of 90 s ago');
    world.kernel = () => Promise.resolve(measured);
    expect((await ask()).condition.abnormal).toBe(false);
  });

  it('reports a volume that was unmounted by hand as abnormal, and an unpublished one as not found', async () => {
    const { world, ask } = nodeWith();
    world.mountInfo = '';
    await expect(ask()).rejects.toMatchObject({ kind: 'not-found' });
    world.mountInfo = bound;
    await ask();
    world.mountInfo = '';
    expect((await ask()).condition).toMatchObject({
      abnormal: true,
      message: expect.stringContaining('is no longer mounted at /pods/p/mount') as string,
    });
    world.publications = [];
    await expect(ask()).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('is abnormal where a server is lost, although the file system answers', async () => {
    const { world, ask } = nodeWith();
    world.lost = [{ target: 'lustrefs-OST0001', state: 'DISCONN', seconds: 200 }];
    expect(await ask()).toEqual({
      ...measured,
      condition: {
        abnormal: true,
        message:
          'the client has no connection to lustrefs-OST0001 (DISCONN, for 3 min): access to files there hangs until the ' +
          'servers answer',
      },
    });
    world.kernel = () => Promise.reject(new UnresponsiveError(world.clock.now(), undefined));
    expect((await ask()).condition.message).toMatch(/has not answered.*Also, the client has no connection/);
  });

  it('is abnormal where the limit is not enforced', async () => {
    const { world, ask } = nodeWith();
    world.quota = (whole) => ({ ...whole, warning: 'the limit is not enforced' });
    expect(await ask()).toEqual({
      ...measured,
      condition: { abnormal: true, message: 'the limit is not enforced' },
    });
  });

  it.each([
    ['/other/place', 'the sub-directory team was moved to other/place on the file system'],
    ['/team//deleted', 'the sub-directory team was deleted'],
  ])('is abnormal where the mount table shows %s in place of the sub-directory', async (root, words) => {
    const { world, ask } = nodeWith();
    await ask();
    world.mountInfo = bound.replace(' /team ', ` ${root} `);
    for (const kernel of [
      () => Promise.reject(new StatfsError('ENOENT', '')),
      () => Promise.resolve(measured),
    ]) {
      world.kernel = kernel;
      const { bytes, condition } = await ask();
      expect(bytes).toEqual(measured.bytes);
      expect(condition).toMatchObject({ abnormal: true, message: expect.stringContaining(words) as string });
    }
  });

  it('finds no volume in a directory of another file system', async () => {
    const { world, ask } = nodeWith();
    world.mountInfo = line(41, '/x', target, '127.0.0.9@tcp:/lustrefs');
    await expect(ask()).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('discards numbers of a directory that was unmounted meanwhile', async () => {
    const { world, ask } = nodeWith();
    world.kernel = () => {
      world.mountInfo = '';
      return Promise.resolve(measured);
    };
    await expect(ask()).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('never shows numbers of another volume that was at the same target', async () => {
    const { world, ask } = nodeWith();
    await ask();
    world.publications = [{ ...world.publications[0]!, volumeId: 'v2' }];
    await expect(ask()).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('GetVolumeStats, where the kernel reports changes of the mount table', () => {
  /** Node whose mount table has a state that changes with the table. */
  function watchedNode() {
    const { world, ask } = nodeWith();
    let [seen, changes] = [world.mountInfo, 0];
    const mountState = (): string => {
      if (seen !== world.mountInfo) changes += 1;
      seen = world.mountInfo;
      return `1.${changes}`;
    };
    world.kernel = async () => ({ ...measured, mountState: mountState() });
    return { world, ask, mountState };
  }

  /** Counts the reads of the mount table that a call makes. */
  async function readsOf(
    world: { readonly tableReads: number },
    ask: () => Promise<unknown>,
  ): Promise<number> {
    const before = world.tableReads;
    await ask();
    return world.tableReads - before;
  }

  it('reads the table again only after a change', async () => {
    const { world, ask } = watchedNode();
    expect(await readsOf(world, ask)).toBe(2); // To find the volume, and to confirm it.
    for (let time = 0; time < 3; time += 1) expect(await readsOf(world, ask)).toBe(0);
    world.mountInfo += `\n${line(42, '/', '/elsewhere')}`;
    expect(await readsOf(world, ask)).toBe(1);
    expect(await readsOf(world, ask)).toBe(0);
  });

  it('reads the table each time where the state is unknown, of another child, or followed by a quota', async () => {
    const { world, ask, mountState } = watchedNode();
    await ask();
    const { kernel } = world;
    world.kernel = async () => measured;
    expect(await readsOf(world, ask)).toBe(1);
    expect(await readsOf(world, ask)).toBeGreaterThan(0);
    world.kernel = kernel;
    await ask();
    expect(await readsOf(world, ask)).toBe(0);
    world.kernel = async () => ({ ...measured, mountState: `2.${mountState()}` });
    expect(await readsOf(world, ask)).toBe(1);
    world.quota = (whole) => ({ ...whole, bytes: { total: 1n, used: 0n, available: 1n } });
    for (let time = 0; time < 2; time += 1) expect(await readsOf(world, ask)).toBeGreaterThan(0);
  });

  it('never reports the numbers of the directory below a volume that was unmounted', async () => {
    const { world, ask, mountState } = watchedNode();
    await ask();
    const below: Measurement = { bytes: { total: 1n, used: 1n, available: 0n }, inodes: measured.inodes };
    world.kernel = async () => ({
      ...(world.mountInfo === '' ? below : measured),
      mountState: mountState(),
    });
    world.mountInfo = '';
    const { bytes, condition } = await ask();
    expect(bytes).toEqual(measured.bytes);
    expect(condition.message).toContain('is no longer mounted');
    world.mountInfo = bound;
    expect((await ask()).condition.abnormal).toBe(false);
    // Unmounted between two calls, or during the measurement.
    world.kernel = async () => {
      world.mountInfo = '';
      return { ...below, mountState: mountState() };
    };
    expect((await ask()).bytes).toEqual(measured.bytes);
  });

  it('notices within a minute that the sub-directory was replaced, which is no change of the table to the kernel', async () => {
    const { world, ask } = watchedNode();
    await ask();
    const { kernel } = world;
    const { mountState = '' } = await kernel();
    world.mountInfo = bound.replace(' /team ', ' /moved ');
    world.kernel = async () => ({ ...measured, mountState });
    expect((await ask()).condition.abnormal).toBe(false);
    world.clock.after(60_000, () => {});
    await world.clock.next();
    expect((await ask()).condition).toMatchObject({
      abnormal: true,
      message: expect.stringContaining('was moved to moved') as string,
    });
    expect(await readsOf(world, ask)).toBe(0);
  });

  it('reads the table again after a change during the look at it', async () => {
    const { world, ask } = watchedNode();
    const { kernel } = world;
    world.kernel = async () => {
      const result = await kernel();
      world.mountInfo += `\n${line(42, '/', '/elsewhere')}`; // After the state, before the table.
      return result;
    };
    await ask();
    world.kernel = kernel;
    expect(await readsOf(world, ask)).toBe(1);
    expect(await readsOf(world, ask)).toBe(0);
  });
});

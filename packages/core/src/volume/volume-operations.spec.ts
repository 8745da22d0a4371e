import { beforeEach, describe, expect, it } from 'vitest';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { MemoryCloud } from '../testing/memory-provider.js';
import { RememberedLog } from '../testing/remembered-log.js';
import { volumeRequest as request } from '../testing/volume-request.js';
import { Capacity } from '../model/capacity.js';
import type { DirectoryOperations } from './directory-operations.js';
import type { FileSystem } from '../model/file-system.js';
import { VolumeOperations } from './volume-operations.js';
import type { Volume } from '../model/volume-request.js';

let cloud: MemoryCloud;
let clock: ManualClock;
let log: RememberedLog;
let volumes: VolumeOperations;

/** A driver process: several of them may look at one cloud. */
const startDriver = (): VolumeOperations => new VolumeOperations(cloud, log, clock);

const call = (signal = new AbortController().signal): { signal: AbortSignal; log: RememberedLog } => ({
  signal,
  log,
});

/** Lets time pass until the promise settles; `meanwhile` is called at each tick. */
async function finish<T>(promise: Promise<T>, meanwhile: () => void = () => {}): Promise<T> {
  let over = false;
  promise.then(
    () => (over = true),
    () => (over = true),
  );
  for (let tick = 0; tick < 200; tick += 1) {
    await settled();
    if (over) return promise;
    meanwhile();
    await clock.next();
  }
  throw new Error(`nothing came of it; the cloud saw ${cloud.calls.join(', ')}`);
}

const kindOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'ok',
    (error: unknown) => (isDriverError(error) ? error.kind : String(error)),
  );

const countOf = (pattern: RegExp): number => cloud.calls.filter((entry) => pattern.test(entry)).length;

beforeEach(() => {
  cloud = new MemoryCloud();
  clock = new ManualClock();
  log = new RememberedLog();
  volumes = startDriver();
});

describe('create', () => {
  it('creates, waits until it is usable, and answers with the volume', async () => {
    const volume = await finish(volumes.create(request(), call()), () => {
      if (clock.waiting > 0 && countOf(/list/) > 3) cloud.settle();
    });
    expect(volume).toMatchObject({ id: 'fs-1', capacity: Capacity.gibibytes(1200) });
    expect(countOf(/create/)).toBe(1);
  });

  it('gives the same volume again, without creating', async () => {
    const first = await finish(volumes.create(request(), call()), () => cloud.settle());
    const again = await finish(startDriver().create(request(), call()));
    expect(again).toEqual(first);
    expect(countOf(/create/)).toBe(1);
  });

  it('joins identical calls', async () => {
    const both = Promise.all([volumes.create(request(), call()), volumes.create(request(), call())]);
    const [a, b] = await finish(both, () => cloud.settle());
    expect(a).toEqual(b);
    expect(countOf(/create/)).toBe(1);
  });

  it('refuses a call that conflicts with one under way, and the first continues', async () => {
    const first = volumes.create(request(), call());
    await settled();
    const other = request({ capacityRange: { required: Capacity.gibibytes(2400) } });
    expect(await kindOf(volumes.create(other, call()))).toBe('aborted');
    await finish(first, () => cloud.settle());
  });

  it.each([
    ['another size', { capacityRange: { required: Capacity.gibibytes(2400) } }],
    ['a smaller limit', { capacityRange: { limit: Capacity.gibibytes(600) } }],
    ['another parameter', { parameters: { tier: 'slow' } }],
  ])('says already-exists for %s', async (_, change) => {
    await finish(volumes.create(request(), call()), () => cloud.settle());
    expect(await finish(kindOf(volumes.create(request(change), call())))).toBe('already-exists');
    expect(cloud.fileSystems.size).toBe(1);
  });

  it('says out-of-range only where nothing exists', async () => {
    const impossible = request({
      capacityRange: { required: Capacity.gibibytes(1), limit: Capacity.gibibytes(2) },
    });
    expect(await finish(kindOf(volumes.create(impossible, call())))).toBe('out-of-range');
    expect(countOf(/create/)).toBe(0);
  });

  it('creates nothing when the lookup fails', async () => {
    cloud.before = (entry) => {
      if (entry === 'list') throw new DriverError('unavailable', 'throttled');
    };
    expect(await finish(kindOf(volumes.create(request(), call())))).toBe('unavailable');
    expect(cloud.calls).toEqual(['list']);
  });

  it('finds what an earlier call created whose answer was lost', async () => {
    let lost = 0;
    cloud.after = (entry) => {
      if (entry.startsWith('create') && lost++ === 0)
        throw new DriverError('unavailable', 'connection reset');
    };
    expect(await finish(kindOf(volumes.create(request(), call())))).toBe('unavailable');
    await finish(startDriver().create(request(), call()), () => cloud.settle());
    expect(cloud.fileSystems.size).toBe(1);
  });

  it('continues to wait when a look fails', async () => {
    let looks = 0;
    cloud.before = (entry) => {
      looks += entry === 'list' ? 1 : 0;
      if (entry === 'list' && looks === 3) throw new DriverError('unavailable', 'throttled');
    };
    const created = await finish(volumes.create(request(), call()), () => looks > 5 && cloud.settle());
    expect(created.id).toBe('fs-1');
  });

  it('answers a late call with the progress, and the next call continues', async () => {
    const timeOver = new AbortController();
    const call1 = volumes.create(request(), call(timeOver.signal));
    await clock.next();
    await clock.next();
    timeOver.abort(new DriverError('deadline-exceeded', 'the time of this call is over'));
    await expect(call1).rejects.toMatchObject({
      kind: 'deadline-exceeded',
      message: expect.stringContaining('fs-1 is CREATING') as string,
    });
    await finish(volumes.create(request(), call()), () => cloud.settle());
    expect(countOf(/create/)).toBe(1);
  });

  it("reports the plan's warnings with the progress", async () => {
    const plan = cloud.plan.bind(cloud);
    cloud.plan = async (asked) => ({ ...(await plan(asked)), warnings: ['the tier is an old one'] });
    const timeOver = new AbortController();
    const waiting = volumes.create(request(), call(timeOver.signal));
    await clock.next();
    await clock.next();
    timeOver.abort(new DriverError('deadline-exceeded', 'the time of this call is over'));
    await expect(waiting).rejects.toThrow(/fs-1 is CREATING.*warning: the tier is an old one/);
  });

  it.each(['permission-denied', 'invalid-argument', 'not-found', 'resource-exhausted'] as const)(
    'is not final once the file system exists: %s while it is completed',
    async (kind) => {
      Object.assign(cloud, {
        complete: async () => {
          throw new DriverError(kind, 'the cloud says no');
        },
      });
      await expect(finish(volumes.create(request(), call()), () => cloud.settle())).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringMatching(
          /the cloud says no.*fs-1 of this volume exists and is billed/,
        ) as string,
      });
    },
  );

  it('waits for a deletion under the same name to end, then creates', async () => {
    await finish(volumes.create(request(), call()), () => cloud.settle());
    cloud.set('fs-1', { state: 'deleting', cloudState: 'DELETING' });
    const created = volumes.create(request(), call());
    const volume = await finish(created, () => countOf(/list/) > 4 && cloud.settle());
    expect(volume.id).toBe('fs-2');
  });

  it('uses the oldest of two file systems of one name, and reports the other', async () => {
    await finish(volumes.create(request(), call()), () => cloud.settle());
    const [first] = [...cloud.fileSystems.values()];
    if (!first) throw new Error('nothing was created');
    cloud.set('fs-1', { createdAt: new Date(2000) });
    cloud.fileSystems.set('fs-0', { ...first, id: 'fs-0', createdAt: new Date(1000) });
    const volume = await finish(volumes.create(request(), call()));
    expect(volume.id).toBe('fs-0');
    expect(log.lines.find((line) => line.level === 'error')?.fields).toMatchObject({ duplicates: ['fs-1'] });
    expect(cloud.fileSystems.size).toBe(2);
  });
});

describe('a creation that the cloud fails', () => {
  const fail = (): void => {
    for (const { id, state } of cloud.fileSystems.values()) {
      if (state === 'creating')
        cloud.set(id, { state: 'failed', cloudState: 'FAILED', stateDetail: 'no capacity' });
      else if (state === 'deleting') cloud.fileSystems.delete(id);
    }
  };

  it('is tried again under another attempt, and deleted once its successor exists', async () => {
    let ticks = 0;
    const created = await finish(volumes.create(request(), call()), () =>
      ticks++ < 3 ? fail() : cloud.settle(),
    );
    expect(created.id).not.toBe('fs-1');
    expect(cloud.fileSystems.get(created.id)?.attempt).toBeGreaterThan(1);
    cloud.settle();
    expect(cloud.fileSystems.size).toBe(1);
  });

  it('is not final while what failed exists: it may not be deleted', async () => {
    cloud.before = (made) => {
      if (made.startsWith('delete')) throw new DriverError('permission-denied', 'DeleteFileSystem is denied');
    };
    await expect(finish(volumes.create(request(), call()), fail)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/is denied.*fs-1, whose creation has failed \(no capacity\)/) as string,
    });
    expect(cloud.fileSystems.has('fs-1')).toBe(true);
  });

  it("ends after some attempts with the cloud's own words, and leaves nothing", async () => {
    await expect(finish(volumes.create(request(), call()), fail)).rejects.toMatchObject({
      kind: 'resource-exhausted',
      message: expect.stringContaining('no capacity') as string,
    });
    expect(countOf(/create/)).toBe(3);
    expect(cloud.fileSystems.size).toBe(0);
  });
});

describe('delete', () => {
  let volume: Volume;

  beforeEach(async () => {
    volume = await finish(volumes.create(request(), call()), () => cloud.settle());
  });

  it('returns when the file system is gone, and again', async () => {
    await finish(volumes.delete(volume.id, call()), () => cloud.settle());
    expect(cloud.fileSystems.size).toBe(0);
    await finish(volumes.delete(volume.id, call()));
    expect(countOf(/delete/)).toBe(1);
  });

  it('continues while only a listing lacks the file system', async () => {
    const list = cloud.list.bind(cloud);
    cloud.list = async () => [];
    const deletion = volumes.delete(volume.id, call());
    let isDone = false;
    void deletion.then(() => (isDone = true));
    for (let tick = 0; tick < 3; tick += 1) await clock.next();
    expect(isDone).toBe(false);
    cloud.list = list;
    await finish(deletion, () => cloud.settle());
    expect(cloud.fileSystems.size).toBe(0);
  });

  it.each(['fake-vol-id', 'fs-99'])('is done with %s, which does not exist', async (id) => {
    await finish(volumes.delete(id, call()));
    expect(countOf(/delete/)).toBe(0);
  });

  it('never touches what this driver did not create', async () => {
    const { volumeName: _, ...foreign } = cloud.fileSystems.get(volume.id) ?? {};
    cloud.fileSystems.set(volume.id, foreign as never);
    expect(await finish(kindOf(volumes.delete(volume.id, call())))).toBe('failed-precondition');
    expect(countOf(/delete/)).toBe(0);
  });

  it('checks the refusal reasons again if the cloud has failed to delete', async () => {
    let used = false;
    const directories = {
      owns: () => false,
      isRequested: () => false,
      refuseToDelete: async ({ id }: FileSystem) => {
        if (used) throw new DriverError('failed-precondition', `${id} holds volumes`);
      },
    } as unknown as DirectoryOperations;
    const deletion = new VolumeOperations(cloud, log, clock, directories).delete(volume.id, call());
    const failed = (): void => {
      if (cloud.fileSystems.get(volume.id)?.state !== 'deleting') return;
      used = true;
      cloud.set(volume.id, { state: 'available', cloudState: 'AVAILABLE' });
    };
    expect(await finish(kindOf(deletion), failed)).toBe('failed-precondition');
    expect(countOf(/delete/)).toBe(1);
  });

  it('is refused while the volume is being created, and the other way round', async () => {
    const creation = volumes.create(request({ name: 'pvc-2' }), call());
    await clock.next();
    expect(await finish(kindOf(volumes.delete('fs-2', call())))).toBe('aborted');
    await finish(creation, () => cloud.settle());
  });
});

describe('many at once', () => {
  it('are deleted with one listing a tick, and no lookup of each', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `pvc-${index}`);
    const creations = Promise.all(names.map((name) => volumes.create(request({ name }), call())));
    const created = await finish(creations, () => cloud.settle());
    cloud.calls.length = 0;
    let ticks = 0;
    const deletions = Promise.all(created.map(({ id }) => volumes.delete(id, call())));
    await finish(deletions, () => {
      ticks += 1;
      if (ticks === 5) cloud.settle();
    });
    expect(countOf(/^delete/)).toBe(20);
    expect(countOf(/list/)).toBeLessThanOrEqual(ticks + 2);
    expect(countOf(/find/)).toBe(0);
  });

  it('are gone only once two listings in a row lack them', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `pvc-${index}`);
    const creations = Promise.all(names.map((name) => volumes.create(request({ name }), call())));
    const created = await finish(creations, () => cloud.settle());
    const list = cloud.list.bind(cloud);
    let cut = 0;
    cloud.list = async (...given) => {
      const all = await list(...given);
      const isCut = all.some(({ state }) => state === 'deleting') && (cut += 1) % 2 === 1;
      return isCut ? [] : all;
    };
    let over = false;
    const deletions = Promise.all(created.map(({ id }) => volumes.delete(id, call()))).then(
      () => (over = true),
    );
    for (let tick = 0; tick < 20; tick += 1) await clock.next();
    expect(over).toBe(false);
    await finish(deletions, () => cloud.settle());
    expect(cloud.fileSystems.size).toBe(0);
  });

  it('cost one listing a tick, however many wait', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `pvc-${index}`);
    const creations = Promise.all(names.map((name) => volumes.create(request({ name }), call())));
    let ticks = 0;
    await finish(creations, () => {
      ticks += 1;
      if (ticks === 10) cloud.settle();
    });
    expect(countOf(/create/)).toBe(100);
    expect(countOf(/list/)).toBeLessThanOrEqual(ticks + 2);
  });
});

describe('list', () => {
  it('shows what this driver created, page by page', async () => {
    for (const name of ['a', 'b', 'c']) {
      await finish(volumes.create(request({ name }), call()), () => cloud.settle());
    }
    const first = await finish(volumes.list({ maxEntries: 2, startingToken: '' }, call()));
    expect(first.entries.map(({ volume }) => volume.id)).toEqual(['fs-1', 'fs-2']);
    const rest = await finish(volumes.list({ maxEntries: 2, startingToken: first.nextToken }, call()));
    expect(rest.entries.map(({ volume }) => volume.id)).toEqual(['fs-3']);
    expect(rest.nextToken).toBe('');
  });

  it.each(['creating', 'failed', 'deleting'] as const)(
    'leaves out what is %s: it is no volume',
    async (state) => {
      await finish(volumes.create(request(), call()), () => cloud.settle());
      cloud.set('fs-1', { state });
      const page = await finish(volumes.list({ maxEntries: 0, startingToken: '' }, call()));
      expect(page.entries).toEqual([]);
    },
  );

  it('leaves out what this driver did not create', async () => {
    await finish(volumes.create(request(), call()), () => cloud.settle());
    const { volumeName: _, ...foreign } = cloud.fileSystems.get('fs-1') ?? {};
    cloud.fileSystems.set('fs-1', foreign as never);
    const page = await finish(volumes.list({ maxEntries: 0, startingToken: '' }, call()));
    expect(page.entries).toEqual([]);
  });

  it('reports aborted for a foreign token', async () => {
    const page = volumes.list({ maxEntries: 0, startingToken: 'invalid-token' }, call());
    expect(await finish(kindOf(page))).toBe('aborted');
  });
});

describe('get', () => {
  it('returns the volume and its condition', async () => {
    const volume = await finish(volumes.create(request(), call()), () => cloud.settle());
    cloud.set(volume.id, { state: 'impaired', cloudState: 'MISCONFIGURED', stateDetail: 'a subnet is gone' });
    const { volume: seen, condition } = await volumes.get(volume.id, call());
    expect(seen).toEqual(volume);
    expect(condition).toEqual({
      abnormal: true,
      message: 'file system fs-1 is MISCONFIGURED (a subnet is gone)',
    });
  });

  it.each(['fake-vol-id', 'fs-99'])('says not-found for %s', async (id) => {
    expect(await kindOf(volumes.get(id, call()))).toBe('not-found');
    const capabilities = request().capabilities;
    expect(await kindOf(volumes.objectionTo({ volumeId: id, capabilities }, call()))).toBe('not-found');
  });
});

describe('a source', () => {
  it.each(['snapshot', 'volume'] as const)(
    'is not found, if it is a %s, and nothing is created',
    async (kind) => {
      const from = request({ contentSource: { kind, id: 'non-existing-id' } });
      await expect(finish(volumes.create(from, call()))).rejects.toMatchObject({
        kind: 'not-found',
        message: expect.stringContaining('non-existing-id') as string,
      });
      expect(cloud.calls).toEqual([]);
    },
  );
});

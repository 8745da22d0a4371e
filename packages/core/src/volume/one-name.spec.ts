// One volume name has one file system, for any number of processes, killed at any moment. A process is a VolumeOperations of
// its own; a killed one is left waiting.
import { beforeEach, describe, expect, it } from 'vitest';
import { DriverError, type ErrorKind } from '../errors/driver-error.js';
import type { FileSystem } from '../model/file-system.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { MemoryCloud } from '../testing/memory-provider.js';
import { RememberedLog } from '../testing/remembered-log.js';
import { volumeRequest as request } from '../testing/volume-request.js';
import { VolumeOperations } from './volume-operations.js';

let cloud: MemoryCloud;
let clock: ManualClock;
let log: RememberedLog;

const startDriver = (): VolumeOperations => new VolumeOperations(cloud, log, clock);
const call = (): { signal: AbortSignal; log: RememberedLog } => ({
  signal: new AbortController().signal,
  log,
});

beforeEach(() => {
  cloud = new MemoryCloud();
  clock = new ManualClock();
  log = new RememberedLog();
  // Like FSx, the cloud shows which file systems CreateVolume has returned.
  const create = cloud.create.bind(cloud);
  cloud.create = async (...given) => {
    const made = await create(...given);
    if (!handedOut.has(made.id)) cloud.set(made.id, { neverHandedOut: true });
    return made;
  };
  const handedOut = new Set<string>();
  const complete = async (_plan: unknown, { id }: FileSystem): Promise<'done'> => {
    handedOut.add(id);
    const { neverHandedOut: _, ...rest } = cloud.fileSystems.get(id) as FileSystem;
    cloud.fileSystems.set(id, rest);
    return 'done';
  };
  Object.assign(cloud, { complete });
});

/** Lets time pass until the condition holds. */
async function pass(holds: () => boolean, meanwhile: () => void = () => {}): Promise<void> {
  for (let tick = 0; tick < 200; tick += 1) {
    await settled();
    if (holds()) return;
    meanwhile();
    await clock.next();
  }
  throw new Error(`it did not come to that; the cloud saw ${cloud.calls.join(', ')}`);
}

async function finish<T>(promise: Promise<T>, meanwhile: () => void = () => {}): Promise<T> {
  let over = false;
  promise.then(
    () => (over = true),
    () => (over = true),
  );
  await pass(() => over, meanwhile);
  return promise;
}

const fail = (id: string): void =>
  cloud.set(id, { state: 'failed', cloudState: 'FAILED', stateDetail: 'no capacity' });
const attempts = (): readonly number[] => [...cloud.fileSystems.values()].map(({ attempt }) => attempt);
const countOf = (pattern: RegExp): number => cloud.calls.filter((entry) => pattern.test(entry)).length;
const errorOf = (promise: Promise<unknown>): Promise<DriverError | undefined> =>
  promise.then(
    () => undefined,
    (error: DriverError) => error,
  );

describe('after a failed creation', () => {
  beforeEach(async () => {
    void startDriver()
      .create(request(), call())
      .catch(() => {});
    await pass(() => cloud.fileSystems.has('fs-1'));
    fail('fs-1');
  });

  it('a process that starts while the second creation is on its way repeats that one', async () => {
    await pass(() => cloud.fileSystems.has('fs-2'));
    const created = await finish(startDriver().create(request(), call()), () => cloud.settle());
    expect(created.id).toBe('fs-2');
    cloud.settle();
    expect([...cloud.fileSystems.keys()]).toEqual(['fs-2']);
    expect(attempts()).toEqual([2]);
  });

  it('all replicas create one successor, though none sees what the others do', async () => {
    const replicas = [startDriver(), startDriver(), startDriver()];
    const list = cloud.list.bind(cloud);
    const stale = [...cloud.fileSystems.values()];
    let hidden = 12;
    cloud.list = async (...given) => ((hidden -= 1) > 0 ? stale : list(...given));
    const creations = Promise.all(replicas.map((each) => each.create(request(), call())));
    const created = await finish(creations, () => hidden <= 0 && cloud.settle());
    expect(new Set(created.map(({ id }) => id))).toEqual(new Set(['fs-2']));
    cloud.settle();
    expect([...cloud.fileSystems.keys()]).toEqual(['fs-2']);
  });

  it('keeps what failed until its successor is listed', async () => {
    await pass(() => countOf(/create/) === 2);
    expect(countOf(/delete fs-1/)).toBe(0);
    await pass(() => countOf(/delete fs-1/) === 1);
    expect(cloud.calls.lastIndexOf('list')).toBeGreaterThan(cloud.calls.lastIndexOf('create pvc-1'));
  });

  it.each<ErrorKind>(['resource-exhausted', 'invalid-argument'])(
    'deletes what failed first where the cloud refuses another: %s',
    async (kind) => {
      cloud.before = (made) => {
        if (made.startsWith('create') && cloud.fileSystems.size > 0)
          throw new DriverError(kind, 'not so many');
      };
      const created = await finish(startDriver().create(request(), call()), () => cloud.settle());
      expect([...cloud.fileSystems.keys()]).toEqual([created.id]);
      expect(attempts()).toEqual([1]);
    },
  );

  it('leaves nothing where the cloud refuses any other', async () => {
    cloud.before = (made) => {
      if (made.startsWith('create')) throw new DriverError('resource-exhausted', 'quota');
    };
    const error = await finish(errorOf(startDriver().create(request(), call())), () => cloud.settle());
    expect(error).toMatchObject({ kind: 'resource-exhausted', message: 'quota' });
    expect(cloud.fileSystems.size).toBe(0);
  });
});

describe('a cloud that remembers keys of file systems that are over', () => {
  it('gets the next key, from every process', async () => {
    const going = { state: 'deleting', cloudState: 'DELETING' } as const;
    await finish(startDriver().create(request(), call()), () => cloud.settle());
    cloud.set('fs-1', going);
    const list = cloud.list.bind(cloud);
    cloud.list = async (...given) => (await list(...given)).filter(({ state }) => state !== 'deleting');
    const created = [startDriver(), startDriver()].map((each) => each.create(request(), call()));
    await pass(() => cloud.fileSystems.has('fs-2'));
    cloud.set('fs-2', { state: 'available' });
    expect((await finish(Promise.all(created))).map(({ id }) => id)).toEqual(['fs-2', 'fs-2']);
    expect(attempts()).toEqual([1, 2]);
  });

  it('is not called for ever', async () => {
    const create = cloud.create.bind(cloud);
    cloud.create = async (...given) => ({ ...(await create(...given)), state: 'deleting' });
    const error = await finish(errorOf(startDriver().create(request(), call())));
    expect(error).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('10 earlier') as string,
    });
  });
});

describe('several live file systems of one name', () => {
  /** A late request of a process that the cloud takes for a new one. */
  const addDuplicate = (change: Partial<FileSystem> = {}): void => {
    const [original] = [...cloud.fileSystems.values()] as [FileSystem];
    cloud.set(original.id, { createdAt: new Date(clock.now()) });
    const createdAt = new Date(clock.now() + 60_000);
    cloud.fileSystems.set('fs-9', { ...original, id: 'fs-9', neverHandedOut: true, createdAt, ...change });
  };

  it('those that were never handed out are deleted, and it is reported', async () => {
    const created = startDriver().create(request(), call());
    await pass(() => cloud.fileSystems.has('fs-1'));
    addDuplicate();
    expect((await finish(created, () => cloud.settle())).id).toBe('fs-1');
    expect(countOf(/delete/)).toBe(1);
    expect(cloud.fileSystems.get('fs-9')?.state).toBe('deleting');
    expect(log.lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({
      fileSystem: 'fs-9',
      kept: 'fs-1',
    });
  });

  it('the one that was handed out stays, though it is younger', async () => {
    await finish(startDriver().create(request(), call()), () => cloud.settle());
    addDuplicate({ createdAt: new Date(0) });
    expect((await finish(startDriver().create(request(), call()))).id).toBe('fs-1');
    expect(cloud.fileSystems.get('fs-9')?.state).toBe('deleting');
  });

  it('nothing is deleted that was handed out since the listing', async () => {
    await finish(startDriver().create(request(), call()), () => cloud.settle());
    addDuplicate();
    const find = cloud.find.bind(cloud);
    cloud.find = async (reference) => {
      const { neverHandedOut: _, ...found } = (await find(reference)) as FileSystem;
      return found;
    };
    await finish(startDriver().create(request(), call()));
    expect(countOf(/delete/)).toBe(0);
    expect(log.lines.find(({ level }) => level === 'error')?.fields).toMatchObject({ duplicates: ['fs-9'] });
  });

  it('is not answered while the cloud may still delete the duplicate later', async () => {
    await finish(startDriver().create(request(), call()), () => cloud.settle());
    addDuplicate();
    cloud.before = (made) => {
      if (made.startsWith('delete')) throw new DriverError('unavailable', 'throttled');
    };
    expect(await finish(errorOf(startDriver().create(request(), call())))).toMatchObject({
      kind: 'unavailable',
    });
    cloud.before = () => {};
    await finish(startDriver().create(request(), call()));
    expect(cloud.fileSystems.get('fs-9')?.state).toBe('deleting');
  });

  it('is answered and logged where the driver may not delete the duplicate', async () => {
    await finish(startDriver().create(request(), call()), () => cloud.settle());
    addDuplicate();
    cloud.before = (made) => {
      if (made.startsWith('delete')) throw new DriverError('permission-denied', 'no right');
    };
    expect((await finish(startDriver().create(request(), call()))).id).toBe('fs-1');
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  it('all without data are deleted with the volume', async () => {
    const { id } = await finish(startDriver().create(request(), call()), () => cloud.settle());
    addDuplicate();
    cloud.fileSystems.set('fs-8', {
      ...(cloud.fileSystems.get('fs-9') as FileSystem),
      id: 'fs-8',
      state: 'failed',
    });
    await finish(startDriver().delete(id, call()), () => cloud.settle());
    expect(cloud.fileSystems.size).toBe(0);
  });
});

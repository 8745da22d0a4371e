// Deletions behind external-provisioner: a number of threads, and pauses between the calls for a volume.
import { beforeEach, describe, expect, it } from 'vitest';
import { pause } from '../concurrency/clock.js';
import type { DriverError } from '../errors/driver-error.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { MemoryCloud } from '../testing/memory-provider.js';
import { RememberedLog } from '../testing/remembered-log.js';
import { volumeRequest } from '../testing/volume-request.js';
import { VolumeOperations } from './volume-operations.js';

/** Settings of the chart, and a page of FSx. */
const THREADS = 100;
const MAX_WAITING_CALLS = 80;
const PAGE = 50;

/** Times of a page, and of a deletion, in the cloud. Deletions that begin together end one after another. Milliseconds. */
const PAGE_MS = 10;
const DELETION_MS = 3_000;
const APART_MS = 5;
/** Difference of the pauses of two volumes. Milliseconds. */
const PAUSES_APART_MS = 10;

let clock: ManualClock;
let cloud: MemoryCloud;
let volumes: VolumeOperations;
/** Pages of all listings. */
let pages: number;
const log = new RememberedLog();
const countOf = (calls: RegExp): number => cloud.calls.filter((call) => calls.test(call)).length;

beforeEach(() => {
  clock = new ManualClock();
  cloud = new MemoryCloud();
  pages = 0;
  const list = cloud.list.bind(cloud);
  cloud.list = async (...given) => {
    const all = await list(...given);
    const listed = Math.max(1, Math.ceil(all.length / PAGE));
    pages += listed;
    await pause(clock, listed * PAGE_MS, new AbortController().signal);
    return all;
  };
  let deletions = 0;
  cloud.after = (call) => {
    const [operation, id = ''] = call.split(' ');
    if (operation !== 'delete') return;
    deletions += 1;
    clock.after(DELETION_MS + (deletions % THREADS) * APART_MS, () => cloud.fileSystems.delete(id));
  };
  start(MAX_WAITING_CALLS);
});

/** Starts a controller, which remembers nothing. */
function start(maxWaitingCalls: number): void {
  volumes = new VolumeOperations(cloud, log, clock, undefined, { maxWaitingCalls });
}

/** Deletes a volume. @returns the kind of the error */
const remove = (id: string): Promise<string> =>
  volumes.delete(id, { signal: new AbortController().signal, log }).then(
    () => 'gone',
    (error: unknown) => (error as DriverError).kind,
  );

/** Lets time pass until the work is over. */
async function finish<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = (): void => void (isOver = true);
  work.then(end, end);
  await settled();
  while (!isOver) await clock.next();
  return work;
}

/** Volumes that exist. */
async function existing(count: number): Promise<readonly string[]> {
  for (let number = 1; number <= count; number += 1) {
    const plan = await cloud.plan(volumeRequest({ name: `pvc-${number}` }));
    await cloud.create(plan, await cloud.capacityFor(plan, {}), 1);
  }
  cloud.settle();
  return [...cloud.fileSystems.keys()];
}

/** Deletes volumes as the sidecar does. @returns the outcomes other than DEADLINE_EXCEEDED, after which it repeats the call */
async function deleteAll(ids: readonly string[]): Promise<readonly string[]> {
  const queue = ids.map((id, index) => ({ id, pauseMs: 1_000, later: (index % THREADS) * PAUSES_APART_MS }));
  const outcomes: string[] = [];
  let free = THREADS;
  let over = (): void => {};
  const done = new Promise<void>((resolve) => (over = resolve));
  const work = async (entry: (typeof queue)[number]): Promise<void> => {
    const outcome = await remove(entry.id);
    free += 1;
    if (outcome === 'deadline-exceeded') {
      clock.after(entry.pauseMs + entry.later, () => advance(entry));
      entry.pauseMs = Math.min(2 * entry.pauseMs, 10_000);
    } else if (outcomes.push(outcome) === ids.length) over();
    advance();
  };
  const advance = (...joining: typeof queue): void => {
    queue.push(...joining);
    for (let entry; free > 0 && (entry = queue.shift());) {
      free -= 1;
      void work(entry);
    }
  };
  advance();
  await finish(done);
  return outcomes;
}

describe('many deletions at once', () => {
  it.each([
    { count: 4, mostPages: 5 },
    { count: 100, mostPages: 10 },
    { count: 200, mostPages: 30 },
    { count: 400, mostPages: 80 },
  ])('$count volumes need few pages of listings, and no lookup of each', async ({ count, mostPages }) => {
    const outcomes = await deleteAll(await existing(count));
    expect(new Set(outcomes)).toEqual(new Set(['gone']));
    expect(cloud.fileSystems.size).toBe(0);
    expect(countOf(/^delete/)).toBe(count);
    expect(countOf(/^find/)).toBe(0);
    expect(pages).toBeLessThanOrEqual(mostPages);
  });
});

describe('a repeated call', () => {
  const all = (ids: readonly string[]): Promise<readonly string[]> => finish(Promise.all(ids.map(remove)));
  const wait = (milliseconds: number): Promise<void> =>
    finish(pause(clock, milliseconds, new AbortController().signal));

  /** Begins two deletions where one call may wait: that of the second ends. `leave` ends the first call. */
  async function begunWithoutRoom(): Promise<{ second: string; leave: () => Promise<void> }> {
    const [first = '', second = ''] = await existing(2);
    start(1);
    const leaving = new AbortController();
    const waiting = volumes.delete(first, { signal: leaving.signal, log }).catch(() => 'left');
    await wait(0);
    expect(await finish(remove(second))).toBe('deadline-exceeded');
    const leave = async (): Promise<void> => {
      leaving.abort();
      expect(await finish(waiting)).toBe('left');
    };
    return { second, leave };
  }

  it('joins the next listing where the deletion is under way, and makes none of its own', async () => {
    const { second, leave } = await begunWithoutRoom();
    // Young deletions are listed every 500 ms.
    await wait(1_600);
    await leave();
    const before = pages;
    const again = remove(second);
    await wait(400);
    expect(pages).toBe(before);
    expect(await finish(again)).toBe('gone');
    expect(countOf(/^delete/)).toBe(2);
  });

  it('beside many others needs two listings that begin after it', async () => {
    const ids = await existing(5);
    start(0);
    expect(await all(ids)).toEqual(Array(5).fill('deadline-exceeded'));
    await wait(1_000);
    const list = cloud.list.bind(cloud);
    let listings = 0;
    cloud.list = async (...given) => {
      listings += 1;
      const shown = await list(...given);
      return listings === 1 ? [] : shown;
    };
    await finish(
      volumes.list({ maxEntries: 0, startingToken: '' }, { signal: new AbortController().signal, log }),
    );
    listings = 0;
    expect(await all(ids)).toEqual(Array(5).fill('deadline-exceeded'));
    await wait(6_000);
    [listings, cloud.calls.length] = [1, 0];
    expect(await all(ids)).toEqual(Array(5).fill('gone'));
    expect(cloud.calls).toEqual(['list', 'list']);
  });

  it('looks the file system up before it deletes it, where the deletion has failed', async () => {
    const { second, leave } = await begunWithoutRoom();
    await leave();
    // The cloud gave up the deletion, and the file system has another owner since.
    const { volumeName: _, ...foreign } = cloud.fileSystems.get(second) ?? {};
    cloud.fileSystems.set(second, { ...foreign, state: 'available', cloudState: 'AVAILABLE' } as never);
    expect(await finish(remove(second))).toBe('failed-precondition');
    expect(countOf(new RegExp(`^delete ${second}`))).toBe(1);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { GatheredLookups } from './gathered-lookups.js';

interface Item {
  readonly id: string;
}

let clock: ManualClock;
let exists: Set<string>;
/** Requests to the cloud, in order: `one a`, `several 50`, `all`. */
let requests: string[];

const still = new AbortController().signal;
const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `fs-${index}`);

const one = async (id: string): Promise<Item | undefined> => {
  requests.push(`one ${id}`);
  return exists.has(id) ? { id } : undefined;
};
const several = async (wanted: readonly string[]): Promise<readonly Item[] | undefined> => {
  requests.push(`several ${wanted.length}`);
  return wanted.every((id) => exists.has(id)) ? wanted.map((id) => ({ id })) : undefined;
};
const all = async (): Promise<readonly Item[]> => {
  requests.push('all');
  return [...exists].map((id) => ({ id }));
};
const idOf = ({ id }: Item): string => id;

async function find(lookups: GatheredLookups<Item>, wanted: readonly string[]): Promise<readonly unknown[]> {
  const found = Promise.all(wanted.map((id) => lookups.find(id, still)));
  await clock.next();
  return (await found).map((item) => item?.id);
}

beforeEach(() => {
  clock = new ManualClock();
  exists = new Set(ids(200));
  requests = [];
});

describe('GatheredLookups', () => {
  it('looks few up one by one, each once', async () => {
    const lookups = new GatheredLookups({ one, several, all, idOf }, clock);
    expect(await find(lookups, ['fs-1', 'fs-none', 'fs-1'])).toEqual(['fs-1', undefined, 'fs-1']);
    expect(requests).toEqual(['one fs-1', 'one fs-none']);
    expect(clock.waiting).toBe(0);
  });

  it('looks many up in requests for 50', async () => {
    const lookups = new GatheredLookups({ one, several, all, idOf }, clock);
    expect(await find(lookups, ids(120))).toEqual(ids(120));
    expect(requests).toEqual(['several 50', 'several 50', 'several 20']);
  });

  it('lists where the cloud has no request for several', async () => {
    const lookups = new GatheredLookups({ one, all, idOf }, clock);
    expect(await find(lookups, ids(20))).toEqual(ids(20));
    expect(requests).toEqual(['all']);
  });

  it('does not list a large account for the sake of a few', async () => {
    exists = new Set(ids(2000));
    const lookups = new GatheredLookups({ one, all, idOf }, clock);
    await find(lookups, ids(100));
    requests = [];
    await find(lookups, ids(30));
    expect(requests).toHaveLength(30);
    expect(requests).not.toContain('all');
  });

  it('takes the absence of one from the lookup of that one', async () => {
    const lookups = new GatheredLookups({ one, several, all, idOf }, clock);
    exists.delete('fs-7');
    expect(await find(lookups, ids(20))).toEqual(ids(20).map((id) => (id === 'fs-7' ? undefined : id)));
    expect(requests).toEqual(['several 20', 'all', 'one fs-7']);
  });

  it('takes the absence of many from two listings: one may have missed a file system', async () => {
    exists = new Set(['fs-0']);
    const missesOnce = async (): Promise<readonly Item[]> => {
      const listed = await all();
      return requests.filter((request) => request === 'all').length === 1 ? [] : listed;
    };
    const lookups = new GatheredLookups({ one, several, all: missesOnce, idOf }, clock);
    expect(await find(lookups, ids(20))).toEqual(['fs-0', ...ids(19).map(() => undefined)]);
    expect(requests).toEqual(['several 20', 'all', 'all']);
  });

  it('answers no lookup by a request that began before it', async () => {
    let listed: (items: readonly Item[]) => void = () => {};
    const slow = (): Promise<readonly Item[]> => {
      requests.push('all');
      return new Promise((resolve) => (listed = resolve));
    };
    const lookups = new GatheredLookups({ one, all: slow, idOf }, clock);
    const first = Promise.all(ids(4).map((id) => lookups.find(id, still)));
    await clock.next();
    const later = lookups.find('fs-3', still);
    listed([...exists].map((id) => ({ id })));
    await first;
    await clock.next();
    expect(await later).toEqual({ id: 'fs-3' });
    expect(requests).toEqual(['all', 'one fs-3']);
  });

  it('gives the error of a request to all that wait for it, and the next lookup a new one', async () => {
    let failing = true;
    const flaky = async (): Promise<readonly Item[]> => {
      if (failing) throw new Error('throttled');
      return all();
    };
    const lookups = new GatheredLookups({ one, all: flaky, idOf }, clock);
    const outcomes = Promise.allSettled(ids(4).map((id) => lookups.find(id, still)));
    await clock.next();
    expect((await outcomes).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    failing = false;
    expect(await find(lookups, ids(4))).toEqual(ids(4));
  });

  it('gives up requests that hang', async () => {
    const lookups = new GatheredLookups({ one: () => new Promise<undefined>(() => {}), all, idOf }, clock);
    const lookup = expect(lookups.find('fs-1', still)).rejects.toMatchObject({ kind: 'unavailable' });
    while (await clock.next());
    await lookup;
  });
});

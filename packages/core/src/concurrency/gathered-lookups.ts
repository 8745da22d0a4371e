import { setMaxListeners } from 'node:events';
import { DriverError } from '../errors/driver-error.js';
import { untilAborted } from './abort.js';
import type { Clock } from './clock.js';
import { withTimeLimit } from './time-limit.js';

/** Ways to look items up in a cloud. */
export interface LookupSource<Item> {
  /** Looks up one item; undefined if the cloud reports that it does not exist. */
  readonly one: (id: string, signal: AbortSignal) => Promise<Item | undefined>;
  /** Looks up several items in one request; undefined if the cloud refuses the request, for example because one of them
   *  does not exist. Absent: the cloud has no such request. */
  readonly several?: (ids: readonly string[], signal: AbortSignal) => Promise<readonly Item[] | undefined>;
  /** Lists every item. Complete, or it throws. */
  readonly all: (signal: AbortSignal) => Promise<readonly Item[]>;
  readonly idOf: (item: Item) => string | undefined;
}

/** Milliseconds for which lookups are gathered: short beside a request to a cloud, long beside the arrival of calls. */
const GATHER_MS = 20;
/** Lookups up to this number are requests of their own. */
const FEW = 3;
/** Items of one request, and of one page of a listing (FSx; larger elsewhere). */
const PAGE = 50;
/** Longest time of the requests for one batch. Milliseconds. */
const TIMEOUT_MS = 60_000;

interface Lookup<Item> {
  readonly id: string;
  readonly resolve: (item: Item | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lookups of single items, gathered for a moment so that those of many calls need few requests. Each answer comes from a
 * request that begins after the lookup. An item counts as absent if the lookup of that item alone says so, or if two
 * complete listings in a row lack it: one alone may have missed it between two of its pages.
 */
export class GatheredLookups<Item> {
  #gathered: Lookup<Item>[] = [];
  /** Number of items in the last listing: a listing of many pages is worth it only for many lookups. */
  #listed = 0;

  constructor(
    private readonly source: LookupSource<Item>,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined if the item does not exist
   *  @throws the signal's reason, and what the source throws */
  find(id: string, signal: AbortSignal): Promise<Item | undefined> {
    const found = new Promise<Item | undefined>((resolve, reject) => {
      this.#gathered.push({ id, resolve, reject });
    });
    if (this.#gathered.length === 1) this.clock.after(GATHER_MS, () => this.#lookUp());
    return untilAborted(found, signal);
  }

  #lookUp(): void {
    const lookups = this.#gathered;
    this.#gathered = [];
    const limit = { clock: this.clock, milliseconds: TIMEOUT_MS, late: tooSlow(lookups.length) };
    withTimeLimit(limit, (signal) => this.#settle(lookups, signal)).catch((error: unknown) =>
      lookups.forEach(({ reject }) => reject(error)),
    );
  }

  async #settle(lookups: readonly Lookup<Item>[], signal: AbortSignal): Promise<void> {
    setMaxListeners(0, signal); // One for each request: Node.js warns of more than ten.
    if (isFew(lookups, 0)) return this.#each(lookups, signal);
    const left = await this.#inRequests(lookups, signal);
    if (isFew(left, this.#listed)) return this.#each(left, signal);
    const missing = await this.#inListing(left, signal);
    if (isFew(missing, this.#listed)) return this.#each(missing, signal);
    const absent = await this.#inListing(missing, signal);
    absent.forEach(({ resolve }) => resolve(undefined));
  }

  async #each(lookups: readonly Lookup<Item>[], signal: AbortSignal): Promise<void> {
    const results = new Map<string, Promise<Item | undefined>>();
    for (const { id, resolve, reject } of lookups) {
      const result = results.get(id) ?? this.source.one(id, signal);
      results.set(id, result);
      result.then(resolve, reject);
    }
    await Promise.allSettled(results.values());
  }

  /** @returns the lookups that are still open */
  async #inRequests(lookups: readonly Lookup<Item>[], signal: AbortSignal): Promise<readonly Lookup<Item>[]> {
    const { several } = this.source;
    if (!several) return lookups;
    const ids = [...new Set(lookups.map(({ id }) => id))];
    const requests: Promise<readonly Item[] | undefined>[] = [];
    for (let from = 0; from < ids.length; from += PAGE) {
      requests.push(several(ids.slice(from, from + PAGE), signal));
    }
    const items = (await Promise.all(requests)).flatMap((found) => found ?? []);
    return this.#answer(lookups, items);
  }

  async #inListing(lookups: readonly Lookup<Item>[], signal: AbortSignal): Promise<readonly Lookup<Item>[]> {
    const items = await this.source.all(signal);
    this.#listed = items.length;
    return this.#answer(lookups, items);
  }

  #answer(lookups: readonly Lookup<Item>[], items: readonly Item[]): readonly Lookup<Item>[] {
    const found = new Map(items.map((item) => [this.source.idOf(item), item]));
    return lookups.filter(({ id, resolve }) => {
      const item = found.get(id);
      if (item !== undefined) resolve(item);
      return item === undefined;
    });
  }
}

/** Reports if requests of their own are cheaper than a listing of so many items. */
const isFew = (lookups: readonly unknown[], listed: number): boolean =>
  lookups.length <= Math.max(FEW, listed / PAGE);

const tooSlow = (lookups: number): DriverError =>
  new DriverError(
    'unavailable',
    `looking up ${lookups} resources in the cloud took longer than ${TIMEOUT_MS / 1000} s and was given up; it is retried ` +
      "automatically. If this continues, check the cloud's status page and the driver's network path to the cloud's API",
  );

import type { Clock } from '../concurrency/clock.js';
import { pageOf, type Page, type PageRequest } from './paging.js';

/** Longest time for which a listing is kept for its further pages. Milliseconds. */
const KEPT_MS = 60_000;
/** Listings that are kept at once: several callers may page at the same time. */
const MOST_KEPT = 4;

/** Request for a page. */
export interface KeptPageRequest<T> extends PageRequest {
  /** Subject of the listing, such as a filter: pages of another subject are not of this listing. */
  readonly subject: string;
  /** Reads everything. */
  readonly read: () => Promise<readonly T[]>;
}

interface Kept<T> {
  readonly subject: string;
  readonly all: readonly T[];
  /** Time of its read, as the clock counts. */
  readonly readAt: number;
}

/**
 * Pages of one listing: the first page reads everything, the further ones are taken from it (CSI: ListVolumes may miss what
 * is created or deleted between two pages). A page whose listing is no longer kept is read again, so that a token stays
 * right in any process.
 */
export class KeptListings<T> {
  readonly #kept = new Map<string, Kept<T>>();
  #count = 0;

  constructor(
    private readonly keyOf: (entry: T) => string,
    private readonly clock: Clock,
  ) {}

  /** @throws DriverError aborted if the token is not one of this driver's, and what the read throws */
  async page(request: KeptPageRequest<T>): Promise<Page<T>> {
    this.#forgetOld();
    const [, id = '', startingToken = request.startingToken] =
      /^([^.]+)\.([^.]+)$/.exec(request.startingToken) ?? [];
    const kept = this.#kept.get(id);
    const listing = kept?.subject === request.subject ? kept : await this.#read(request);
    const page = pageOf(listing.all, this.keyOf, { maxEntries: request.maxEntries, startingToken });
    if (page.nextToken === '') {
      if (listing === kept) this.#kept.delete(id);
      return page;
    }
    return { ...page, nextToken: `${listing === kept ? id : this.#keep(listing)}.${page.nextToken}` };
  }

  async #read({ subject, read }: KeptPageRequest<T>): Promise<Kept<T>> {
    const readAt = this.clock.now();
    return { subject, all: await read(), readAt };
  }

  #forgetOld(): void {
    for (const [id, { readAt }] of this.#kept) {
      if (this.clock.now() - readAt > KEPT_MS) this.#kept.delete(id);
    }
  }

  #keep(listing: Kept<T>): string {
    this.#count += 1;
    // Another process, which counts alike, must not take the token for one of its own.
    const id = `${process.pid.toString(36)}-${this.clock.now().toString(36)}-${this.#count.toString(36)}`;
    this.#kept.set(id, listing);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return id;
  }
}

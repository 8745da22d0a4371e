import type { Clock } from '../concurrency/clock.js';
import { SharedPoller } from '../concurrency/shared-poller.js';
import { withTimeLimit } from '../concurrency/time-limit.js';
import { DriverError } from '../errors/driver-error.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import type { FileSystem } from '../model/file-system.js';
import { KnownDeletions } from './known-deletions.js';

/** The longest that one complete listing may take before it counts as failed. */
const LISTING_TIMEOUT_MS = 60_000;

/** Items of a page of FSx's listing; other clouds have larger ones. */
const PAGE = 50;
/** Milliseconds for each further page of the last listing that the next one waits: large accounts are listed less often. */
const PAUSE_PER_PAGE_MS = 500;
/** Longest such pause. Milliseconds. */
const LONGEST_PAUSE_MS = 5_000;

/** Milliseconds for each further page that calls wait which need a listing at once, after the last one: those that begin
 *  meanwhile share it. */
const GAP_PER_PAGE_MS = 50;
/** Longest such gap. Milliseconds. */
const LONGEST_GAP_MS = 500;

/** Result of a listing. */
interface Listed {
  readonly fileSystems: readonly FileSystem[];
  /** Times of its begin and its end, as the clock counts. */
  readonly began: number;
  readonly ended: number;
}

/**
 * The file systems of a scope, listed once for all waiting calls: N pending volumes cost one listing a tick.
 * Waiting operations look at the cloud in no other way.
 */
export class FileSystemListing {
  readonly #pollers = new Map<string, SharedPoller<readonly FileSystem[]>>();
  /** The last listing of each scope. */
  readonly #last = new Map<string, Listed>();
  readonly #deletions = new Map<string, KnownDeletions>();

  constructor(
    private readonly provider: Pick<ControllerProvider, 'list'>,
    private readonly clock: Clock,
  ) {}

  /** A complete listing that begins after this call: at once, or a moment after the last one if that had many pages. */
  now(scope: string): Promise<readonly FileSystem[]> {
    return this.soon(scope, 0);
  }

  /** The same, and so many milliseconds later at most: for calls that come in a crowd. */
  soon(scope: string, milliseconds: number): Promise<readonly FileSystem[]> {
    const since = this.clock.now() - (this.#last.get(scope)?.ended ?? -Infinity);
    const gap = Math.min(LONGEST_GAP_MS, this.#furtherPages(scope) * GAP_PER_PAGE_MS);
    return this.#poller(scope).nextWithin(Math.max(milliseconds, gap - since));
  }

  /** A complete listing that begins after this call and so many milliseconds from now: earlier if another call needs one,
   *  later if the scope has many pages. */
  nextWithin(scope: string, milliseconds: number): Promise<readonly FileSystem[]> {
    return this.#poller(scope).nextWithin(Math.max(milliseconds, this.#pause(scope)));
  }

  /** Begins the next listing at once if calls wait for it, unless the last one has just been made. */
  hasten(scope: string): void {
    const since = this.clock.now() - (this.#last.get(scope)?.began ?? -Infinity);
    if (since > this.#pause(scope)) this.#pollers.get(scope)?.hasten();
  }

  /** The last listing, and the milliseconds since its begin. It may be older than the call that looks at it: evidence that
   *  work is under way, never that anything is missing or done. */
  recent(scope: string): { readonly fileSystems: readonly FileSystem[]; readonly age: number } | undefined {
    const last = this.#last.get(scope);
    return last && { fileSystems: last.fileSystems, age: this.clock.now() - last.began };
  }

  /** Deletions of a scope, which each listing brings up to date. */
  deletions(scope: string): KnownDeletions {
    let deletions = this.#deletions.get(scope);
    if (!deletions) {
      deletions = new KnownDeletions(this.clock);
      this.#deletions.set(scope, deletions);
    }
    return deletions;
  }

  #pause(scope: string): number {
    return Math.min(LONGEST_PAUSE_MS, this.#furtherPages(scope) * PAUSE_PER_PAGE_MS);
  }

  /** Pages of the last listing after its first one. */
  #furtherPages(scope: string): number {
    return Math.floor((this.#last.get(scope)?.fileSystems.length ?? 0) / PAGE);
  }

  #poller(scope: string): SharedPoller<readonly FileSystem[]> {
    let poller = this.#pollers.get(scope);
    if (!poller) {
      poller = new SharedPoller(() => this.#list(scope), this.clock);
      this.#pollers.set(scope, poller);
    }
    return poller;
  }

  /** Ends in time even if the provider does not: a listing that hangs would delay every waiting call for ever. */
  async #list(scope: string): Promise<readonly FileSystem[]> {
    const limit = { clock: this.clock, milliseconds: LISTING_TIMEOUT_MS, late: tooSlow(scope) };
    const began = this.clock.now();
    const fileSystems = await withTimeLimit(limit, (signal) => this.provider.list(scope, signal));
    this.#last.set(scope, { fileSystems, began, ended: this.clock.now() });
    this.deletions(scope).listed(fileSystems, began);
    return fileSystems;
  }
}

const tooSlow = (scope: string): DriverError =>
  new DriverError(
    'unavailable',
    `listing the file systems of ${scope} took longer than ${LISTING_TIMEOUT_MS / 1000} s and was given up; it is ` +
      "retried automatically. If this continues, check the cloud's status page and the driver's network path to the cloud's API",
  );

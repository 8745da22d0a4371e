import { untilAborted } from '../concurrency/abort.js';
import type { Clock } from '../concurrency/clock.js';
import type { Work } from '../concurrency/poll-until.js';
import { pollDelay } from '../concurrency/polling-pace.js';
import type { Seat } from '../concurrency/waiting-room.js';
import { isDriverError, messageOf } from '../errors/driver-error.js';
import { describeProgress } from '../model/describe-progress.js';
import type { FileSystem } from '../model/file-system.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import { fullRoom } from './file-system-errors.js';
import type { FileSystemListing } from './file-system-listing.js';

/** Begin of a wait, and what was seen so far. */
export interface WaitSoFar {
  /** Begin of the work, as the clock counts: of the deletion where it is known, else of the call. */
  readonly began: number;
  readonly last: readonly FileSystem[];
  readonly seat: Seat;
  /** Shortest time until the next listing. Milliseconds; absent: the pace of the file system alone. */
  readonly shortestDelay?: number;
}

/** Waits of creations and deletions for the next listing, at the pace of the awaited file system. */
export class ListingWaits {
  constructor(
    private readonly provider: Pick<ControllerProvider, 'typicalDurations'>,
    private readonly listing: FileSystemListing,
    private readonly clock: Clock,
  ) {}

  /** Seconds since the creation of a file system, or since the given time where the cloud does not report it. */
  ageOf({ createdAt }: FileSystem, otherwise: number): number {
    return Math.max(0, (this.clock.now() - (createdAt?.getTime() ?? otherwise)) / 1000);
  }

  /** The next listing. A failed look proves nothing about the file system: the last good one counts.
   *  @throws DriverError deadline-exceeded if too many calls wait already, or others need the place; and what the listing
   *    throws */
  async next(
    awaited: FileSystem,
    { began, last, seat, shortestDelay = 0 }: WaitSoFar,
    { signal, report }: Work,
  ): Promise<readonly FileSystem[]> {
    const towards = awaited.state === 'deleting' ? 'delete' : 'create';
    // No cloud reports when a deletion began: the first look that showed it is the nearest known time.
    const ageSeconds =
      towards === 'create' ? this.ageOf(awaited, began) : Math.max(0, (this.clock.now() - began) / 1000);
    if (!seat.take()) throw fullRoom(describeProgress(awaited, ageSeconds));
    report(describeProgress(awaited, ageSeconds));
    const pace = pollDelay(ageSeconds, this.provider.typicalDurations[towards]);
    const delay = Math.max(pace, shortestDelay);
    try {
      const looked = untilAborted(this.listing.nextWithin(awaited.listingScope, delay), signal);
      return await untilAborted(looked, seat.cleared);
    } catch (error) {
      if (seat.cleared.aborted && !signal.aborted) throw fullRoom(describeProgress(awaited, ageSeconds));
      if (signal.aborted || !isDriverError(error, 'unavailable')) throw error;
      report(`${describeProgress(awaited, ageSeconds)}; the last look at it failed: ${messageOf(error)}`);
      return last;
    }
  }
}

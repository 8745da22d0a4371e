import { untilAborted } from '../concurrency/abort.js';
import type { Clock } from '../concurrency/clock.js';
import type { Work } from '../concurrency/poll-until.js';
import { pollDelay } from '../concurrency/polling-pace.js';
import { WaitingRoom, type Seat } from '../concurrency/waiting-room.js';
import { describeProgress } from '../model/describe-progress.js';
import type { FileSystem } from '../model/file-system.js';
import type { Log } from '../model/log.js';
import type { VolumeReference } from '../model/volume-reference.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import { fullRoom, notCreatedByDriver } from './file-system-errors.js';
import type { FileSystemListing } from './file-system-listing.js';
import type { KnownDeletion } from './known-deletions.js';
import { ListingWaits } from './listing-waits.js';
import { refuseOtherClusters } from './refuse-other-clusters.js';
import { SurplusFileSystems } from './surplus-file-systems.js';
import type { VolumeLimits } from './volume-limits.js';

/** Calls at once up to which each looks for itself if its file system is gone. */
const FEW_CALLS = 3;
/** Time for which calls count as many after more than a few were under way at once: so long a sidecar pauses before it repeats a
 *  call that ended early. Milliseconds. */
const CROWD_LASTS_MS = 15_000;

/** Shortest time between two listings that more calls wait for: file systems deleted together are gone together, and those that
 *  one listing lacks are all missing from the next one. Milliseconds. */
const SHORTEST_DELAY_MS = 2_000;
/** Time within which a listing begins that is to state an absence: calls gather meanwhile. Milliseconds. */
const GATHER_MS = 250;

/** Age of a listing up to which it shows that a deletion is under way to calls for which there is no room. Milliseconds. */
const RECENT_MS = 5_000;

/** File system to remove, as a call has seen it. */
interface SeenFileSystem {
  readonly fileSystem: FileSystem;
  /** Listing that the call made; absent: it looked at the file system alone. */
  readonly all?: readonly FileSystem[];
  /** Set where an earlier look has shown the deletion, and the call made none: to look up before anything is deleted. */
  readonly unchecked?: VolumeReference;
}

/** File system to remove, with the call's place among those that wait. */
export interface FoundFileSystem extends SeenFileSystem {
  readonly seat: Seat;
}

/** Reasons not to delete a file system, checked before each request to the cloud to delete it: throws one. */
type Refusal = (current: FileSystem) => Promise<void>;

/** Deletion of file systems that are volumes, with what else carries their names. */
export class FileSystemRemoval {
  readonly #surplus: SurplusFileSystems;
  readonly #waits: ListingWaits;
  readonly #room: WaitingRoom;
  /** Calls that look for a file system or remove it. */
  #calls = 0;
  /** Time at which there were last many of them, as the clock counts. */
  #crowded = -Infinity;

  constructor(
    private readonly provider: ControllerProvider,
    private readonly listing: FileSystemListing,
    private readonly clock: Clock,
    log: Log,
    { maxWaitingCalls }: VolumeLimits = {},
  ) {
    this.#surplus = new SurplusFileSystems(provider, log);
    this.#waits = new ListingWaits(provider, listing, clock);
    this.#room = new WaitingRoom(maxWaitingCalls);
  }

  /** Finds the file system of a volume; undefined if it does not exist. Where its deletion is known to be under way, the call
   *  needs no look of its own: it waits for the next one.
   *  @throws DriverError deadline-exceeded if too many calls wait already, and it is being deleted */
  find(reference: VolumeReference, signal: AbortSignal): Promise<FoundFileSystem | undefined> {
    const seat = this.#room.seat();
    return this.#counted(async () => {
      const seen = this.#remembered(reference) ?? (await this.#look(reference, signal));
      return seen && { ...seen, seat };
    });
  }

  #remembered(reference: VolumeReference): SeenFileSystem | undefined {
    const known = this.listing.deletions(reference.listingScope).underWay(reference.id);
    if (known?.fileSystem.volumeName === undefined) return undefined;
    if (!this.#room.isFull) return { fileSystem: known.fileSystem, unchecked: reference };
    this.#leaveFullRoom(known);
    return undefined;
  }

  /** Ends a call that could only wait, without a look at the cloud, unless the waiting calls make none: they may be of another
   *  scope. */
  #leaveFullRoom({ fileSystem, since }: KnownDeletion): void {
    const age = this.listing.recent(fileSystem.listingScope)?.age ?? Infinity;
    const deletionSeconds = (this.clock.now() - since) / 1000;
    const pace = pollDelay(deletionSeconds, this.provider.typicalDurations.delete);
    if (age < Math.max(RECENT_MS, pace)) throw fullRoom(describeProgress(fileSystem, deletionSeconds));
  }

  /** Looks a file system up. Where names are not unique, a listing has to show the others of its name anyway: it serves all
   *  calls that begin meanwhile, and most need no lookup of their own. */
  async #look(reference: VolumeReference, signal: AbortSignal): Promise<SeenFileSystem | undefined> {
    const isOver = this.#isOverBesideMany(reference);
    if (isOver || !this.provider.hasUniqueNames) {
      const all = await untilAborted(this.#firstListing(reference, isOver), signal);
      const listed = all.find(({ id }) => id === reference.id);
      if (listed && this.#needsNoLookup(listed)) return { fileSystem: listed, all };
      if (!listed && (await this.#isGone(reference, signal))) return undefined;
    }
    const fileSystem = await untilAborted(this.provider.find(reference, signal), signal);
    return fileSystem && { fileSystem };
  }

  #firstListing({ listingScope }: VolumeReference, isOver: boolean): Promise<readonly FileSystem[]> {
    return isOver ? this.listing.soon(listingScope, GATHER_MS) : this.listing.now(listingScope);
  }

  /** Reports if a listing shows enough. Without the volume name it may be a copy, or belong to another owner; and a unique name
   *  may have another file system than the handle means: there, the lookup decides. */
  #needsNoLookup({ volumeName }: FileSystem): boolean {
    return volumeName !== undefined && !this.provider.hasUniqueNames;
  }

  /** Looks a second time for a file system that the first listing lacks, if listings may state its absence. */
  async #isGone(reference: VolumeReference, signal: AbortSignal): Promise<boolean> {
    if (!this.#isOverBesideMany(reference)) return false;
    const all = await untilAborted(this.listing.soon(reference.listingScope, GATHER_MS), signal);
    return all.every(({ id }) => id !== reference.id);
  }

  /** Reports if two listings may state the absence of a file system, see `#lookAgain`. */
  #isOverBesideMany({ id, listingScope }: VolumeReference): boolean {
    return this.#isCrowded() && this.listing.deletions(listingScope).isOver(id);
  }

  /** Deletes the file system and waits until it is gone. A deletion may fail in the cloud, and the file system be used
   *  again: each attempt checks again if it may be deleted.
   *  @param refuse throws the refusal reason
   *  @throws DriverError failed-precondition if this driver did not create it */
  async remove(found: FoundFileSystem, work: Work, refuse: Refusal = async () => {}): Promise<void> {
    try {
      await this.#counted(() => this.#remove(found, work, refuse));
    } finally {
      found.seat.leave();
    }
  }

  async #remove(found: FoundFileSystem, work: Work, refuse: Refusal): Promise<void> {
    const { fileSystem, unchecked, seat } = found;
    refuseOthers(fileSystem);
    let current: FileSystem | undefined = fileSystem;
    let { all } = found;
    while (current) {
      if (current.state !== 'deleting') {
        // The deletion by an earlier call has failed.
        if (unchecked) return this.#removeAgain(unchecked, seat, work, refuse);
        await refuse(current);
        await this.#removeSiblings(current, all, work);
        await this.#begin(current, work);
        seat.makeWay();
      }
      all = await this.#next(current, all ?? [fileSystem], seat, work);
      current = all.find((other) => other.id === fileSystem.id) ?? (await this.#lookAgain(fileSystem, work));
    }
  }

  async #removeAgain(reference: VolumeReference, seat: Seat, work: Work, refuse: Refusal): Promise<void> {
    const seen = await this.#look(reference, work.signal);
    if (seen) await this.#remove({ ...seen, seat }, work, refuse);
  }

  async #begin(fileSystem: FileSystem, { signal }: Work): Promise<void> {
    await this.provider.delete(fileSystem, signal);
    this.listing.deletions(fileSystem.listingScope).begun(fileSystem);
  }

  #next(
    current: FileSystem,
    last: readonly FileSystem[],
    seat: Seat,
    work: Work,
  ): Promise<readonly FileSystem[]> {
    const known = this.listing.deletions(current.listingScope).underWay(current.id);
    const began = known?.since ?? this.clock.now();
    const shortestDelay = this.#isCrowded() ? SHORTEST_DELAY_MS : 0;
    return this.#waits.next({ ...current, state: 'deleting' }, { began, last, seat, shortestDelay }, work);
  }

  /** Looks again for a file system that a listing lacks: one listing may be cut or late. Alone, the lookup of this one file
   *  system states its absence. Beside many others, a second listing in a row does, which all of them share. */
  async #lookAgain(fileSystem: FileSystem, { signal }: Work): Promise<FileSystem | undefined> {
    if (!this.#isCrowded()) return untilAborted(this.provider.find(fileSystem, signal), signal);
    const all = await untilAborted(this.listing.nextWithin(fileSystem.listingScope, GATHER_MS), signal);
    return all.find(({ id }) => id === fileSystem.id);
  }

  async #counted<T>(call: () => Promise<T>): Promise<T> {
    this.#calls += 1;
    try {
      return await call();
    } finally {
      if (this.#calls > FEW_CALLS) this.#crowded = this.clock.now();
      this.#calls -= 1;
    }
  }

  /** Reports if many calls are under way, or were a moment ago. */
  #isCrowded(): boolean {
    return this.#calls > FEW_CALLS || this.clock.now() - this.#crowded < CROWD_LASTS_MS;
  }

  /** Removes all of the volume's name that hold no data before the volume itself: no later call would find them. */
  async #removeSiblings(
    fileSystem: FileSystem,
    found: readonly FileSystem[] | undefined,
    work: Work,
  ): Promise<void> {
    if (this.provider.hasUniqueNames) return;
    const all = found ?? (await untilAborted(this.listing.now(fileSystem.listingScope), work.signal));
    const mine = all.filter(({ volumeName }) => volumeName === fileSystem.volumeName);
    await this.#surplus.removeFailed(fileSystem, mine, work.signal);
    await this.#surplus.removeDuplicates(fileSystem, mine, work);
  }
}

/** @throws DriverError failed-precondition if this driver did not create the file system, or another cluster owns it */
function refuseOthers(fileSystem: FileSystem): void {
  refuseOtherClusters(fileSystem, 'not deleted');
  if (fileSystem.volumeName === undefined) throw notCreatedByDriver(fileSystem);
}

import { untilAborted } from '../concurrency/abort.js';
import type { Clock } from '../concurrency/clock.js';
import type { Work } from '../concurrency/poll-until.js';
import { WaitingRoom, type Seat } from '../concurrency/waiting-room.js';
import { describeProgress } from '../model/describe-progress.js';
import type { FileSystem } from '../model/file-system.js';
import type { Log } from '../model/log.js';
import type { VolumeReference } from '../model/volume-reference.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import { fullRoom, notCreatedByDriver } from './file-system-errors.js';
import type { FileSystemListing } from './file-system-listing.js';
import { ListingWaits } from './listing-waits.js';
import { refuseOtherClusters } from './refuse-other-clusters.js';
import { SurplusFileSystems } from './surplus-file-systems.js';
import type { VolumeLimits } from './volume-limits.js';

/** Deletions at once up to which each looks for itself whether its file system is gone. */
const FEW_DELETIONS = 3;

/** Age of a listing up to which it shows that a deletion is under way to calls for which there is no room. Milliseconds. */
const RECENT_MS = 5_000;

/** File system to remove, as a call has found it. */
export interface FoundFileSystem {
  readonly fileSystem: FileSystem;
  /** Listing that the call made; absent: it looked at the file system alone. */
  readonly all?: readonly FileSystem[];
}

/** Deletion of file systems that are volumes, with what else carries their names. */
export class FileSystemRemoval {
  readonly #surplus: SurplusFileSystems;
  readonly #waits: ListingWaits;
  readonly #room: WaitingRoom;
  #deletions = 0;

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

  /** Finds the file system of a volume; undefined if it does not exist. Where names are not unique, a listing has to show the
   *  others of its name anyway: it serves all calls that begin meanwhile, and most need no lookup of their own.
   *  @throws DriverError deadline-exceeded if too many calls wait already, and it is being deleted */
  async find(reference: VolumeReference, signal: AbortSignal): Promise<FoundFileSystem | undefined> {
    this.#leaveFullRoom(reference);
    if (!this.provider.hasUniqueNames) {
      const all = await untilAborted(this.listing.now(reference.listingScope), signal);
      const listed = all.find(({ id }) => id === reference.id);
      // Without the name it may be a copy, or belong to another owner: the lookup decides.
      if (listed?.volumeName !== undefined) return { fileSystem: listed, all };
    }
    const fileSystem = await untilAborted(this.provider.find(reference, signal), signal);
    return fileSystem && { fileSystem };
  }

  /** Ends a call that could only wait, without a look at the cloud, where the last listing shows the deletion. */
  #leaveFullRoom({ id, listingScope }: VolumeReference): void {
    const recent = this.#room.isFull ? this.listing.recent(listingScope) : undefined;
    if (!recent || recent.age >= RECENT_MS) return;
    const deleted = recent.fileSystems.find((each) => each.id === id && each.state === 'deleting');
    if (deleted) throw fullRoom(describeProgress(deleted, 0));
  }

  /** Deletes the file system and waits until it is gone. A deletion may fail in the cloud, and the file system be used
   *  again: each attempt checks again if it may be deleted.
   *  @param refuse throws the refusal reason
   *  @throws DriverError failed-precondition if this driver did not create it */
  async remove(
    found: FoundFileSystem,
    work: Work,
    refuse: (current: FileSystem) => Promise<void> = async () => {},
  ): Promise<void> {
    refuseOtherClusters(found.fileSystem, 'not deleted');
    if (found.fileSystem.volumeName === undefined) throw notCreatedByDriver(found.fileSystem);
    const seat = this.#room.seat();
    this.#deletions += 1;
    try {
      await this.#remove(found, work, refuse, seat);
    } finally {
      this.#deletions -= 1;
      seat.leave();
    }
  }

  async #remove(
    { fileSystem, all: found }: FoundFileSystem,
    work: Work,
    refuse: (current: FileSystem) => Promise<void>,
    seat: Seat,
  ): Promise<void> {
    const began = this.clock.now();
    let current: FileSystem | undefined = fileSystem;
    let all = found;
    while (current) {
      if (current.state !== 'deleting') {
        await refuse(current);
        await this.#removeSiblings(current, all, work);
        await this.provider.delete(current, work.signal);
      }
      const last = all ?? [fileSystem];
      all = await this.#waits.next({ ...current, state: 'deleting' }, { began, last, seat }, work);
      current = all.find((other) => other.id === fileSystem.id) ?? (await this.#lookTwice(fileSystem, work));
    }
  }

  /** Looks again for a file system that a listing lacks: one listing may be cut or late. Alone, the lookup of this one file
   *  system states its absence. Beside many others, a second listing in a row does, which all of them share. */
  async #lookTwice(fileSystem: FileSystem, { signal }: Work): Promise<FileSystem | undefined> {
    if (this.#deletions <= FEW_DELETIONS) {
      return untilAborted(this.provider.find(fileSystem, signal), signal);
    }
    const all = await untilAborted(this.listing.now(fileSystem.listingScope), signal);
    return all.find(({ id }) => id === fileSystem.id);
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

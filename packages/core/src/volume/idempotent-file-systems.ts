import type { Log } from '../model/log.js';
import { untilAborted } from '../concurrency/abort.js';
import type { Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import { asRetryable } from '../errors/retryable.js';
import type { ControllerProvider, FileSystemPlan } from '../provider/controller-provider.js';
import type { Capacity, CapacityRange } from '../model/capacity.js';
import type { FileSystemListing } from './file-system-listing.js';
import { describeProgress } from '../model/describe-progress.js';
import type { FileSystem } from '../model/file-system.js';
import { liveOf, nextStep } from './next-step.js';
import { refuseOtherClusters } from './refuse-other-clusters.js';
import { lookOf, pollUntil, type Look, type Work } from '../concurrency/poll-until.js';
import { pollDelay } from '../concurrency/polling-pace.js';

/** Attempts to create a file system, all of which fail in the cloud, before the caller gets an error. */
const MAX_CREATE_ATTEMPTS = 3;

/** Everything that creating a file system needs. */
export interface Creation<Plan extends FileSystemPlan> {
  readonly plan: Plan;
  readonly range: CapacityRange;
  /** The legal capacity within the range, or the error that there is none: it matters only if nothing exists. */
  readonly capacity: Capacity | DriverError;
}

/**
 * The rules of CSI over a provider that only reports what exists: a volume name has at most one file system, for any
 * number of callers, calls and replicas, after any crash. No state of its own decides anything; the cloud's complete
 * listing does.
 */
export class IdempotentFileSystems<Plan extends FileSystemPlan> {
  /** Failed attempts of volumes that are being created: a bound on retries, never a reason to create. */
  readonly #failures = new Map<string, { readonly attempt: number; readonly reason: string }>();

  constructor(
    private readonly provider: ControllerProvider<Plan>,
    private readonly listing: FileSystemListing,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** The usable file system of the plan's volume name: found, or created and awaited.
   *  @throws DriverError already-exists, out-of-range, resource-exhausted, and what the provider throws */
  async ensure(creation: Creation<Plan>, caller: Work): Promise<FileSystem> {
    const { plan, range } = creation;
    const work = withWarnings(caller, plan.warnings ?? []);
    const began = this.clock.now();
    let created: FileSystem | undefined;
    let all = await untilAborted(this.listing.now(plan.listingScope), work.signal);
    for (;;) {
      const mine = await this.#named(plan.volumeName, all, created, work.signal);
      this.#reportDuplicates(plan.volumeName, mine);
      const step = nextStep(plan, range, mine);
      if (step.kind === 'use') {
        this.#failures.delete(plan.volumeName);
        return this.#complete(plan, step.fileSystem, work);
      }
      if (step.kind === 'conflict') throw conflict(plan.volumeName, step);
      if (step.kind === 'create') created = await this.#create(creation, work);
      if (step.kind === 'discard') await this.#discard(plan.volumeName, step.fileSystem, work.signal);
      const awaited = step.kind === 'create' ? created : step.fileSystem;
      all = await this.#lookAgain(awaited as FileSystem, began, all, work);
    }
  }

  /** The error that ends a creation before `ensure`: not final where the file system has been made already. */
  async endedBy(error: unknown, plan: Plan, signal: AbortSignal): Promise<unknown> {
    const all = await untilAborted(this.listing.now(plan.listingScope), signal);
    const [made] = liveOf(await this.#named(plan.volumeName, all, undefined, signal));
    return made ? asRetryable(error, whatExists(made)) : error;
  }

  /** Waits for what belongs to the volume beside its file system. */
  async #complete(plan: Plan, fileSystem: FileSystem, { signal, report }: Work): Promise<FileSystem> {
    const work: Work = {
      signal,
      report: (progress) => report(`file system ${fileSystem.id} is ${fileSystem.cloudState}; ${progress}`),
    };
    const look = async (): Promise<Look<void>> => {
      try {
        return lookOf((await this.provider.complete?.(plan, fileSystem, signal)) ?? 'done');
      } catch (error) {
        throw asRetryable(error, whatExists(fileSystem));
      }
    };
    await pollUntil(look, { clock: this.clock, typicalSeconds: this.provider.typicalDurations.create }, work);
    return fileSystem;
  }

  /** Deletes the file system and waits until it is gone. A deletion may fail in the cloud, and the file system be used
   *  again: each attempt checks again if it may be deleted.
   *  @param refuse throws the refusal reason
   *  @throws DriverError failed-precondition if this driver did not create it */
  async remove(
    fileSystem: FileSystem,
    work: Work,
    refuse: (current: FileSystem) => Promise<void> = async () => {},
  ): Promise<void> {
    refuseOtherClusters(fileSystem, 'not deleted');
    if (fileSystem.volumeName === undefined) throw notCreatedByDriver(fileSystem);
    const began = this.clock.now();
    let current: FileSystem | undefined = fileSystem;
    let all: readonly FileSystem[] = [fileSystem];
    while (current) {
      if (current.state !== 'deleting') {
        await refuse(current);
        await this.provider.delete(current, work.signal);
      }
      all = await this.#lookAgain({ ...current, state: 'deleting' }, began, all, work);
      // A listing without it may be cut or late: only the answer about this one file system states its absence.
      current =
        all.find((other) => other.id === fileSystem.id) ??
        (await untilAborted(this.provider.find(fileSystem, work.signal), work.signal));
    }
  }

  async #create({ plan, capacity }: Creation<Plan>, { signal, report }: Work): Promise<FileSystem> {
    if (isDriverError(capacity)) throw capacity;
    if (plan.refusal) throw plan.refusal;
    const failure = this.#failures.get(plan.volumeName);
    const attempt = (failure?.attempt ?? 0) + 1;
    if (failure && attempt > MAX_CREATE_ATTEMPTS) {
      this.#failures.delete(plan.volumeName);
      throw new DriverError(
        'resource-exhausted',
        `the cloud failed to create a file system for volume ${plan.volumeName} ${failure.attempt} times and each ` +
          `was deleted again; the last reason: ${failure.reason}. Remove the cause; the claim is retried automatically`,
      );
    }
    signal.throwIfAborted();
    report(`requesting a file system of ${capacity.toString()} from the cloud for volume ${plan.volumeName}`);
    const created = await this.provider.create(plan, capacity, attempt, signal);
    if (created.state === 'failed' || created.state === 'deleting') {
      // The cloud remembers the key of an attempt that is over: only another key gets a new file system.
      this.#failures.set(plan.volumeName, { attempt, reason: created.stateDetail ?? created.cloudState });
    }
    this.log.info(
      { fileSystem: created.id, volumeName: plan.volumeName, attempt, capacity: capacity.toString() },
      'file system is being created',
    );
    return created;
  }

  /** A file system that failed before it was ever usable holds no data and would be billed or counted: it is deleted. */
  async #discard(volumeName: string, failed: FileSystem, signal: AbortSignal): Promise<void> {
    const reason = failed.stateDetail ?? `its state is ${failed.cloudState}`;
    const attempt = Math.max(failed.attempt, this.#failures.get(volumeName)?.attempt ?? 0);
    this.#failures.set(volumeName, { attempt, reason });
    this.log.warn(
      { fileSystem: failed.id, volumeName, attempt, reason },
      'creation failed in the cloud, deleting',
    );
    try {
      await this.provider.delete(failed, signal);
    } catch (error) {
      throw asRetryable(
        error,
        `File system ${failed.id}, whose creation has failed (${reason}), must be deleted before another is created`,
      );
    }
  }

  /** The next listing. A failed look proves nothing about the file system: the last good one counts. */
  async #lookAgain(
    awaited: FileSystem,
    began: number,
    last: readonly FileSystem[],
    { signal, report }: Work,
  ): Promise<readonly FileSystem[]> {
    const towards = awaited.state === 'deleting' ? 'delete' : 'create';
    // No cloud reports when a deletion began: the start of this call is the nearest known time.
    const since = (towards === 'create' ? awaited.createdAt?.getTime() : undefined) ?? began;
    const ageSeconds = Math.max(0, (this.clock.now() - since) / 1000);
    report(describeProgress(awaited, ageSeconds));
    const delay = pollDelay(ageSeconds, this.provider.typicalDurations[towards]);
    try {
      return await untilAborted(this.listing.nextWithin(awaited.listingScope, delay), signal);
    } catch (error) {
      if (signal.aborted || !isDriverError(error, 'unavailable')) throw error;
      report(`${describeProgress(awaited, ageSeconds)}; the last look at it failed: ${messageOf(error)}`);
      return last;
    }
  }

  /** File systems that exist under the name. One that was just created may be missing from a listing for a moment. */
  async #named(
    volumeName: string,
    all: readonly FileSystem[],
    created: FileSystem | undefined,
    signal: AbortSignal,
  ): Promise<readonly FileSystem[]> {
    const mine = all.filter((fileSystem) => fileSystem.volumeName === volumeName);
    if (!created || mine.some((fileSystem) => fileSystem.id === created.id)) return mine;
    const found = await this.provider.find(created, signal);
    return found ? [...mine, found] : mine;
  }

  #reportDuplicates(volumeName: string, mine: readonly FileSystem[]): void {
    const [kept, ...others] = liveOf(mine);
    if (!kept || others.length === 0) return;
    this.log.error(
      { volumeName, kept: kept.id, duplicates: others.map((fileSystem) => fileSystem.id) },
      'several file systems exist for one volume: the oldest is used, the others are billed; delete them if they hold no data',
    );
  }
}

/** Adds the plan's warnings to each report of progress: the messages become events of the user's claim. */
function withWarnings({ signal, report }: Work, warnings: readonly string[]): Work {
  if (warnings.length === 0) return { signal, report };
  return { signal, report: (progress) => report(`${progress}; warning: ${warnings.join('; ')}`) };
}

/** The provisioner never deletes it: it knows no volume yet, and repeats the call as long as the claim exists. */
const whatExists = ({ id }: FileSystem): string =>
  `File system ${id} of this volume exists and is billed: remove the cause, and the volume is completed automatically; if ` +
  'you give up the claim instead, delete the file system in the cloud yourself';

function conflict(
  volumeName: string,
  step: { fileSystem: FileSystem; differences: readonly string[] },
): DriverError {
  return new DriverError(
    'already-exists',
    `volume ${volumeName} exists as file system ${step.fileSystem.id}, but ${step.differences.join('; ')}. A volume keeps ` +
      'what it was created with: give the StorageClass and the claim those values again; or give up the claim and delete ' +
      'the file system in the cloud yourself',
  );
}

function notCreatedByDriver(fileSystem: FileSystem): DriverError {
  return new DriverError(
    'failed-precondition',
    `file system ${fileSystem.id} was not created by this driver: it carries no volume name of this driver and is not ` +
      'deleted. Set the reclaim policy of its PersistentVolume to Retain and delete the PersistentVolume; delete ' +
      'the file system in the cloud yourself if that is what you want',
  );
}

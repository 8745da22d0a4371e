import type { Log } from '../model/log.js';
import { untilAborted } from '../concurrency/abort.js';
import type { Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import { asRetryable, isFinal } from '../errors/retryable.js';
import type { ControllerProvider, FileSystemPlan } from '../provider/controller-provider.js';
import type { Capacity, CapacityRange } from '../model/capacity.js';
import type { FileSystemListing } from './file-system-listing.js';
import { describeProgress } from '../model/describe-progress.js';
import type { FileSystem } from '../model/file-system.js';
import { liveOf, MAX_CREATE_ATTEMPTS, nextStep, type NextStep } from './next-step.js';
import { SurplusFileSystems } from './surplus-file-systems.js';
import { refuseOtherClusters } from './refuse-other-clusters.js';
import { lookOf, pollUntil, type Look, type Work } from '../concurrency/poll-until.js';
import { pollDelay } from '../concurrency/polling-pace.js';

/** Attempts whose keys the cloud still remembers for file systems that are over, before the caller gets an error. */
const MAX_REMEMBERED_ATTEMPTS = 10;

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
  /** Failed attempts of volumes that are being created: a bound on retries, never part of a key or a reason to create. */
  readonly #failures = new Map<string, { readonly attempt: number; readonly reason: string }>();
  readonly #surplus: SurplusFileSystems;

  constructor(
    private readonly provider: ControllerProvider<Plan>,
    private readonly listing: FileSystemListing,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#surplus = new SurplusFileSystems(provider, log);
  }

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
      const step = nextStep(plan, range, mine, this.provider.hasUniqueNames);
      this.#refuseCopy(plan, mine);
      if (step.kind === 'use') return this.#use(plan, step.fileSystem, mine, work);
      if (step.kind === 'conflict') throw conflict(plan.volumeName, step);
      if (step.kind === 'create') created = await this.#createOrDiscard(creation, step, work);
      if (step.kind === 'wait') await this.#surplus.removeFailed(step.fileSystem, mine, work.signal);
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

  /** A copied name would give a pod the data of a person. @throws DriverError failed-precondition */
  #refuseCopy(plan: Plan, mine: readonly FileSystem[]): void {
    const [live] = liveOf(mine);
    const reason = live && this.provider.contradiction?.(plan, live);
    if (reason !== undefined) throw new DriverError('failed-precondition', reason);
  }

  /** Completes the volume's file system, then removes all others of its name that hold no data. */
  async #use(
    plan: Plan,
    fileSystem: FileSystem,
    mine: readonly FileSystem[],
    work: Work,
  ): Promise<FileSystem> {
    this.#failures.delete(plan.volumeName);
    await this.#surplus.removeFailed(fileSystem, mine, work.signal);
    const complete = await this.#complete(plan, fileSystem, work);
    await this.#surplus.removeDuplicates(fileSystem, mine, work);
    return complete;
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
        await this.#removeSiblings(current, work);
        await this.provider.delete(current, work.signal);
      }
      all = await this.#lookAgain({ ...current, state: 'deleting' }, began, all, work);
      // A listing without it may be cut or late: only the answer about this one file system states its absence.
      current =
        all.find((other) => other.id === fileSystem.id) ??
        (await untilAborted(this.provider.find(fileSystem, work.signal), work.signal));
    }
  }

  /** Removes all of the volume's name that hold no data before the volume itself: no later call would find them. */
  async #removeSiblings(fileSystem: FileSystem, work: Work): Promise<void> {
    if (this.provider.hasUniqueNames) return;
    const all = await untilAborted(this.listing.now(fileSystem.listingScope), work.signal);
    const mine = all.filter(({ volumeName }) => volumeName === fileSystem.volumeName);
    await this.#surplus.removeFailed(fileSystem, mine, work.signal);
    await this.#surplus.removeDuplicates(fileSystem, mine, work);
  }

  /** Creates, beside the failed file systems of the name. They count against quotas, and a caller that gets a final
   *  error never returns for them: with such an error one of them is deleted first.
   *  @returns the file system to wait for */
  async #createOrDiscard(
    creation: Creation<Plan>,
    step: NextStep & { kind: 'create' },
    work: Work,
  ): Promise<FileSystem> {
    const [failed] = step.failed;
    try {
      return await this.#create(creation, step.attempt, work);
    } catch (error) {
      if (!failed || work.signal.aborted || !isFinal(error)) throw error;
      await this.#discard(creation.plan.volumeName, failed, work.signal);
      return { ...failed, state: 'deleting' };
    }
  }

  async #create({ plan, capacity }: Creation<Plan>, first: number, work: Work): Promise<FileSystem> {
    if (isDriverError(capacity)) throw capacity;
    if (plan.refusal) throw plan.refusal;
    this.#throwIfExhausted(plan.volumeName);
    work.signal.throwIfAborted();
    work.report(
      `requesting a file system of ${capacity.toString()} from the cloud for volume ${plan.volumeName}`,
    );
    for (let attempt = first; attempt < first + MAX_REMEMBERED_ATTEMPTS; attempt += 1) {
      const created = await this.provider.create(plan, capacity, attempt, work.signal);
      // The cloud remembers the key of an attempt that is over: only the next key gets a new file system.
      if (created.state === 'failed' || created.state === 'deleting') continue;
      this.log.info(
        { fileSystem: created.id, volumeName: plan.volumeName, attempt, capacity: capacity.toString() },
        'file system is being created',
      );
      return created;
    }
    throw allRemembered(plan.volumeName);
  }

  #throwIfExhausted(volumeName: string): void {
    const failure = this.#failures.get(volumeName);
    if (!failure || failure.attempt < MAX_CREATE_ATTEMPTS) return;
    this.#failures.delete(volumeName);
    throw new DriverError(
      'resource-exhausted',
      `the cloud failed to create a file system for volume ${volumeName} ${failure.attempt} times and each ` +
        `was deleted again; the last reason: ${failure.reason}. Remove the cause; the claim is retried automatically`,
    );
  }

  /** A file system that failed before it was ever usable holds no data and would be billed or counted: it is deleted. */
  async #discard(volumeName: string, failed: FileSystem, signal: AbortSignal): Promise<void> {
    const reason = failed.stateDetail ?? `its state is ${failed.cloudState}`;
    const counted = this.provider.hasUniqueNames ? (this.#failures.get(volumeName)?.attempt ?? 0) + 1 : 0;
    this.#failures.set(volumeName, { attempt: Math.max(failed.attempt, counted), reason });
    await this.#surplus.discard(failed, signal);
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

const allRemembered = (volumeName: string): DriverError =>
  new DriverError(
    'unavailable',
    `cannot create a file system for volume ${volumeName}: the cloud returns those of ${MAX_REMEMBERED_ATTEMPTS} earlier ` +
      'attempts, which have failed or are being deleted. It forgets them after some minutes; the call is retried automatically',
  );

function notCreatedByDriver(fileSystem: FileSystem): DriverError {
  return new DriverError(
    'failed-precondition',
    `file system ${fileSystem.id} was not created by this driver: it carries no volume name of this driver and is not ` +
      'deleted. Set the reclaim policy of its PersistentVolume to Retain and delete the PersistentVolume; delete ' +
      'the file system in the cloud yourself if that is what you want',
  );
}

import type { Log } from '../model/log.js';
import { untilAborted } from '../concurrency/abort.js';
import type { Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import { asRetryable, isFinal } from '../errors/retryable.js';
import type { ControllerProvider, FileSystemPlan } from '../provider/controller-provider.js';
import type { Capacity, CapacityRange } from '../model/capacity.js';
import type { FileSystemListing } from './file-system-listing.js';
import { describeProgress } from '../model/describe-progress.js';
import type { FileSystem } from '../model/file-system.js';
import { liveOf, MAX_CREATE_ATTEMPTS, nextStep, type NextStep } from './next-step.js';
import { allRemembered, conflict, fullRoom, whatExists } from './file-system-errors.js';
import { ListingWaits } from './listing-waits.js';
import { SurplusFileSystems } from './surplus-file-systems.js';
import { lookOf, pollUntil, type Look, type Work } from '../concurrency/poll-until.js';
import { pollDelay } from '../concurrency/polling-pace.js';
import { WaitingRoom, type Seat } from '../concurrency/waiting-room.js';
import type { VolumeLimits } from './volume-limits.js';

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
  readonly #room: WaitingRoom;
  readonly #waits: ListingWaits;
  /** Failed attempts of volumes that are being created: a bound on retries, never part of a key or a reason to create. */
  readonly #failures = new Map<string, { readonly attempt: number; readonly reason: string }>();
  readonly #surplus: SurplusFileSystems;

  constructor(
    private readonly provider: ControllerProvider<Plan>,
    private readonly listing: FileSystemListing,
    private readonly clock: Clock,
    private readonly log: Log,
    { maxWaitingCalls }: VolumeLimits = {},
  ) {
    this.#surplus = new SurplusFileSystems(provider, log);
    this.#room = new WaitingRoom(maxWaitingCalls);
    this.#waits = new ListingWaits(provider, listing, clock);
  }

  /** The usable file system of the plan's volume name: found, or created and awaited.
   *  @throws DriverError already-exists, out-of-range, resource-exhausted, and what the provider throws */
  async ensure(creation: Creation<Plan>, caller: Work): Promise<FileSystem> {
    const seat = this.#room.seat();
    try {
      return await this.#ensure(creation, withWarnings(caller, creation.plan.warnings ?? []), seat);
    } finally {
      seat.leave();
    }
  }

  async #ensure(creation: Creation<Plan>, work: Work, seat: Seat): Promise<FileSystem> {
    const { plan, range } = creation;
    const began = this.clock.now();
    this.#leaveFullRoom(creation);
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
      if (step.kind === 'create') seat.makeWay();
      const awaited = step.kind === 'create' ? created : step.fileSystem;
      all = await this.#waits.next(awaited as FileSystem, { began, last: all, seat }, work);
    }
  }

  /** Ends a call that could only wait, without a look at the cloud, where the last listing shows its file system being
   *  created and the next one is not due yet. */
  #leaveFullRoom({ plan, range }: Creation<Plan>): void {
    const recent = this.#room.isFull ? this.listing.recent(plan.listingScope) : undefined;
    if (!recent) return;
    const mine = recent.fileSystems.filter(({ volumeName }) => volumeName === plan.volumeName);
    const step = nextStep(plan, range, mine, this.provider.hasUniqueNames);
    if (step.kind !== 'wait' || step.fileSystem.state === 'deleting') return;
    const ageSeconds = this.#waits.ageOf(step.fileSystem, this.clock.now());
    if (recent.age < pollDelay(ageSeconds, this.provider.typicalDurations.create)) {
      throw fullRoom(describeProgress(step.fileSystem, ageSeconds));
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
    throw allRemembered(plan.volumeName, MAX_REMEMBERED_ATTEMPTS);
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

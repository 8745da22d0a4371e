import { type Measurement } from '../model/usage.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { CommandRunner } from '../process/command.js';
import { StatfsProcess, StatfsProcessEnded, statfsProgram } from './statfs-process.js';
import type { StuckChild } from '../process/stuck-child.js';
import { deadlineIn } from '../concurrency/deadline-in.js';
import { waitWithLimits, type Limits } from '../concurrency/wait-with-limits.js';

/** What is to be measured. */
export interface MeasureRequest {
  /** Tells file systems apart: one that does not answer at one path is not asked at another. */
  readonly fileSystem: string;
  readonly path: string;
}

/** A file system did not answer in time, or is still held by the question before. */
export class UnresponsiveError extends Error {
  override readonly name = 'UnresponsiveError';

  constructor(
    /** Milliseconds since the epoch: when it was asked what it has not answered. */
    readonly since: number,
    /** Who waits for the answer, if not even SIGKILL ends that. */
    readonly child: StuckChild | undefined,
  ) {
    super('the file system does not answer');
  }
}

export interface StatfsHelperOptions {
  readonly runner?: CommandRunner;
  readonly clock?: Clock;
  /** Milliseconds that a file system has for its answer. */
  readonly deadlineMs: number;
  /** The child's program and arguments. */
  readonly program?: readonly string[];
}

interface Outage {
  readonly since: number;
  child?: StuckChild;
}

/** How long an answer waits for the name of the process that is stuck. */
const NAMING_MS = 750;

/**
 * Measures file systems through one long-lived child, so that a measurement costs no fork and this process touches no
 * path that a dead server can hold. Each file system is asked one thing at a time. One that does not answer in time
 * costs the child: a new one serves the others, and nobody asks that file system again until the old one is gone.
 */
export class StatfsHelper {
  readonly #runner: CommandRunner;
  readonly #clock: Clock;
  #process: StatfsProcess | undefined;
  /** The last question in each file system's queue. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #outages = new Map<string, Outage>();
  readonly #stuck = new Map<string, StuckChild>();
  /** Measurements by path, joined by all who ask for the same one. */
  readonly #underWay = new Map<string, Promise<Measurement>>();

  constructor(private readonly options: StatfsHelperOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#runner = options.runner ?? new CommandRunner(this.#clock);
  }

  /** Helpers that a dead server holds, by the path that they were asked about. */
  get stuck(): ReadonlyMap<string, StuckChild> {
    return this.#stuck;
  }

  /** The process that answers at present, for diagnosis. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** @throws UnresponsiveError; StatfsError with what the kernel said; DriverError if there is no helper to be had */
  measure(request: MeasureRequest): Promise<Measurement> {
    const underWay = this.#underWay.get(request.path);
    if (underWay) return underWay;
    const limits = deadlineIn(this.options.deadlineMs, this.#clock);
    const before = this.#queues.get(request.fileSystem) ?? Promise.resolve();
    const measuring = this.#inTurn(before, request, limits).finally(() =>
      this.#underWay.delete(request.path),
    );
    this.#underWay.set(request.path, measuring);
    // Who gives up waiting does not let the next one in: only the answer does.
    const last = Promise.all([before, endOf(measuring)]).then(() => {
      if (this.#queues.get(request.fileSystem) === last) this.#queues.delete(request.fileSystem);
    });
    this.#queues.set(request.fileSystem, last);
    return measuring;
  }

  /** Waits for the measurement of this path that is under way, however it ends; at once if there is none. */
  async finished(path: string, limits: Limits): Promise<void> {
    const measuring = this.#underWay.get(path);
    if (measuring) await waitWithLimits(endOf(measuring), limits, this.#clock);
  }

  /** Ends the child once it has answered what it was asked. A later measurement starts another one. */
  async close(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.retire();
  }

  async #inTurn(before: Promise<unknown>, request: MeasureRequest, limits: Limits): Promise<Measurement> {
    const askedAt = this.#clock.now();
    const isMyTurn = (await waitWithLimits(before, limits, this.#clock)) === 'done';
    const outage = this.#outages.get(request.fileSystem);
    if (outage) throw new UnresponsiveError(outage.since, outage.child);
    // With little time left a slow file system would be taken for a dead one.
    const isLate = limits.endsAt - this.#clock.now() < this.options.deadlineMs / 2;
    if (!isMyTurn || isLate) throw new UnresponsiveError(askedAt, undefined);
    try {
      return await this.#ask(request, limits);
    } catch (error) {
      if (!(error instanceof StatfsProcessEnded)) throw error;
      return this.#ask(request, limits); // Somebody has killed the helper: once more with a new one.
    }
  }

  async #ask(request: MeasureRequest, limits: Limits): Promise<Measurement> {
    const askedAt = this.#clock.now();
    const process = this.#freeProcess();
    const answer = process.ask(request.path);
    if ((await waitWithLimits(answer, limits, this.#clock)) === 'done') return answer;
    answer.catch(() => {}); // It is ended with its process.
    const outage: Outage = { since: askedAt };
    this.#outages.set(request.fileSystem, outage);
    const named = this.#replace(process, request, outage);
    await waitWithLimits(named, deadlineIn(NAMING_MS, this.#clock), this.#clock);
    throw new UnresponsiveError(outage.since, outage.child);
  }

  #freeProcess(): StatfsProcess {
    if (this.#process?.isFree) return this.#process;
    void this.#process?.retire();
    this.#process = new StatfsProcess(this.#runner, this.options.program ?? statfsProgram);
    return this.#process;
  }

  /** Lets go of the child that hangs; the file system is asked again once nothing hangs in it any more. */
  async #replace(process: StatfsProcess, request: MeasureRequest, outage: Outage): Promise<void> {
    if (this.#process === process) this.#process = undefined;
    const left = await process.retire(request.path);
    if (!left) return void this.#outages.delete(request.fileSystem);
    const child = { ...left, command: `statfs ${request.path}`, startedAt: outage.since };
    outage.child = child;
    this.#stuck.set(request.path, child);
    void child.ended.then(() => {
      this.#stuck.delete(request.path);
      this.#outages.delete(request.fileSystem);
    });
  }
}

/** When a promise is done, however. */
const endOf = async (promise: Promise<unknown>): Promise<void> => void (await Promise.allSettled([promise]));

import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import { CommandRunner } from '../process/command.js';
import { StatfsProcess, StatfsProcessEnded, statfsProgram, type StatfsResult } from './statfs-process.js';
import type { StuckChild } from '../process/stuck-child.js';
import { deadlineIn } from '../concurrency/deadline-in.js';
import { waitWithLimits, type Limits } from '../concurrency/wait-with-limits.js';

/** File system to measure, and the path for it. */
export interface MeasureRequest {
  /** Identity of the file system: one that does not answer at one path is not queried at another. */
  readonly fileSystem: string;
  readonly path: string;
}

/** Error for a file system that did not answer in time, or has not yet answered an earlier request. */
export class UnresponsiveError extends Error {
  override readonly name = 'UnresponsiveError';

  constructor(
    /** Start of the unanswered request, in milliseconds since the epoch. */
    readonly since: number,
    /** Process that waits for the answer, if SIGKILL does not end it. */
    readonly child: StuckChild | undefined,
  ) {
    super('the file system does not answer');
  }
}

export interface StatfsHelperOptions {
  readonly runner?: CommandRunner;
  readonly clock?: Clock;
  /** Deadline for an answer, in milliseconds from the time at which the child reads requests. */
  readonly deadlineMs: number;
  /** Program and arguments of the child. */
  readonly program?: readonly string[];
}

interface Outage {
  readonly since: number;
  child?: StuckChild;
}

/** Longest wait for the start of a child, in milliseconds. It is not part of a measurement's deadline. */
const START_MS = 20_000;
/** Longest wait for the id of the stuck process, before the error is reported. */
const NAMING_MS = 750;

/**
 * Measures file systems through one long-lived child, so that a measurement costs no fork and this process touches no
 * path that a dead server can block. Each file system has one request at a time. If it does not answer in time, a new
 * child serves the others, and that file system gets no further request until the old child is gone.
 */
export class StatfsHelper {
  readonly #runner: CommandRunner;
  readonly #clock: Clock;
  #process: StatfsProcess | undefined;
  /** Last request in the queue of each file system. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #outages = new Map<string, Outage>();
  readonly #stuck = new Map<string, StuckChild>();
  /** Running measurements by path, shared by all callers. */
  readonly #underWay = new Map<string, Promise<StatfsResult>>();

  constructor(private readonly options: StatfsHelperOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#runner = options.runner ?? new CommandRunner(this.#clock);
  }

  /** Children that a dead server blocks, by the path that they measure. */
  get stuck(): ReadonlyMap<string, StuckChild> {
    return this.#stuck;
  }

  /** Id of the current child, for diagnosis. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** @throws UnresponsiveError; StatfsError with the kernel's error; DriverError if no child can be started */
  measure(request: MeasureRequest): Promise<StatfsResult> {
    const underWay = this.#underWay.get(request.path);
    if (underWay) return underWay;
    const before = this.#queues.get(request.fileSystem) ?? Promise.resolve();
    const measuring = this.#afterStart(before, request).finally(() => this.#underWay.delete(request.path));
    this.#underWay.set(request.path, measuring);
    // The next request starts after the answer, not when a caller gives up.
    const last = Promise.all([before, endOf(measuring)]).then(() => {
      if (this.#queues.get(request.fileSystem) === last) this.#queues.delete(request.fileSystem);
    });
    this.#queues.set(request.fileSystem, last);
    return measuring;
  }

  /** Waits for the running measurement of this path, successful or not; returns at once if there is none. */
  async finished(path: string, limits: Limits): Promise<void> {
    const measuring = this.#underWay.get(path);
    if (measuring) await waitWithLimits(endOf(measuring), limits, this.#clock);
  }

  /** Ends the child after its last answer. A later measurement starts another one. */
  async close(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.retire();
  }

  /** Begins the deadline once the child reads requests, so that its start makes no healthy file system late. */
  async #afterStart(before: Promise<unknown>, request: MeasureRequest): Promise<StatfsResult> {
    await this.#readyProcess().catch((error: unknown) => {
      if (!(error instanceof StatfsProcessEnded)) throw error; // Else the request starts another one.
    });
    return this.#inTurn(before, request, deadlineIn(this.options.deadlineMs, this.#clock));
  }

  async #inTurn(before: Promise<unknown>, request: MeasureRequest, limits: Limits): Promise<StatfsResult> {
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
      return this.#ask(request, limits); // The child was killed: once more with a new one.
    }
  }

  async #ask(request: MeasureRequest, limits: Limits): Promise<StatfsResult> {
    const calledAt = this.#clock.now();
    const process = await this.#readyProcess();
    const askedAt = this.#clock.now();
    const endsAt = limits.endsAt + askedAt - calledAt;
    const answer = process.ask(request.path);
    if ((await waitWithLimits(answer, { ...limits, endsAt }, this.#clock)) === 'done') return answer;
    answer.catch(() => {}); // It ends with its process.
    const outage: Outage = { since: askedAt };
    this.#outages.set(request.fileSystem, outage);
    const named = this.#replace(process, request, outage);
    await waitWithLimits(named, deadlineIn(NAMING_MS, this.#clock), this.#clock);
    throw new UnresponsiveError(outage.since, outage.child);
  }

  /** Returns a child that reads requests.
   *  @throws StatfsProcessEnded; DriverError if no child can be started */
  async #readyProcess(): Promise<StatfsProcess> {
    for (let process = this.#freeProcess(); ; process = this.#freeProcess()) {
      if (process.isReady) return process;
      const start = deadlineIn(START_MS, this.#clock);
      if ((await waitWithLimits(process.started(), start, this.#clock)) === 'done') continue;
      if (this.#process === process) this.#process = undefined;
      void process.retire();
      throw new DriverError(
        'unavailable',
        `the statfs helper did not start within ${START_MS / 1000} s; it is tried again. Raise the CPU limit of the node ` +
          `plugin's container, or free CPU time on the node`,
      );
    }
  }

  #freeProcess(): StatfsProcess {
    if (this.#process?.isFree) return this.#process;
    void this.#process?.retire();
    this.#process = new StatfsProcess(this.#runner, this.options.program ?? statfsProgram);
    return this.#process;
  }

  /** Abandons the child that hangs; the file system is measured again once that child has ended. */
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

/** Resolves when a promise has settled. */
const endOf = async (promise: Promise<unknown>): Promise<void> => void (await Promise.allSettled([promise]));

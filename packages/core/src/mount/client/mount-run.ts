import type { Clock } from '../../concurrency/clock.js';
import { DriverError, isDriverError } from '../../errors/driver-error.js';
import type { CommandResult } from '../../process/command.js';
import { CLIENT_START_LOCK } from '../../process/kernel-waits.js';
import { groupMembers, readWaitChannel } from '../../process/process-table.js';
import { describeState, waitingProcess, type StuckChild } from '../../process/stuck-child.js';
import { formatMountSource } from '../../model/mount-source.js';
import { boundRetry } from './retry-option.js';
import type { MountRequest } from '../mounter.js';
import type { Limits } from '../../concurrency/wait-with-limits.js';

/** Runs mount(8) once for a request, and reports the process that it has started.
 *  @throws DriverError if it did not end in time */
export type MountAttempt = (
  request: MountRequest,
  limits: Limits,
  onStart: (pid: number) => void,
) => Promise<CommandResult>;

/** Process of a mount that runs, as the kernel shows it. */
export type MountWait = Pick<StuckChild, 'pid' | 'state' | 'waitsIn'>;

/** Reads the process that shows why a group of processes waits; undefined: none is left. */
export type ReadWait = (group: number) => Promise<MountWait | undefined>;

const readWait: ReadWait = async (group) => {
  const found = waitingProcess(await groupMembers(group));
  if (!found) return undefined;
  const waitsIn = await readWaitChannel(found.pid);
  return { pid: found.pid, state: found.state, ...(waitsIn === undefined ? {} : { waitsIn }) };
};

/** Longest time of a mount without a caller. mount.lustre was seen to give up after 301 seconds at the latest. */
const LONGEST_MS = 600_000;

/** Reason for the end of a mount whose time is over. */
class TimeIsOver extends Error {
  override readonly name = 'TimeIsOver';
}

/** One mount(8) that runs. It ends independently of its callers: each of them may leave before. */
export class MountRun {
  readonly startedAt: number;
  readonly result: Promise<CommandResult>;
  readonly #stop = new AbortController();
  #pid: number | undefined;
  #hasEnded = false;

  constructor(
    readonly request: MountRequest,
    attempt: MountAttempt,
    private readonly clock: Clock,
    private readonly readWaitOf: ReadWait = readWait,
  ) {
    this.startedAt = clock.now();
    const limits = { signal: this.#stop.signal, endsAt: this.startedAt + LONGEST_MS };
    this.result = attempt(request, limits, (pid) => (this.#pid = pid)).finally(() => (this.#hasEnded = true));
    this.result.catch(() => {}); // It may have no caller left.
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get source(): string {
    return formatMountSource(this.request.source);
  }

  /** Returns true for a request that this mount fulfils. */
  fulfils({ source, options }: MountRequest): boolean {
    const ofMount = (all: readonly string[]): string => boundRetry(all, 0).join();
    return formatMountSource(source) === this.source && ofMount(options) === ofMount(this.request.options);
  }

  /** Ends the mount, with the reason of a caller or because its time is over. Resolves when it has ended, or when the kernel
   *  does not end it. */
  async stop(reason: unknown = new TimeIsOver()): Promise<void> {
    this.#stop.abort(isDriverError(reason) ? reason : new TimeIsOver());
    await this.result.catch(() => {});
  }

  /** Returns true if the kernel has not begun with this client, because another one is before it. */
  async waitsForOther(): Promise<boolean> {
    return (await this.#wait())?.waitsIn === CLIENT_START_LOCK;
  }

  /** Describes the process for a message: pid, state, kernel function and age. */
  async describe(): Promise<string> {
    const seconds = Math.round((this.clock.now() - this.startedAt) / 1000);
    const wait = await this.#wait();
    if (!wait) return `for ${seconds} s`;
    return `process ${wait.pid}, in ${describeState(wait)}, for ${seconds} s`;
  }

  async #wait(): Promise<MountWait | undefined> {
    if (this.#pid === undefined || this.#hasEnded) return undefined;
    return this.readWaitOf(this.#pid);
  }
}

/** Error of a caller that leaves a mount to itself: what was seen, and what happens next. */
export const stillMounting = (what: string): DriverError =>
  new DriverError(
    'unavailable',
    `${what}. The mount continues, and the next attempt uses it once it succeeds`,
  );

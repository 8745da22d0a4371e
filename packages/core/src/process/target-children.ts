import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import { CommandRunner, type CommandResult, type RunOptions } from './command.js';
import { SystemCalls, type SystemCall, type SystemCallResult } from './system-calls.js';
import { listProcesses, readArguments, stillAlive, type ProcessStat } from './process-table.js';
import { processGroup, signalProcess, stopProcesses, type Stoppable } from './stop-processes.js';
import {
  checkServers,
  describeStuckChild,
  stuckChild,
  StuckChildError,
  type StuckChild,
} from './stuck-child.js';
import { waitWithLimits, type Limits } from '../concurrency/wait-with-limits.js';

/** Programs that work on a target, and that a killed driver may have left. Node.js appears as `node`, or by the name of its
 *  first thread. */
const mountPrograms = ['mount', 'umount', 'mount.lustre', 'system-calls', 'node', 'MainThread'];
const ORPHAN_GRACE_MS = 1000;

/**
 * Children of targets, at most one for each target. A child that cannot be ended stays the target's child: no second one is
 * started beside it, and later calls wait for it. Targets are independent of each other.
 */
export class TargetChildren {
  readonly #stuck = new Map<string, StuckChild>();
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(
    private readonly runner: CommandRunner = new CommandRunner(),
    private readonly clock: Clock = systemClock,
    private readonly calls: Pick<SystemCalls, 'run'> = new SystemCalls(runner, clock),
  ) {}

  /** Children that SIGKILL did not end, by target. */
  get stuck(): ReadonlyMap<string, StuckChild> {
    return this.#stuck;
  }

  /** Same as CommandRunner.run. @throws StuckChildError also if an earlier child of the target still exists */
  async run(
    target: string,
    program: string,
    args: readonly string[],
    options: RunOptions,
  ): Promise<CommandResult> {
    return this.#asChild(target, () => this.runner.run(program, args, options));
  }

  /** Same as SystemCalls.run, for the target of the call. @throws StuckChildError as `run` */
  async call(target: string, call: SystemCall, options: RunOptions): Promise<SystemCallResult | undefined> {
    return this.#asChild(target, () => this.calls.run(call, options));
  }

  async #asChild<T>(target: string, start: () => Promise<T>): Promise<T> {
    const earlier = this.#stuck.get(target);
    if (earlier) throw new StuckChildError(earlier);
    const running = start();
    this.#running.set(target, running);
    try {
      return await running;
    } catch (error) {
      if (error instanceof StuckChildError) this.#keep(target, error.child);
      throw error;
    } finally {
      this.#running.delete(target);
    }
  }

  /** Waits for the current child of the target, successful or not; returns at once if it has none. */
  async finished(target: string, limits: Limits): Promise<void> {
    const running = this.#running.get(target);
    await waitWithLimits(Promise.allSettled([running]), limits, this.clock);
  }

  /** Waits until the target has no child; the mount table shows the child's effect afterwards.
   *  @throws DriverError deadline-exceeded, naming the child */
  async settle(target: string, limits: Limits): Promise<void> {
    const child = this.#stuck.get(target);
    if (!child || (await waitWithLimits(child.ended, limits, this.clock)) === 'done') return;
    throw new DriverError(
      'deadline-exceeded',
      `${target} is blocked by ${describeStuckChild(child, this.clock.now())}; it ends when the Lustre servers ` +
        `answer again or the node is rebooted. ${checkServers}`,
      { cause: new StuckChildError(child) },
    );
  }

  /**
   * Ends the mount and umount processes that an earlier run of this driver left on these targets; they could mount at an
   * unexpected time. Those that cannot be ended become the targets' children.
   */
  async adoptOrphans(targets: readonly string[]): Promise<void> {
    if (targets.length === 0) return;
    const wanted = new Set(targets);
    const candidates = (await listProcesses()).filter(({ name }) => mountPrograms.includes(name));
    await Promise.all(candidates.map((candidate) => this.#adoptOrphan(candidate, wanted)));
  }

  async #adoptOrphan(orphan: ProcessStat, targets: ReadonlySet<string>): Promise<void> {
    const target = (await readArguments(orphan.pid)).find((argument) => targets.has(argument));
    if (target === undefined) return;
    // This driver's commands lead a group of their own, in which mount(8)'s helper is.
    const stoppable = orphan.group === orphan.pid ? processGroup(orphan.pid) : processAlone(orphan);
    const survivors = await stopProcesses(stoppable, ORPHAN_GRACE_MS, this.clock);
    if (survivors.length === 0) return;
    const command = `${orphan.name} ${target}, left by an earlier run of the driver`;
    this.#keep(target, await stuckChild(command, this.clock.now(), survivors));
  }

  #keep(target: string, child: StuckChild): void {
    this.#stuck.set(target, child);
    void child.ended.then(() => {
      if (this.#stuck.get(target) === child) this.#stuck.delete(target);
    });
  }
}

const processAlone = (process: ProcessStat): Stoppable => ({
  send: (signal) => signalProcess(process.pid, signal),
  survivors: () => stillAlive([process]),
});

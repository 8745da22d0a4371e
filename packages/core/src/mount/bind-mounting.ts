import type { Log } from '../model/log.js';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../concurrency/clock.js';
import { Limiter } from '../concurrency/limiter.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import type { RootSettings } from '../model/publish-settings.js';
import { childProgram } from '../process/child-program.js';
import type { CommandResult } from '../process/command.js';
import type { SystemCall, SystemCallResult } from '../process/system-calls.js';
import { explainCallFailure, explainCommandFailure } from './failure/mount-failure.js';
import type { BindRequest, ClientDirectory } from './mounter.js';
import {
  checkServers,
  describeStuckChild,
  StuckChildError,
  type StuckChild,
} from '../process/stuck-child.js';
import {
  explainSubDirectoryFailure,
  SUB_DIRECTORY_FAILED,
  type RootTask,
  type SubDirectoryFailure,
  type SubDirectoryTask,
} from './sub-directory.js';
import { runInSlot } from '../concurrency/run-in-slot.js';
import type { TargetChildren } from '../process/target-children.js';
import { deadlineIn } from '../concurrency/deadline-in.js';
import type { Limits } from '../concurrency/wait-with-limits.js';

export interface BindMountingParts {
  /** Runs a command as the child of a target. @throws DriverError if it can be neither awaited nor ended */
  readonly run: (
    target: string,
    command: readonly string[],
    title: string,
    limits: Limits,
  ) => Promise<CommandResult>;
  /** Runs a system call as the child of a target. @returns undefined if that is not possible, and mount(8) must do it
   *  @throws DriverError if it can be neither awaited nor ended */
  readonly call: (
    target: string,
    call: SystemCall,
    title: string,
    limits: Limits,
  ) => Promise<SystemCallResult | undefined>;
  /** Error for a command that was ended early. */
  readonly interrupted: (title: string, limits: Limits) => DriverError;
  readonly children: Pick<TargetChildren, 'settle' | 'adoptOrphans'>;
  /** A directory for the driver alone, see `BindMounting`. Created if it is missing. */
  readonly stageDir: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Bind mount: the directory that it shows, its path and its options. */
interface Attachment extends ClientDirectory {
  readonly at: string;
  readonly options: readonly string[];
}

/** Time to remove a stage; it is no longer the caller's. */
const CLOSE_MS = 5_000;
/** Number of mounts on one stage that is never reached. */
const MAX_MOUNTS_ON_STAGE = 8;
/** Children that work in directories at once, and the longest hold of a slot: each may be a process of Node.js. */
const directoryLimit = { limit: 8, holdMs: 2_000 };
/** Number of stuck children in one file system from which no other is started there. */
const MAX_STUCK = 4;

/**
 * Bind mounts of clients and of directories in them.
 *
 * mount(8) before util-linux 2.39 gives a bind mount its options (`ro`, `noexec`, ...) in a second step, and a change of
 * options does not propagate: in a container the plugin would see a read-only mount while kubelet and the pods see a
 * writable one. A new mount however propagates with the options that it has (mount_namespaces(7)). So a mount with options
 * is made at a stage first, a private directory of the driver, and bound from there.
 */
export class BindMounting {
  readonly #limiter: Limiter;
  /** Stuck children, by the mounted root. */
  readonly #stuck = new Map<string, Set<StuckChild>>();

  constructor(private readonly parts: BindMountingParts) {
    this.#limiter = new Limiter({ ...directoryLimit, clock: parts.clock });
  }

  /** See Mounter.bind. */
  async bind({ target, options, ...from }: BindRequest, limits: Limits): Promise<void> {
    if (options.length === 0) return this.#attach({ ...from, at: target, options }, target, limits);
    const stage = await this.#openStage(target, limits);
    try {
      await this.#attach({ ...from, at: stage, options }, target, limits);
      await this.#attach({ clientMount: stage, at: target, options: [] }, target, limits);
    } finally {
      await this.#closeStage(stage);
    }
  }

  /** See Mounter.makeDirectory. */
  async makeDirectory(
    { clientMount: root, directory }: Required<ClientDirectory>,
    target: string,
    limits: Limits,
  ): Promise<void> {
    const title = `mkdir ${root}/${directory.parts.join('/')}`;
    await this.#runInDirectory({ ...directory, root, options: [] }, target, title, limits);
  }

  /** See Mounter.settleRoot. */
  async settleRoot(root: string, rootSettings: RootSettings, target: string, limits: Limits): Promise<void> {
    await this.#runInDirectory({ root, rootSettings }, target, `chown ${root}`, limits);
  }

  /** Removes the stages of an earlier run, which keep clients mounted. */
  async clearStages(): Promise<void> {
    const names = await readdir(this.parts.stageDir).catch((): string[] => []);
    const stages = names.map((name) => join(this.parts.stageDir, name));
    await this.parts.children.adoptOrphans(stages);
    for (const stage of stages) await this.#closeStage(stage);
  }

  async #attach(
    { clientMount, directory, at, options }: Attachment,
    target: string,
    limits: Limits,
  ): Promise<void> {
    if (directory) {
      const title = `mount --bind ${clientMount}/${directory.parts.join('/')} ${target}`;
      const task = { ...directory, root: clientMount, target: at, options };
      return this.#runInDirectory(task, target, title, limits);
    }
    const title = `mount --bind ${clientMount} ${target}`;
    if (options.length === 0) {
      const result = await this.parts.call(target, ['bind', clientMount, at], title, limits);
      if (result?.error) throw explainCallFailure(title, result.error);
      if (result) return;
    }
    const optionArgs = options.length > 0 ? ['-o', options.join(',')] : [];
    const command = ['mount', '-c', '-i', '--bind', ...optionArgs, clientMount, at];
    this.#check(title, await this.parts.run(target, command, title, limits), limits);
  }

  /** Runs a task in a process of its own, since a dead server blocks every process that opens a directory. */
  async #runInDirectory(
    task: SubDirectoryTask | RootTask,
    target: string,
    title: string,
    limits: Limits,
  ): Promise<void> {
    const turn = {
      limiter: this.#limiter,
      key: task.root,
      what: `the work in ${task.root}`,
      clock: this.parts.clock,
    };
    await runInSlot(turn, limits, async () => {
      this.#refuseMoreStuck(task.root);
      try {
        const isDone = 'target' in task && (await this.#bindDirectory(task, target, title, limits));
        if (!isDone) await this.#runProgram(task, target, title, limits);
      } catch (error) {
        this.#remember(task.root, error);
        throw error;
      }
    });
  }

  /** Binds a directory by system calls. @returns false if that is not possible @throws DriverError */
  async #bindDirectory(
    task: SubDirectoryTask,
    target: string,
    title: string,
    limits: Limits,
  ): Promise<boolean> {
    const call = directoryCall(task);
    const result = call && (await this.parts.call(target, call, title, limits));
    if (!result?.error) return result !== undefined;
    const [reason, depth] = result.details ?? [];
    if (reason === undefined) throw explainCallFailure(title, result.error);
    throw explainSubDirectoryFailure(task.root, {
      reason: reason as SubDirectoryFailure['reason'],
      path: task.parts.slice(0, Number(depth)).join('/'),
      code: result.error.code,
    });
  }

  async #runProgram(
    task: SubDirectoryTask | RootTask,
    target: string,
    title: string,
    limits: Limits,
  ): Promise<void> {
    const command = [process.execPath, childProgram('mount/sub-directory'), target, JSON.stringify(task)];
    const result = await this.parts.run(target, command, title, limits);
    if (result.exitCode === SUB_DIRECTORY_FAILED) {
      throw explainSubDirectoryFailure(task.root, JSON.parse(result.stdout) as SubDirectoryFailure);
    }
    this.#check(title, result, limits);
  }

  #refuseMoreStuck(root: string): void {
    const [first, ...others] = this.#stuck.get(root) ?? [];
    if (!first || others.length + 1 < MAX_STUCK) return;
    throw new DriverError(
      'deadline-exceeded',
      `${others.length + 1} processes wait for the file system at ${root}, such as ${describeStuckChild(first, this.parts.clock.now())}; ` +
        'no other is started beside them. They end when the Lustre servers answer again. ' +
        checkServers,
    );
  }

  #remember(root: string, error: unknown): void {
    if (!(isDriverError(error) && error.cause instanceof StuckChildError)) return;
    const { child } = error.cause;
    const all = this.#stuck.get(root) ?? new Set();
    this.#stuck.set(root, all.add(child));
    void child.ended.then(() => {
      all.delete(child);
      if (all.size === 0) this.#stuck.delete(root);
    });
  }

  #check(title: string, result: CommandResult, limits: Limits): void {
    if (result.exitCode === 0) return;
    if (result.interruptedBy) throw this.parts.interrupted(title, limits);
    throw explainCommandFailure(title, result);
  }

  /** Creates the stage of a target; only one change of a target is under way at a time. */
  async #openStage(target: string, limits: Limits): Promise<string> {
    const stage = join(this.parts.stageDir, createHash('sha256').update(target).digest('hex').slice(0, 32));
    await this.parts.children.settle(stage, limits);
    await this.#closeStage(stage);
    await mkdir(stage, { recursive: true, mode: 0o700 });
    return stage;
  }

  /** Removes a stage, so that a child that still runs cannot mount on it. `-l`: another process that uses the stage, such as a
   *  file scanner, does not keep it. */
  async #closeStage(stage: string): Promise<void> {
    const { run, clock, log } = this.parts;
    const limits = deadlineIn(CLOSE_MS, clock);
    try {
      for (let mounts = 0; !(await isRemoved(stage)); mounts += 1) {
        if (mounts === MAX_MOUNTS_ON_STAGE) throw new Error(`${MAX_MOUNTS_ON_STAGE} umounts were not enough`);
        await run(stage, ['umount', '-c', '-i', '-l', stage], `umount ${stage}`, limits);
      }
    } catch (error) {
      log.warn(
        { err: error, stage },
        'a mount of the driver’s own could not be removed yet; the next attempt repeats it',
      );
    }
  }
}

/** System calls for a task; undefined: the mount has options, which mount(8) gives it. */
function directoryCall(task: SubDirectoryTask): SystemCall | undefined {
  const { root, target, options, create, mode, uid = -1, gid = -1, parts } = task;
  if (target === undefined || options.length > 0) return undefined;
  const numbers = [mode, uid, gid].map(String) as [string, string, string];
  return ['bind-directory', root, target, create ? '1' : '0', ...numbers, parts.join('/')];
}

/** Removes the directory unless something is mounted on it. */
async function isRemoved(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY') return false;
    throw error;
  }
}

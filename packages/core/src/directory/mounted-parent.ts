import { untilAborted } from '../concurrency/abort.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import type { CommandRunner } from '../process/command.js';
import type { SharedMounts } from '../mount/client/shared-mounts.js';
import type { Lease } from '../mount/mounted-client.js';
import type { StuckChild } from '../process/stuck-child.js';
import type { LustreMountSource } from '../model/mount-source.js';
import { formatMountSource } from '../model/mount-source.js';
import { DirectoryWorker } from './directory-worker.js';
import { isMountLost } from './explain-directory-failure.js';
import type { BasePathLocation, WorkerResults, WorkerTask } from './registry/worker-protocol.js';

/** Longest time that mounting may take. Milliseconds. */
const MOUNT_MS = 100_000;
/** Time after its last use for which a file system stays mounted. Milliseconds. */
const IDLE_MS = 60_000;

type WithoutLocation<T> = T extends WorkerTask ? Omit<T, 'location'> : never;

/** A task for a base path of a host. */
export type ParentTask = WithoutLocation<WorkerTask> & { readonly base: BasePathLocation['base'] };

interface Mounted {
  readonly lease: Lease;
  readonly worker: DirectoryWorker;
  /** Removes trash, so that creations and deletions need not wait for it. */
  readonly sweeper: DirectoryWorker;
}

/** Services that a mounted parent uses. */
export interface ParentParts {
  readonly mounts: SharedMounts;
  readonly runner: CommandRunner;
  readonly clock?: Clock;
}

/** A file system, mounted in the controller while its directories are in use. */
export class MountedParent {
  readonly #clock: Clock;
  #mounted: Promise<Mounted> | undefined;
  #current: Mounted | undefined;
  #users = 0;
  #callOffIdle = (): void => {};
  #workers: readonly DirectoryWorker[] = [];

  constructor(
    private readonly source: LustreMountSource,
    private readonly parts: ParentParts,
  ) {
    this.#clock = parts.clock ?? systemClock;
  }

  /** Processes that nothing can end. */
  get stuck(): readonly StuckChild[] {
    return this.#workers.flatMap(({ stuck }) => stuck ?? []);
  }

  /** Mounts the file system unless it is mounted, and does a task. @throws DriverError, the signal's reason */
  async run<T extends ParentTask>(task: T, signal: AbortSignal): Promise<WorkerResults[T['operation']]> {
    this.#users += 1;
    this.#callOffIdle();
    try {
      const mounted = await this.#mount(signal);
      return (await this.#runIn(mounted, task, signal)) as WorkerResults[T['operation']];
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#callOffIdle = this.#clock.after(IDLE_MS, () => void this.#letGo());
    }
  }

  async #runIn(mounted: Mounted, task: ParentTask, signal: AbortSignal): Promise<unknown> {
    const { base, ...rest } = task;
    const names = this.source.subdir === '' ? base : [...this.source.subdir.split('/'), ...base];
    const whole = { ...rest, location: { root: mounted.lease.path, base: names } } as unknown as WorkerTask;
    const worker = task.operation === 'sweep' ? mounted.sweeper : mounted.worker;
    try {
      return await worker.run(whole, signal);
    } catch (error) {
      // The call is repeated, and then mounts it again.
      if (isMountLost(error)) await this.#release(mounted);
      throw error;
    }
  }

  async #mount(signal: AbortSignal): Promise<Mounted> {
    if (!this.#mounted) {
      const mounting = this.#hold();
      this.#mounted = mounting;
      mounting.catch(() => {
        if (this.#mounted === mounting) this.#mounted = undefined;
      });
    }
    return untilAborted(this.#mounted, signal);
  }

  /** For everybody who comes meanwhile: it does not end with the first of them. */
  async #hold(): Promise<Mounted> {
    const { signal } = new AbortController();
    const { mounts, runner } = this.parts;
    const source = { ...this.source, subdir: '' };
    const endsAt = this.#clock.now() + MOUNT_MS;
    const lease = await mounts.hold({ source, options: [], tuning: '' }, { signal, endsAt });
    const title = formatMountSource(source);
    const worker = new DirectoryWorker(lease.path, title, runner, this.#clock);
    const sweeper = new DirectoryWorker(lease.path, title, runner, this.#clock);
    this.#workers = [worker, sweeper];
    this.#current = { lease, worker, sweeper };
    return this.#current;
  }

  async #letGo(): Promise<void> {
    const mounted = await this.#mounted?.catch(() => undefined);
    if (!mounted || this.#users > 0 || mounted.worker.isBusy || mounted.sweeper.isBusy) return;
    await this.#release(mounted);
  }

  /** Once for each mount. */
  async #release(mounted: Mounted): Promise<void> {
    if (this.#current !== mounted) return;
    this.#current = undefined;
    this.#mounted = undefined;
    await Promise.all([mounted.worker.stop(), mounted.sweeper.stop()]);
    mounted.lease.release();
    this.parts.mounts.sweep();
  }
}

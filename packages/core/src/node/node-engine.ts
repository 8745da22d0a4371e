import { Coalescer } from '../concurrency/coalescer.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import type { Log } from '../provider/provider-plugin.js';
import { CommandRunner } from './command.js';
import { LinuxMounter } from './linux-mounter.js';
import { readMountTable, type MountTable } from './mount-table.js';
import type { Mounter } from './mounter.js';
import { defaultTiming, type NodeContext, type NodeTiming } from './node-context.js';
import { Publications } from './publications.js';
import { PublishVolume, type PublishCommand } from './publish-volume.js';
import type { StuckChild } from './stuck-child.js';
import { TargetChildren } from './target-children.js';
import { UnpublishVolume, type UnpublishCommand } from './unpublish-volume.js';
import { GetVolumeStats, type StatsCommand, type VolumeStats } from './volume-stats.js';

/** What a node engine is made of; all but the first two have working defaults. */
export interface NodeEngineParts {
  /** A directory on the host, private to this driver, that outlives its container. Made if it is missing. */
  readonly stateDir: string;
  readonly log: Log;
  readonly clock?: Clock;
  readonly mounter?: Mounter;
  readonly readMountTable?: () => Promise<MountTable>;
  readonly timing?: Partial<NodeTiming>;
}

/**
 * The node's side of the driver, for every provider: publishes volumes by mounting them, and never forgets, stacks
 * or guesses a mount. Does nothing until it is asked; what an earlier run left behind is taken over then.
 *
 * The signals that the operations take abort when the caller has gone or has no time left; their reason is the
 * DriverError that the caller gets. An operation that nobody waits for any more is ended.
 */
export class NodeEngine {
  readonly #node: NodeContext;
  readonly #publish: PublishVolume;
  readonly #unpublish: UnpublishVolume;
  readonly #stats: GetVolumeStats;
  #takenOver: Promise<void> | undefined;

  constructor(parts: NodeEngineParts) {
    const clock = parts.clock ?? systemClock;
    const runner = new CommandRunner(clock);
    this.#node = {
      mounter: parts.mounter ?? new LinuxMounter(new TargetChildren(runner, clock), clock),
      publications: new Publications(parts.stateDir, parts.log),
      readMountTable: parts.readMountTable ?? readMountTable,
      targets: new Coalescer(),
      lookers: new TargetChildren(runner, clock),
      clock,
      log: parts.log,
      timing: { ...defaultTiming, ...parts.timing },
    };
    this.#publish = new PublishVolume(this.#node);
    this.#unpublish = new UnpublishVolume(this.#node);
    this.#stats = new GetVolumeStats(this.#node);
  }

  /** Mounts a volume at a target, once. @throws DriverError, see PublishVolume */
  async publish(command: PublishCommand, signal: AbortSignal): Promise<void> {
    await this.#takeOver();
    await this.#publish.run(command, signal);
  }

  /** Unmounts a volume from a target and removes the target. @throws DriverError, see UnpublishVolume */
  async unpublish(command: UnpublishCommand, signal: AbortSignal): Promise<void> {
    await this.#takeOver();
    await this.#unpublish.run(command, signal);
  }

  /** Measures a published volume. @throws DriverError, see GetVolumeStats */
  async stats(command: StatsCommand, signal: AbortSignal): Promise<VolumeStats> {
    await this.#takeOver();
    return this.#stats.run(command, signal);
  }

  /** Children that nothing can end, for metrics and diagnosis. */
  stuckChildren(): readonly StuckChild[] {
    return [...this.#node.mounter.stuck.values(), ...this.#node.lookers.stuck.values()];
  }

  async #takeOver(): Promise<void> {
    this.#takenOver ??= this.#readState();
    try {
      await this.#takenOver;
    } catch (error) {
      this.#takenOver = undefined; // The next call tries again.
      if (isDriverError(error)) throw error;
      throw new DriverError(
        'unavailable',
        `the node's state directory cannot be read: ${messageOf(error)}; it must be a writable directory of the host`,
        { cause: error },
      );
    }
  }

  /** Takes over from an earlier run: its records, its children, and drops records of mounts that are gone. */
  async #readState(): Promise<void> {
    const { publications, mounter, readMountTable, log } = this.#node;
    await publications.load();
    const restored = publications.all();
    await mounter.adopt(restored.map(({ mountPoint }) => mountPoint));
    const table = await readMountTable();
    for (const { targetPath, mountPoint } of restored) {
      if (table.at(mountPoint) || mounter.stuck.has(mountPoint)) continue;
      log.info({ targetPath }, 'a recorded publication is no longer mounted');
      await publications.remove(targetPath);
    }
  }
}

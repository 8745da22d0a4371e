import { defaultTiming, type MountServices, type NodeTiming } from '../mount/mount-services.js';
import type { AfterMount } from '../mount/mounted-client.js';
import { type PublishCommand } from './publish-command.js';
import type { MeasureQuota } from '../model/usage.js';
import type { Log } from '../model/log.js';
import { join } from 'node:path';
import { Coalescer } from '../concurrency/coalescer.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import { ClientTuner } from '../mount/client/client-tuner.js';
import { ClientMountRecords } from '../mount/client/client-mount-records.js';
import { CommandRunner } from '../process/command.js';
import { LinuxMounter } from '../mount/linux-mounter.js';
import { readMountTable, type MountTable } from '../mount/mount-table.js';
import type { Mounter } from '../mount/mounter.js';
import { type NodeContext } from './node-context.js';
import type { NodeStats } from '../mount/node-stats.js';
import { Publications } from '../mount/publications.js';
import type { BeforePublish } from './publish-hooks.js';
import type { MountSharing } from '../model/publish-settings.js';
import { PublishVolume } from './publish-volume.js';
import { SharedMounts } from '../mount/client/shared-mounts.js';
import { StatfsHelper } from './statfs-helper.js';
import { TargetChildren } from '../process/target-children.js';
import type { UnmountEscalation } from '../mount/unmounting.js';
import { UnpublishVolume, type UnpublishCommand } from './unpublish-volume.js';
import { GetVolumeStats, type StatsCommand, type VolumeStats } from './volume-stats.js';

/** What a node engine is made of; all but the first two have working defaults. */
export interface NodeEngineParts {
  /** A directory on the host, private to this driver, that outlives its container. Made if it is missing. */
  readonly stateDir: string;
  readonly log: Log;
  /** Where the clients are mounted that pods share: a directory on the host, private to this driver, in which mounts
   *  propagate to the host (`Bidirectional`). Default: `mounts` in the state directory. */
  readonly mountsDir?: string;
  /** Who shares a client where the volume context does not say it. Default: all pods of the node. */
  readonly mountSharing?: MountSharing;
  /** Whether a volume counts as published only where other mount namespaces can see it, as in a container, whose mounts
   *  reach kubelet and the pods by propagation. Default: no, as on the host itself; then it is warned about. */
  readonly mustPropagate?: boolean;
  /** When a volume that cannot be unmounted is taken away by force or lazily. Default: never. */
  readonly unmountEscalation?: UnmountEscalation;
  /** Sets what volumes ask for with `clientTuning`. Default: what `defaultTuningAllow` lists may be set. */
  readonly clientTuner?: Pick<ClientTuner, 'beforePublish' | 'tune'>;
  readonly beforePublish?: readonly BeforePublish[];
  readonly afterMount?: readonly AfterMount[];
  /** Measures volumes that have a limit of their own. Default: every volume has the numbers of its file system. */
  readonly measureQuota?: MeasureQuota;
  readonly clock?: Clock;
  readonly mounter?: Mounter;
  readonly readMountTable?: () => Promise<MountTable>;
  readonly timing?: Partial<NodeTiming>;
}

/**
 * The node's side of the driver, for every provider: publishes volumes by mounting them, and never forgets, stacks
 * or guesses a mount. Does nothing until it is asked; what an earlier run left behind is taken over at `resume`, or at the
 * first call.
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
    const { log, clock = systemClock, stateDir } = parts;
    const runner = new CommandRunner(clock);
    const tuner = parts.clientTuner ?? new ClientTuner({ runner, clock });
    const basis: MountServices = {
      mounter: parts.mounter ?? linuxMounter(runner, clock, parts),
      publications: new Publications(stateDir, log),
      readMountTable: parts.readMountTable ?? readMountTable,
      clock,
      log,
      timing: { ...defaultTiming, ...parts.timing },
      afterMount: [tuner.tune, ...(parts.afterMount ?? [])],
    };
    const clientMounts = new ClientMountRecords(stateDir, log);
    this.#node = {
      ...basis,
      shared: new SharedMounts(basis, clientMounts, parts.mountsDir ?? join(stateDir, 'mounts')),
      mountSharing: parts.mountSharing ?? 'node',
      mustPropagate: parts.mustPropagate === true,
      ...(parts.measureQuota ? { measureQuota: parts.measureQuota } : {}),
      beforePublish: [tuner.beforePublish, ...(parts.beforePublish ?? [])],
      targets: new Coalescer(),
      statfs: new StatfsHelper({ runner, clock, deadlineMs: basis.timing.statfsMs }),
    };
    this.#publish = new PublishVolume(this.#node);
    this.#unpublish = new UnpublishVolume(this.#node);
    this.#stats = new GetVolumeStats(this.#node, this.#node.statfs);
  }

  /** Takes over what an earlier run has left without waiting for a call, so that a client whose last pod went while the
   *  driver was down does not stay mounted on a node that gets no more pods. Never throws: a call tries again, and says why. */
  async resume(): Promise<void> {
    try {
      await this.#takeOver();
    } catch (error) {
      this.#node.log.warn({ err: error }, 'what an earlier run has left could not be taken over yet');
    }
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

  /** What there is at this moment, for metrics and diagnosis. */
  nodeStats(): NodeStats {
    const { mounter, statfs, publications, shared } = this.#node;
    return {
      ...mounter.counts,
      publications: publications.all().length,
      clientMounts: shared.count,
      stuckChildren: [...mounter.stuck.values(), ...statfs.stuck.values()],
    };
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

  /** Takes over from an earlier run: its records, its children and its clients, and drops records of mounts that are
   *  gone. */
  async #readState(): Promise<void> {
    const { publications, shared, mounter, readMountTable, log } = this.#node;
    await publications.load();
    const restored = publications.all();
    await mounter.adopt([...restored.map(({ mountPoint }) => mountPoint), ...(await shared.load())]);
    const table = await readMountTable();
    for (const { targetPath, mountPoint } of restored) {
      if (table.at(mountPoint) || mounter.stuck.has(mountPoint)) continue;
      log.info({ targetPath }, 'a recorded publication is no longer mounted');
      await publications.remove(targetPath);
    }
    shared.sweep();
  }
}

function linuxMounter(
  runner: CommandRunner,
  clock: Clock,
  { log, stateDir, readMountTable: read, unmountEscalation: escalation }: NodeEngineParts,
): LinuxMounter {
  return new LinuxMounter(new TargetChildren(runner, clock), clock, {
    log,
    stageDir: join(stateDir, 'stages'),
    ...(read ? { readMountTable: read } : {}),
    ...(escalation ? { escalation } : {}),
  });
}

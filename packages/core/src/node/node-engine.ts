import { defaultTiming, type MountServices, type NodeTiming } from '../mount/mount-services.js';
import type { AfterMount } from '../mount/mounted-client.js';
import { type PublishCommand } from './publish-command.js';
import type { MeasureQuota } from '../model/usage.js';
import type { Log } from '../model/log.js';
import { join, resolve } from 'node:path';
import { Coalescer } from '../concurrency/coalescer.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import { LnetInterfaces } from './lnet-interfaces.js';
import { ClientTuner } from '../mount/client/client-tuner.js';
import type { ServerProbe } from '../mount/client/mgs-probe.js';
import { ClientMountRecords } from '../mount/client/client-mount-records.js';
import { CommandRunner } from '../process/command.js';
import type { MountHelper } from '../mount/client/mount-helper.js';
import { LinuxMounter } from '../mount/linux-mounter.js';
import { measured, type MountObserver } from '../mount/measured-mounter.js';
import type { MountTable } from '../mount/table/mount-table.js';
import { readMountTable } from '../mount/table/mount-table-reader.js';
import { lookAtMountsBy } from '../mount/table/look-at-mounts.js';
import { mountLooks, type MountLooks } from '../mount/table/mount-looks.js';
import type { Mounter } from '../mount/mounter.js';
import { type NodeContext } from './node-context.js';
import type { GuestPort, InlineCommand } from './guest/guest-port.js';
import type { NodeStats } from '../mount/node-stats.js';
import { Publications } from '../mount/publications.js';
import { replaceFileBy } from '../mount/replace-file.js';
import type { BeforePublish } from './publish-hooks.js';
import type { MountSharing } from '../model/publish-settings.js';
import { PublishVolume } from './publish-volume.js';
import { SharedMounts } from '../mount/client/shared-mounts.js';
import { TargetConnections } from '../mount/client/target-connections.js';
import { OwnDirectories, type TargetBounds } from '../mount/target-bounds.js';
import { StatfsHelper } from './statfs-helper.js';
import { SystemCalls } from '../process/system-calls.js';
import { TargetChildren } from '../process/target-children.js';
import type { UnmountEscalation } from '../mount/unmounting.js';
import { UnpublishVolume, type UnpublishCommand } from './unpublish-volume.js';
import { GetVolumeStats, type StatsCommand, type VolumeStats } from './volume-stats.js';

/** Dependencies and settings of a node engine; all but the first two have defaults. */
export interface NodeEngineParts {
  /** A directory on the host, private to this driver, that outlives its container. Created if it is missing. */
  readonly stateDir: string;
  readonly log: Log;
  /** Directory of the clients that pods share, on the host and private to this driver; mounts in it propagate to the
   *  host (`Bidirectional`). Default: `mounts` in the state directory. */
  readonly mountsDir?: string;
  /** Directories besides kubelet's (`kubeletDirectories`) in which any path may be a target. Default: none. */
  readonly targetDirs?: readonly string[];
  /** Sharing of clients where the volume context does not set it. Default: all pods of the node share one. */
  readonly mountSharing?: MountSharing;
  /** Requires that other mount namespaces see a volume before it counts as published: in a container, mounts reach
   *  kubelet and the pods by propagation. Default: false, as on the host itself; the driver then logs a warning. */
  readonly mustPropagate?: boolean;
  /** Use of mount.lustre(8). Default: where it is installed. */
  readonly mountHelper?: MountHelper;
  /** Times after which a volume that cannot be unmounted is unmounted by force or lazily. Default: never. */
  readonly unmountEscalation?: UnmountEscalation;
  /** Applies the `clientTuning` of volumes. Default: volumes may set the parameters of `defaultTuningAllow`. */
  readonly clientTuner?: Pick<ClientTuner, 'beforePublish' | 'tune'>;
  readonly beforePublish?: readonly BeforePublish[];
  readonly afterMount?: readonly AfterMount[];
  /** Measures volumes that have a quota. Default: every volume reports the numbers of its file system. */
  readonly measureQuota?: MeasureQuota;
  readonly clock?: Clock;
  readonly mounter?: Mounter;
  /** Observer of changes of the mount table, for metrics. Default: none. */
  readonly mountObserver?: MountObserver;
  /** Probe of management servers, before a client is mounted. Default: TCP and `lctl ping`. */
  readonly probe?: ServerProbe;
  readonly readMountTable?: () => Promise<MountTable>;
  readonly timing?: Partial<NodeTiming>;
  /** Name under which kubelet knows the driver. Default: every target of kubelet may be the driver's. */
  readonly driverName?: string;
  /** Creates the port of the volumes that guests mount (`GuestVolumes`). Default: the node mounts all volumes. */
  readonly guests?: (node: NodeContext, stateDir: string) => GuestPort;
}

/**
 * Node service of the driver, for every provider: publishes volumes by mounting them, and never loses, stacks or guesses
 * a mount. Does nothing before the first call or `resume`, which take over the mounts of an earlier run.
 *
 * The signals of the operations abort when the caller has gone or has no time left; their reason is the DriverError that
 * the caller gets. An operation ends when its last caller has gone.
 */
export class NodeEngine {
  readonly #node: NodeContext;
  readonly #publish: PublishVolume;
  readonly #unpublish: UnpublishVolume;
  readonly #stats: GetVolumeStats;
  readonly #guests: GuestPort | undefined;
  #takenOver: Promise<void> | undefined;

  constructor(parts: NodeEngineParts) {
    const { log, clock = systemClock, stateDir } = parts;
    const runner = new CommandRunner(clock);
    const tuner = parts.clientTuner ?? new ClientTuner({ runner, clock });
    const calls = new SystemCalls(runner, clock);
    const children = new TargetChildren(runner, clock, calls);
    const publications = new Publications(stateDir, log, replaceFileBy(calls));
    const looks = looksOf(parts.readMountTable, calls, clock);
    const basis = {
      mounter: mounterOf(children, { ...parts, ...looks, clock }, publications),
      publications,
      ...looks,
      clock,
      log,
      timing: { ...defaultTiming, ...parts.timing },
      afterMount: [tuner.tune, ...(parts.afterMount ?? [])],
      ...(parts.driverName === undefined ? {} : { driverName: parts.driverName }),
    } satisfies MountServices;
    const mountsDir = parts.mountsDir ?? join(stateDir, 'mounts');
    const clientMounts = new ClientMountRecords(stateDir, mountsDir, log, replaceFileBy(calls));
    this.#node = {
      ...basis,
      shared: new SharedMounts(basis, clientMounts, mountsDir),
      targetBounds: targetBounds(parts, mountsDir),
      mountSharing: parts.mountSharing ?? 'node',
      mustPropagate: parts.mustPropagate === true,
      ...(parts.measureQuota ? { measureQuota: parts.measureQuota } : {}),
      beforePublish: publishHooks(tuner, runner, parts),
      connections: new TargetConnections({ runner, clock }),
      targets: new Coalescer(),
      statfs: new StatfsHelper({ runner, clock, deadlineMs: basis.timing.statfsMs }),
    };
    this.#publish = new PublishVolume(this.#node);
    this.#unpublish = new UnpublishVolume(this.#node);
    this.#stats = new GetVolumeStats(this.#node, this.#node.statfs);
    this.#guests = guestPort(parts, this.#node);
    if (!calls.isUsable) log.warn({}, withoutSystemCalls);
  }

  /** Takes over the mounts of an earlier run without waiting for a call: a client whose last pod ended while the driver
   *  was down would stay mounted on a node that gets no more pods. Never throws: the next call repeats it and reports
   *  the error. */
  async resume(): Promise<void> {
    try {
      await this.#takeOver();
    } catch (error) {
      this.#node.log.warn(
        { err: error },
        'the mounts of an earlier run could not be taken over; the next call repeats it',
      );
    }
  }

  /** Mounts a volume at a target, once. @throws DriverError, see PublishVolume */
  async publish(command: PublishCommand, signal: AbortSignal): Promise<void> {
    await this.#takeOver();
    if (await this.#guests?.publish(command, signal)) return;
    await this.#publish.run(command, signal);
  }

  /** Publishes an inline volume, which mounts nothing: it hands the volumes of its pod to the pod's guest.
   *  @throws DriverError failed-precondition where guests mount no volumes */
  async publishInline(command: InlineCommand, signal: AbortSignal): Promise<void> {
    await this.#takeOver();
    if (this.#guests) return this.#guests.publishInline(command, signal);
    throw new DriverError(
      'failed-precondition',
      `volume ${command.volumeId} is inline: this driver uses inline volumes only to hand volumes to guests, which needs ` +
        '--guest-volumes (guestVolumes in the chart). Use a PersistentVolumeClaim',
    );
  }

  /** Unmounts a volume from a target and removes the target. @throws DriverError, see UnpublishVolume */
  async unpublish(command: UnpublishCommand, signal: AbortSignal): Promise<void> {
    await this.#takeOver();
    await this.#guests?.withdraw(command, signal);
    await this.#unpublish.run(command, signal);
  }

  /** Measures a published volume. @throws DriverError, see GetVolumeStats */
  async stats(command: StatsCommand, signal: AbortSignal): Promise<VolumeStats> {
    await this.#takeOver();
    const condition = this.#guests?.condition(command);
    return condition ? { condition } : this.#stats.run(command, signal);
  }

  /** Counts of this moment, for metrics and diagnosis. */
  nodeStats(): NodeStats {
    const { mounter, statfs, publications, shared, connections } = this.#node;
    return {
      ...mounter.counts,
      publications: publications.all().length,
      clientMounts: shared.count,
      lostTargets: connections.lost,
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
        `the node's state directory cannot be read: ${messageOf(error)}; check that it is a writable directory of the host`,
        { cause: error },
      );
    }
  }

  /** Takes over the records, children and clients of an earlier run, and drops records of mounts that are gone. */
  async #readState(): Promise<void> {
    const { publications, shared, mounter, readMountTable, log } = this.#node;
    await publications.load();
    await this.#guests?.load();
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

const withoutSystemCalls =
  'the program for system calls was not built for this processor: mount(8), umount(8) and processes of Node.js do the work, ' +
  'with about twice the CPU time for each pod';

const publishHooks = (
  tuner: NonNullable<NodeEngineParts['clientTuner']>,
  runner: CommandRunner,
  { beforePublish = [] }: NodeEngineParts,
): readonly BeforePublish[] => [
  tuner.beforePublish,
  new LnetInterfaces(runner).beforePublish,
  ...beforePublish,
];

const guestPort = ({ guests, stateDir }: NodeEngineParts, node: NodeContext): GuestPort | undefined =>
  guests?.(node, stateDir);

const targetBounds = ({ stateDir, targetDirs = [] }: NodeEngineParts, mountsDir: string): TargetBounds => ({
  targetDirs,
  ownDirs: new OwnDirectories([stateDir, mountsDir].map((directory) => resolve(directory))),
});

/** A mount table of the caller is the only one then. */
const looksOf = (read: NodeEngineParts['readMountTable'], calls: SystemCalls, clock: Clock): MountLooks =>
  read ? mountLooks(read, clock) : mountLooks(readMountTable, clock, { lookAtMounts: lookAtMountsBy(calls) });

type MounterParts = NodeEngineParts & { readonly clock: Clock };

function mounterOf(children: TargetChildren, parts: MounterParts, publications: Publications): Mounter {
  const mounter = parts.mounter ?? linuxMounter(children, parts, publications);
  return parts.mountObserver ? measured(mounter, parts.mountObserver) : mounter;
}

function linuxMounter(
  children: TargetChildren,
  { readMountTable: read, unmountEscalation: escalation, mountHelper, probe, ...parts }: MounterParts,
  publications: Publications,
): LinuxMounter {
  const sharesClient = (target: string): boolean =>
    publications
      .all()
      .some(({ mountPoint, clientMount }) => mountPoint === target && clientMount !== undefined);
  const { log, clock, stateDir } = parts;
  return new LinuxMounter(children, clock, {
    log,
    stageDir: join(stateDir, 'stages'),
    sharesClient,
    ...(read ? { readMountTable: read } : {}),
    ...(probe ? { probe } : {}),
    ...(escalation ? { escalation } : {}),
    ...(mountHelper ? { mountHelper } : {}),
  });
}

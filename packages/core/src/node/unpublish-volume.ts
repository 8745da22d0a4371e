import { DriverError } from '../errors/driver-error.js';
import { joinOrRun } from '../concurrency/join-or-run.js';
import { fingerprint } from '../concurrency/fingerprint.js';
import { lustreSourceOf, describeMount } from '../mount/mount-identity.js';
import type { MountEntry } from '../mount/mount-table.js';
import type { NodeContext } from './node-context.js';
import type { Publication } from '../mount/publications.js';
import { describeStuckChild, StuckChildError } from '../process/stuck-child.js';
import { mountPointOf, removeTarget, targetKey } from '../mount/target-path.js';
import { unmountAll } from '../mount/unmount-all.js';
import type { Limits } from '../concurrency/wait-with-limits.js';

/** NodeUnpublishVolume: which volume is to be seen no more, and where. */
export interface UnpublishCommand {
  readonly volumeId: string;
  readonly targetPath: string;
}

/** What an unmount by force or lazily needs of the time that a call has. */
const OTHER_MEANS_MS = 12_000;

/**
 * Takes a volume away from a target: every mount that lies on it, then the empty directory, then the record.
 * Nothing mounted, or no target at all, is success. A shared client that nothing uses any more is let go of afterwards,
 * in the background: taking a bind mount away asks no server for anything, so that a dead one keeps no pod.
 */
export class UnpublishVolume {
  constructor(private readonly node: NodeContext) {}

  /** @throws DriverError: what umount(8) said, and the next step */
  async run(command: UnpublishCommand, signal: AbortSignal): Promise<void> {
    const targetPath = targetKey(command.targetPath);
    await joinOrRun(
      this.node.targets,
      {
        key: targetPath,
        fingerprint: fingerprint(['unpublish', command.volumeId]),
        work: async (abandoned, report) => {
          report(`unpublishing volume ${command.volumeId} from ${targetPath}`);
          const endsAt = this.node.clock.now() + this.node.timing.changeMs;
          try {
            await this.#unpublish(command.volumeId, targetPath, { signal: abandoned, endsAt });
            this.node.log.debug({ targetPath }, 'unpublished');
          } finally {
            this.node.shared.sweep(); // Its mount may be gone even where its directory has to stay.
          }
        },
      },
      signal,
    );
  }

  async #unpublish(volumeId: string, targetPath: string, limits: Limits): Promise<void> {
    const { publications } = this.node;
    const known = publications.get(targetPath);
    const mountPoint = known?.mountPoint ?? (await mountPointOf(targetPath));
    const stack = await this.#settledStack(mountPoint, limits);
    refuseForeign({ volumeId, targetPath, known }, stack);
    await this.#unmountAll(mountPoint, stack.length, limits);
    this.node.log.debug({ mountPoint }, 'nothing is mounted any more');
    await removeTarget(mountPoint);
    this.node.log.debug({ mountPoint }, 'the target is gone');
    await publications.remove(targetPath);
  }

  /**
   * What is mounted, once no earlier child changes it any more. Where nothing is, a child that a dead server holds is not
   * waited for: it has SIGKILL pending, so that it begins nothing new, and with the target's removal the kernel mounts
   * nothing any more on the directory that a mount(2) of its may hold (vfs_rmdir marks it; ENOENT).
   */
  async #settledStack(mountPoint: string, limits: Limits): Promise<readonly MountEntry[]> {
    const { mounter, readMountTable, clock } = this.node;
    const stack = (await readMountTable()).all(mountPoint);
    if (stack.length === 0 || !mounter.stuck.has(mountPoint)) return stack;
    const leftMs = limits.endsAt - clock.now();
    const endsAt = limits.endsAt - Math.min(OTHER_MEANS_MS, leftMs / 2);
    // Who waited in vain goes on: an umount(8) that hangs must not keep from it what the settings allow besides.
    await mounter.settle(mountPoint, { signal: limits.signal, endsAt }).catch(() => {});
    return (await readMountTable()).all(mountPoint);
  }

  async #unmountAll(mountPoint: string, count: number, limits: Limits): Promise<void> {
    // A running look at the volume would make it busy; it ends by itself within its deadline.
    if (count > 0) await this.node.statfs.finished(mountPoint, limits);
    try {
      await unmountAll(this.node, mountPoint, count, limits);
    } catch (error) {
      throw this.#heldByStatfs(mountPoint) ?? error;
    }
  }

  /** A statfs that a dead server holds uses the mount, so that it cannot be unmounted without force. */
  #heldByStatfs(mountPoint: string): DriverError | undefined {
    const child = this.node.statfs.stuck.get(mountPoint);
    if (!child) return undefined;
    return new DriverError(
      'unavailable',
      `umount ${mountPoint} failed: the file system does not answer, and holds ${describeStuckChild(child, this.node.clock.now())}; ` +
        `the next attempt succeeds once the file system answers. If it is gone for good, run "umount -f ${mountPoint}" ` +
        `on the node: data that was not yet written to the servers is lost then`,
      { cause: new StuckChildError(child) },
    );
  }
}

interface Known {
  readonly volumeId: string;
  readonly targetPath: string;
  readonly known: Publication | undefined;
}

/** A request that is mistaken about the target must not take a running pod's volume away. Without a record, what
 *  lies there is from another driver's time: a Lustre mount is accepted as the volume, whatever state it is in. */
function refuseForeign({ volumeId, targetPath, known }: Known, stack: readonly MountEntry[]): void {
  const [bottom] = stack;
  if (!bottom) return;
  if (known ? known.volumeId === volumeId : stack.some(lustreSourceOf)) return;
  const what = known ? `volume ${known.volumeId} is published there` : describeMount(bottom);
  throw new DriverError(
    'failed-precondition',
    `volume ${volumeId} is not what is at ${targetPath}: ${what}; nothing was unmounted. Unmount it on the node if ` +
      `nothing uses it`,
  );
}

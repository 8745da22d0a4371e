import { DriverError } from '../errors/driver-error.js';
import { joinOrRun } from '../concurrency/join-or-run.js';
import { fingerprint } from '../concurrency/fingerprint.js';
import { lustreSourceOf, describeMount } from '../mount/mount-identity.js';
import type { MountEntry } from '../mount/table/mount-table.js';
import type { NodeContext } from './node-context.js';
import type { Publication } from '../mount/publications.js';
import { describeStuckChild, StuckChildError } from '../process/stuck-child.js';
import { refuseOutside } from '../mount/target-bounds.js';
import { mountPointOf, removeTarget, removeUnlessMounted, targetKey } from '../mount/target-path.js';
import { unmountAll } from '../mount/unmount-all.js';
import type { Limits } from '../concurrency/wait-with-limits.js';

/** Parsed NodeUnpublishVolume request: the volume and the target. */
export interface UnpublishCommand {
  readonly volumeId: string;
  readonly targetPath: string;
}

/** Part of a call's time that is kept for an unmount by force or lazily. */
const OTHER_MEANS_MS = 12_000;

/**
 * Removes a volume from a target: every mount on it, then the empty directory, then the record. Nothing mounted, or no
 * target at all, is success. A shared client that is no longer used is unmounted afterwards, in the background: the unmount
 * of a bind mount sends nothing to a server, so that a dead server keeps no pod.
 */
export class UnpublishVolume {
  constructor(private readonly node: NodeContext) {}

  /** @throws DriverError with the output of umount(8) and the next step */
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
            this.node.shared.sweep(); // The mount may be gone although the directory stays.
          }
        },
      },
      signal,
    );
  }

  async #unpublish(volumeId: string, targetPath: string, limits: Limits): Promise<void> {
    const { publications } = this.node;
    const known = publications.get(targetPath);
    const mountPoint = known?.mountPoint ?? (await this.#unrecordedTarget(targetPath));
    const isUsual = known?.volumeId === volumeId && (await this.#unmountUsual(mountPoint, limits));
    if (!isUsual) {
      const stack = await this.#settledStack(mountPoint, limits);
      refuseForeign({ volumeId, targetPath, known }, stack);
      await this.#unmountAll(mountPoint, stack.length, limits);
      this.node.log.debug({ mountPoint }, 'all mounts are gone');
      await removeTarget(mountPoint);
    }
    this.node.log.debug({ mountPoint }, 'the target is gone');
    await publications.remove(targetPath);
  }

  /** Unmounts the one mount of a recorded target, without a look at the mount table: the kernel removes no directory on which
   *  something is mounted. @returns false if more is to be done @throws DriverError as `unmountAll` */
  async #unmountUsual(mountPoint: string, limits: Limits): Promise<boolean> {
    const { mounter } = this.node;
    if (mounter.stuck.has(mountPoint) || mounter.pending.has(mountPoint)) return false;
    await this.node.statfs.finished(mountPoint, limits);
    try {
      await mounter.unmount(mountPoint, limits);
    } catch (error) {
      // umount(8) may have unmounted before it was killed.
      const isMounted = (await this.node.readMountTable()).at(mountPoint) !== undefined;
      if (isMounted) throw this.#heldByStatfs(mountPoint) ?? error;
    }
    this.node.log.debug({ mountPoint }, 'its mount is gone');
    return removeUnlessMounted(mountPoint);
  }

  /** Mount point of a target that another driver published, or none: everything else on the node stays as it is. */
  async #unrecordedTarget(targetPath: string): Promise<string> {
    const mountPoint = await mountPointOf(targetPath, await this.node.recentMountTable());
    await refuseOutside({ targetPath, mountPoint }, this.node.targetBounds);
    return mountPoint;
  }

  /**
   * Returns the mounts on the target once no earlier child can change them. With no mount there, it does not wait for a
   * stuck child: SIGKILL is pending, so that the child begins nothing new, and after the target is removed, the kernel
   * refuses the mount(2) that the child may be in (vfs_rmdir marks the directory; ENOENT).
   */
  async #settledStack(mountPoint: string, limits: Limits): Promise<readonly MountEntry[]> {
    const { mounter, readMountTable, clock } = this.node;
    await mounter.abandon(mountPoint);
    const stack = (await readMountTable()).all(mountPoint);
    if (stack.length === 0 || !mounter.stuck.has(mountPoint)) return stack;
    const leftMs = limits.endsAt - clock.now();
    const endsAt = limits.endsAt - Math.min(OTHER_MEANS_MS, leftMs / 2);
    // Continues after a wait in vain: an umount(8) that hangs must not prevent the escalation that the settings allow.
    await mounter.settle(mountPoint, { signal: limits.signal, endsAt }).catch(() => {});
    return (await readMountTable()).all(mountPoint);
  }

  async #unmountAll(mountPoint: string, count: number, limits: Limits): Promise<void> {
    // A running measurement makes the volume busy; it ends within its deadline.
    if (count > 0) await this.node.statfs.finished(mountPoint, limits);
    try {
      await unmountAll(this.node, mountPoint, count, limits);
    } catch (error) {
      throw this.#heldByStatfs(mountPoint) ?? error;
    }
  }

  /** Error for a mount that cannot be unmounted without force, because a statfs that a dead server blocks uses it. */
  #heldByStatfs(mountPoint: string): DriverError | undefined {
    const child = this.node.statfs.stuck.get(mountPoint);
    if (!child) return undefined;
    return new DriverError(
      'unavailable',
      `umount ${mountPoint} failed: the file system does not answer, and blocks ${describeStuckChild(child, this.node.clock.now())}; ` +
        `the next attempt succeeds once the file system answers. If it is gone for good, run "umount -f ${mountPoint}" ` +
        `on the node: data that was not yet written to the servers is lost then`,
      { cause: new StuckChildError(child) },
    );
  }
}

interface UnpublishTarget {
  readonly volumeId: string;
  readonly targetPath: string;
  readonly known: Publication | undefined;
}

/** Refuses a request that names another volume than the target's, so that a running pod keeps its volume. Without a record,
 *  another driver published there: any Lustre mount is accepted as the volume, in every state. */
function refuseForeign({ volumeId, targetPath, known }: UnpublishTarget, stack: readonly MountEntry[]): void {
  const [bottom] = stack;
  if (!bottom) return;
  if (known ? known.volumeId === volumeId : stack.some(lustreSourceOf)) return;
  const what = known ? `volume ${known.volumeId} is published there` : describeMount(bottom);
  throw new DriverError(
    'failed-precondition',
    `volume ${volumeId} is not at ${targetPath}: ${what}; nothing was unmounted. Unmount it on the node if nothing ` +
      `uses it`,
  );
}

import { DriverError } from '../errors/driver-error.js';
import { runExclusive } from '../volume/exclusive.js';
import { fingerprint } from '../volume/fingerprint.js';
import { formatMountSource, type LustreMountSource } from '../volume/mount-source.js';
import { isReadOnly, type VolumeCapability } from '../volume/volume-capability.js';
import { asksReadOnly, mountOptions } from './mount-options.js';
import type { MountEntry, MountTable } from './mount-table.js';
import type { NodeContext } from './node-context.js';
import type { Publication } from './publications.js';
import {
  describeMount,
  nextPublishStep,
  refuseSecondTarget,
  showsPublication,
  showsSource,
} from './publish-rules.js';
import { makeTarget, mountPointOf, removeTarget, targetKey } from './target-path.js';
import type { Limits } from './within.js';

/** NodePublishVolume: what to mount, where and how. */
export interface PublishCommand {
  readonly volumeId: string;
  readonly targetPath: string;
  readonly readonly: boolean;
  readonly capability: VolumeCapability;
  readonly source: LustreMountSource;
}

interface Job {
  readonly wanted: Publication;
  readonly source: LustreMountSource;
  readonly limits: Limits;
  readonly report: (progress: string) => void;
}

/** What a failed attempt has left at the target. */
interface Remains {
  /** A mount that the attempt made. */
  readonly isOurs: boolean;
  /** A directory that the attempt made. */
  readonly isNew: boolean;
}

/** Undoing a failed mount is no longer the caller's time. */
const UNDO_MS = 5_000;

/**
 * Makes a volume visible at a target: a mount of its own for each target. Repeating it is harmless, since kubelet
 * repeats it after each of its restarts: what is mounted already is compared, never mounted over.
 */
export class PublishVolume {
  /** Publications that are under way: no mount tells of them yet. */
  readonly #underWay = new Set<string>();

  constructor(private readonly node: NodeContext) {}

  /** @throws DriverError: csi-spec "NodePublishVolume Errors"; what mount.lustre said, and the next step */
  async run(command: PublishCommand, signal: AbortSignal): Promise<void> {
    const wanted = await publicationOf(command);
    await runExclusive(
      this.node.targets,
      {
        key: wanted.targetPath,
        fingerprint: fingerprint(['publish', wanted]),
        work: async (everybodyLeft, report) => {
          const endsAt = this.node.clock.now() + this.node.timing.changeMs;
          const limits = { signal: everybodyLeft, endsAt };
          this.#underWay.add(wanted.targetPath);
          try {
            await this.#publish({ wanted, source: command.source, limits, report });
          } finally {
            this.#underWay.delete(wanted.targetPath);
          }
        },
      },
      signal,
    );
  }

  async #publish(job: Job): Promise<void> {
    const { wanted, limits, report } = job;
    const { mounter, publications, readMountTable } = this.node;
    report(`publishing volume ${wanted.volumeId} at ${wanted.targetPath}`);
    await mounter.settle(wanted.mountPoint, limits);
    const table = await readMountTable();
    const mounted = table.at(wanted.mountPoint);
    const step = nextPublishStep(wanted, publications.get(wanted.targetPath), mounted);
    if (step === 'nothing') return;
    // From here to the record nothing is awaited: of two simultaneous publishes, one sees the other.
    refuseSecondTarget(wanted, this.#othersThan(wanted, table));
    if (mounted) return publications.save({ ...wanted, observedSource: mounted.source });
    await publications.save(wanted);
    await this.#mount(job);
  }

  async #mount(job: Job): Promise<void> {
    const { wanted, source, limits, report } = job;
    const { mounter, publications, readMountTable, log } = this.node;
    const target = wanted.mountPoint;
    let isNew = false;
    let failure: Error | undefined;
    report(`mounting ${wanted.source} on ${target}`);
    try {
      isNew = await makeTarget(target);
      const options = mountOptions(wanted.mountFlags, wanted.readonly);
      await mounter.mount({ source, target, options }, limits);
    } catch (error) {
      failure = error as Error;
    }
    // Whatever mount(8) said, the table tells: it may have mounted before it was killed.
    const mounted = (await readMountTable()).at(target);
    if (mounted && showsPublication(mounted, wanted)) {
      log.info({ source: mounted.source, target }, 'mounted');
      return publications.save({ ...wanted, observedSource: mounted.source });
    }
    // A failed mount(8) mounted nothing else: what somebody else has put here meanwhile is not ours to take away.
    const isOurs = mounted !== undefined && (!failure || showsSource(mounted, wanted));
    await this.#undo(job, { isOurs, isNew });
    throw failure ?? mountedSomethingElse(wanted, mounted);
  }

  /** Leaves nothing behind: after a final error kubelet never asks to unpublish. */
  async #undo({ wanted }: Job, { isOurs, isNew }: Remains): Promise<void> {
    const { mounter, publications, clock, log } = this.node;
    // A child that nothing can end may still mount: the record stays, and the next call waits for the child.
    if (mounter.stuck.has(wanted.mountPoint)) return;
    const limits = { signal: new AbortController().signal, endsAt: clock.now() + UNDO_MS };
    try {
      if (isOurs) await mounter.unmount(wanted.mountPoint, limits);
      if (isNew) await removeTarget(wanted.mountPoint);
      await publications.remove(wanted.targetPath);
    } catch (error) {
      log.warn({ err: error, target: wanted.mountPoint }, 'a failed mount could not be undone');
    }
  }

  /** The publications of the volume that exist elsewhere; a record without a mount is stale. */
  #othersThan(wanted: Publication, table: MountTable): readonly Publication[] {
    return this.node.publications
      .all()
      .filter(({ volumeId, targetPath }) => volumeId === wanted.volumeId && targetPath !== wanted.targetPath)
      .filter(
        ({ targetPath, mountPoint }) =>
          this.#underWay.has(targetPath) || this.node.mounter.stuck.has(mountPoint) || table.at(mountPoint),
      );
  }
}

async function publicationOf(command: PublishCommand): Promise<Publication> {
  const { accessMode, mountFlags } = command.capability;
  const targetPath = targetKey(command.targetPath);
  return {
    volumeId: command.volumeId,
    targetPath,
    mountPoint: await mountPointOf(targetPath),
    source: formatMountSource(command.source),
    accessMode,
    readonly: command.readonly || isReadOnly(accessMode) || asksReadOnly(mountFlags),
    mountFlags,
  };
}

function mountedSomethingElse(wanted: Publication, mounted: MountEntry | undefined): DriverError {
  const found = mounted
    ? `${describeMount(mounted)}, ${wanted.readonly ? 'or it is writable' : 'or it is read-only'}`
    : 'the mount table shows nothing';
  return new DriverError(
    'unavailable',
    `mount -t lustre ${wanted.source} ${wanted.targetPath} succeeded, but ${found}: the node plugin must run in ` +
      `the mount namespace in which it mounts, and mount.lustre must be the one of the Lustre client`,
  );
}

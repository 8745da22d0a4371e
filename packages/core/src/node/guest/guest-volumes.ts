import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint } from '../../concurrency/fingerprint.js';
import { joinOrRun } from '../../concurrency/join-or-run.js';
import { DriverError, messageOf } from '../../errors/driver-error.js';
import { mountOptions } from '../../mount/mount-options.js';
import { GUEST_MARKER, HAND_OFF_FILE, UNFINISHED_SUFFIX } from '../../mount/own-files.js';
import { makeTarget, targetKey } from '../../mount/target-path.js';
import type { NodeContext } from '../node-context.js';
import type { PublishCommand } from '../publish-command.js';
import type { RuntimeGuard } from '../runtime-guard.js';
import type { UnpublishCommand } from '../unpublish-volume.js';
import type { StatsCommand, VolumeCondition } from '../volume-stats.js';
import type { DirectVolume, DirectVolumes } from './direct-volumes.js';
import { guestPublication, podsDirectoryOf, podTarget } from './guest-plan.js';
import type { GuestPort, InlineCommand } from './guest-port.js';
import {
  GuestPublications,
  HandOffs,
  type GuestPublication,
  type HandOff,
  type PodTarget,
} from './guest-records.js';
import { renderHandOff, type GuestVolume } from './hand-off-file.js';

/** Dependencies of the volumes of guests. */
export interface GuestVolumesParts {
  readonly stateDir: string;
  readonly driverName: string;
  readonly directVolumes: DirectVolumes;
  /** Decides by the pod's runtime whether the node or the guest mounts a volume. */
  readonly guard: Pick<RuntimeGuard, 'modeFor'>;
}

/** Key of `volumeAttributes` with which an inline volume requests the hand-off. */
export const HAND_OFF_KEY = 'handOff';

/** Text of the marker. */
const MARKER_TEXT =
  'The Lustre volume is mounted inside the virtual machine of this pod, not here. A container that sees this file has a copy of\n' +
  'an empty directory instead of the volume: see the guide about peer pods.\n';

/**
 * Publishes volumes for pods that run in virtual machines of their own. Nothing is mounted on this node: an entry makes Kata
 * pass the target's path to the guest, where the container `lustre-csi guest` of the pod mounts the volume at that path. It
 * learns of the volumes from a file in the pod's hand-off volume, which Kata copies into the guest. Kubelet publishes all
 * volumes before the runtime starts, in any order: each publish renews the file.
 */
export class GuestVolumes implements GuestPort {
  readonly #publications: GuestPublications;
  readonly #handOffs: HandOffs;
  /** End of the last write of hand-off files: a later list never gives way to an earlier one. */
  #writes: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly node: NodeContext,
    private readonly parts: GuestVolumesParts,
  ) {
    this.#publications = new GuestPublications(parts.stateDir, node.log);
    this.#handOffs = new HandOffs(parts.stateDir, node.log);
  }

  async load(): Promise<void> {
    await this.#publications.load();
    await this.#handOffs.load();
  }

  async publish(command: PublishCommand, signal: AbortSignal): Promise<boolean> {
    const targetPath = targetKey(command.targetPath);
    if (!this.#publications.get(targetPath)) {
      // The cluster is not asked about running pods: their volumes must not depend on its answer.
      if (await this.#isOnNode(targetPath)) return false;
      if ((await this.parts.guard.modeFor(command, signal)) === 'host') return false;
    }
    const wanted = await guestPublication(command, this.node);
    await this.#exclusively(targetPath, ['publish for a guest', wanted], () => this.#publish(wanted), signal);
    return true;
  }

  async publishInline(command: InlineCommand, signal: AbortSignal): Promise<void> {
    const { volumeId, context = {} } = command;
    if (context[HAND_OFF_KEY] !== 'true') throw refusedInline(volumeId);
    const wanted: HandOff = { volumeId, ...(await podTarget(command.targetPath, this.node)) };
    const known = this.#handOffs.get(wanted.targetPath) !== undefined;
    if (!known && (await this.parts.guard.modeFor(command, signal)) === 'host') throw refusedOnHost(volumeId);
    await this.#exclusively(wanted.targetPath, ['hand off', wanted], () => this.#handOff(wanted), signal);
  }

  async withdraw({ volumeId, targetPath: requested }: UnpublishCommand, signal: AbortSignal): Promise<void> {
    const targetPath = targetKey(requested);
    const record = this.#recordAt(targetPath);
    if (!record) return;
    if (record.volumeId !== volumeId) throw otherVolume(volumeId, record);
    await this.#exclusively(targetPath, ['withdraw', volumeId], () => this.#forget(record), signal);
  }

  condition({ volumeId, volumePath }: StatsCommand): VolumeCondition | undefined {
    const record = this.#recordAt(volumePath);
    if (!record) return undefined;
    if (record.volumeId !== volumeId) {
      throw new DriverError(
        'not-found',
        `volume ${volumeId} is not published at ${volumePath}: ${record.volumeId} is`,
      );
    }
    const message =
      'the volume is mounted inside the virtual machine of its pod, and is not measured from this node';
    return { abnormal: false, message };
  }

  #recordAt(targetPath: string): GuestPublication | HandOff | undefined {
    return this.#publications.get(targetPath) ?? this.#handOffs.get(targetPath);
  }

  async #isOnNode(targetPath: string): Promise<boolean> {
    if (this.node.publications.get(targetPath)) return true;
    return (await this.node.recentMountTable()).at(targetPath) !== undefined;
  }

  async #exclusively(
    key: string,
    identity: readonly unknown[],
    work: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    await joinOrRun(this.node.targets, { key, fingerprint: fingerprint([...identity]), work }, signal);
  }

  async #publish(wanted: GuestPublication): Promise<void> {
    const known = this.#publications.get(wanted.targetPath);
    if (known && fingerprint([known]) !== fingerprint([wanted])) throw publishedOtherwise(wanted, known);
    try {
      await this.#write(wanted);
    } catch (error) {
      // After a final error kubelet never unpublishes.
      if (!known) await this.#forget(wanted).catch(() => {});
      throw error;
    }
    this.node.log.info(
      { source: wanted.source, target: wanted.targetPath },
      'published for the guest of the pod',
    );
  }

  async #write(wanted: GuestPublication): Promise<void> {
    await this.#publications.save(wanted);
    const { driverName, directVolumes } = this.parts;
    const { source, readonly, mountFlags } = wanted;
    const options = mountOptions(mountFlags, readonly);
    const entry: DirectVolume = { fsType: 'lustre', options, metadata: { driver: driverName, source } };
    for (const path of pathsOf(wanted)) await directVolumes.write(path, entry);
    await makeTarget(wanted.mountPoint);
    await writeOwnFile(join(wanted.mountPoint, GUEST_MARKER), MARKER_TEXT);
    await chmod(wanted.mountPoint, 0o555);
    await this.#renewHandOffs(wanted.podUid);
  }

  /** Removes the entry and the record of a volume, or the record of a hand-off. */
  async #forget(record: GuestPublication | HandOff): Promise<void> {
    for (const path of pathsOf(record)) await this.parts.directVolumes.remove(path);
    await this.#publications.remove(record.targetPath);
    await this.#handOffs.remove(record.targetPath);
    await this.#renewHandOffs(record.podUid);
  }

  async #handOff(wanted: HandOff): Promise<void> {
    await makeTarget(wanted.mountPoint);
    await this.#handOffs.save(wanted);
    // The guest's container mounts this directory of the node, which Kata would copy otherwise. It stays: pods share it.
    const entry: DirectVolume = { fsType: 'none', options: [], metadata: { driver: this.parts.driverName } };
    await this.parts.directVolumes.write(podsDirectoryOf(wanted), entry);
    await this.#renewHandOffs(wanted.podUid);
  }

  /** Writes the volumes of a pod into its hand-off volumes, one write at a time. */
  async #renewHandOffs(podUid: string): Promise<void> {
    const write = async (): Promise<void> => {
      const isOfPod = (record: PodTarget): boolean => record.podUid === podUid;
      const volumes = this.#publications.all().filter(isOfPod).map(toGuestVolume);
      volumes.sort((a, b) => (a.targetPath < b.targetPath ? -1 : 1));
      const text = renderHandOff({ driver: this.parts.driverName, volumes });
      for (const { mountPoint } of this.#handOffs.all().filter(isOfPod)) {
        await writeOwnFile(join(mountPoint, HAND_OFF_FILE), text);
      }
    };
    const written = this.#writes.then(write, write);
    this.#writes = written.catch(() => {});
    await written;
  }
}

/** Paths under which a runtime may look for the target: as kubelet names it, and without symlinks. */
const pathsOf = ({ targetPath, mountPoint }: PodTarget): ReadonlySet<string> =>
  new Set([targetPath, mountPoint]);

const toGuestVolume = ({ mountPoint: _, podUid: __, ...volume }: GuestPublication): GuestVolume => volume;

/** Replaces a file atomically; its readers are any. */
async function writeOwnFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}${UNFINISHED_SUFFIX}`;
  try {
    await writeFile(unfinished, text);
    await chmod(unfinished, 0o444);
    await rename(unfinished, path);
  } catch (error) {
    throw new DriverError(
      'unavailable',
      `the file ${path} cannot be written: ${messageOf(error)}; the directory must be writable for the node plugin and its disk ` +
        'must have space',
      { cause: error },
    );
  }
}

const otherVolume = (
  volumeId: string,
  { targetPath, volumeId: there }: { targetPath: string; volumeId: string },
) =>
  new DriverError(
    'failed-precondition',
    `volume ${volumeId} is not at ${targetPath}: volume ${there} is published there for a guest; nothing was changed`,
  );

function publishedOtherwise(wanted: GuestPublication, known: GuestPublication): DriverError {
  if (known.volumeId !== wanted.volumeId) return otherVolume(wanted.volumeId, known);
  return new DriverError(
    'already-exists',
    `volume ${wanted.volumeId} is published for a guest at ${wanted.targetPath} in another way (source, access mode, read-only, ` +
      'mount options or settings); unpublish it first',
  );
}

const refusedInline = (volumeId: string): DriverError =>
  new DriverError(
    'invalid-argument',
    `volume ${volumeId} is inline and lacks the attribute ${HAND_OFF_KEY}: "true": inline volumes of this driver hand the pod's volumes ` +
      'to its guest, and mount no file system. Use a PersistentVolumeClaim',
  );

const refusedOnHost = (volumeId: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `volume ${volumeId} hands volumes to a guest, and the pod has none that mounts volumes itself: remove the inline volume and the ` +
      'container "lustre-csi guest" from the pod, or use a RuntimeClass with the annotation volume-mode=guest',
  );

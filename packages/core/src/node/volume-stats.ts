import type { Measurement, Usage, VolumeMeasurement } from '../model/usage.js';
import { untilAborted } from '../concurrency/abort.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import { formatMountSource, parseMountSource } from '../model/mount-source.js';
import { describeLostTargets } from '../mount/client/target-connections.js';
import { isSameSource, lustreSourceOf, showsSource } from '../mount/mount-identity.js';
import type { MountEntry, MountTable } from '../mount/mount-table.js';
import type { NodeContext } from './node-context.js';
import type { Publication } from '../mount/publications.js';
import { statPathFor } from './stat-path.js';
import type { MeasureRequest, StatfsHelper } from './statfs-helper.js';
import { mountPointOf, targetKey } from '../mount/target-path.js';
import { formatAge, abnormalCause, movedDirectory } from './volume-condition.js';

/** Parsed NodeGetVolumeStats request. */
export interface StatsCommand {
  readonly volumeId: string;
  readonly volumePath: string;
}

/** Usage and condition of a published volume. The numbers are those of the whole file system, unless a project quota covers
 *  the sub-directory. */
export interface VolumeStats {
  readonly bytes: Usage;
  readonly inodes: Usage;
  readonly condition: VolumeCondition;
}

export interface VolumeCondition {
  readonly abnormal: boolean;
  readonly message: string;
}

/** Target of a volume, with its record if there is one. */
interface Place {
  readonly known: Publication | undefined;
  readonly mountPoint: string;
}

interface Remembered {
  readonly volumeId: string;
  readonly measurement: Measurement;
  readonly at: number;
}

const healthy: VolumeCondition = { abnormal: false, message: 'the file system answers' };

/**
 * Measures a published volume, without touching its path in this process. An abnormal volume that was measured before
 * reports its last numbers, and as its condition the cause and their age: kubelet treats an answer without numbers as a
 * failure, and then shows nothing.
 */
export class GetVolumeStats {
  /** Last successful measurement, by mount point. */
  readonly #last = new Map<string, Remembered>();

  constructor(
    private readonly node: NodeContext,
    private readonly statfs: Pick<StatfsHelper, 'measure'>,
  ) {}

  /** @throws DriverError not-found if the volume is not published there; unavailable, with the cause, if it cannot be
   *    measured and never was before */
  async run(command: StatsCommand, signal: AbortSignal): Promise<VolumeStats> {
    const place = await this.#publishedAt(command);
    const table = await this.node.readMountTable();
    const mounted = table.at(place.mountPoint);
    if (!mounted) return this.#unmounted(command, place);
    this.#refuseOther(command, place, mounted);
    const request = measureRequestOf(place, mounted, table);
    try {
      const { warning, ...measurement } = await untilAborted(this.#measure(command, request), signal);
      const after = (await this.node.readMountTable()).at(place.mountPoint);
      // The numbers of the directory under the mount are not the volume's.
      if (after?.id !== mounted.id) throw notPublished(command, 'it was unmounted during the measurement');
      this.#remember(command, place, measurement, table);
      const findings = [movedIn(place, mounted), await this.#lostTargets(mounted), warning];
      return { ...measurement, condition: conditionOf(findings) };
    } catch (error) {
      signal.throwIfAborted();
      const why = movedIn(place, mounted) ?? abnormalCause(error, request.fileSystem, this.node.clock.now());
      return this.#abnormal(command, place, [why, await this.#lostTargets(mounted)], error);
    }
  }

  async #measure({ volumeId }: StatsCommand, request: MeasureRequest): Promise<VolumeMeasurement> {
    const whole = await this.statfs.measure(request);
    return this.node.measureQuota ? this.node.measureQuota(volumeId, request.path, whole) : whole;
  }

  /** Finds the target. Any text may be the path: where it cannot be a target, no volume is published. */
  async #publishedAt(command: StatsCommand): Promise<Place> {
    let targetPath: string;
    try {
      targetPath = targetKey(command.volumePath);
    } catch {
      throw notPublished(command, 'this is not the path of a target');
    }
    const known = this.node.publications.get(targetPath);
    if (known && known.volumeId !== command.volumeId) {
      throw notPublished(command, `volume ${known.volumeId} is published there`);
    }
    if (known) return { known, mountPoint: known.mountPoint };
    const mountPoint = await mountPointOf(targetPath).catch(() => {
      throw notPublished(command, 'it lies in a volume');
    });
    return { known, mountPoint };
  }

  #refuseOther(command: StatsCommand, place: Place, mounted: MountEntry): void {
    const { known } = place;
    // Without a record it was published by another driver, before an upgrade to this one.
    const isTheVolume = known ? showsSource(mounted, known) : lustreSourceOf(mounted) !== undefined;
    if (known && isOfFileSystem(mounted, known) && movedIn(place, mounted) !== undefined) return;
    if (!isTheVolume) throw notPublished(command, `${mounted.source} (${mounted.fsType}) is mounted there`);
  }

  #unmounted(command: StatsCommand, place: Place): VolumeStats {
    const last = this.#lastOf(command, place);
    if (!place.known || !last) throw notPublished(command, 'nothing is mounted there');
    return this.#outdated(
      last,
      `${place.known.source} is no longer mounted at ${place.mountPoint}, although its pod still exists: it was ` +
        `unmounted on the node; restart the pod`,
    );
  }

  /** Targets that the client has lost: a file system that answers may hang all the same. */
  async #lostTargets(mounted: MountEntry): Promise<string | undefined> {
    const source = lustreSourceOf({ ...mounted, root: '/' });
    return source && describeLostTargets(await this.node.connections.lostTargets(source));
  }

  #abnormal(
    command: StatsCommand,
    place: Place,
    [why, lost]: readonly (string | undefined)[],
    error: unknown,
  ): VolumeStats {
    if (why === undefined || isDriverError(error, 'not-found')) throw error;
    const all = lost === undefined ? why : `${why}. Also, ${lost}`;
    const last = this.#lastOf(command, place);
    if (!last) throw new DriverError('unavailable', all, { cause: error });
    return this.#outdated(last, all);
  }

  #outdated({ measurement, at }: Remembered, why: string): VolumeStats {
    const age = formatAge(at, this.node.clock.now());
    return {
      ...measurement,
      condition: { abnormal: true, message: `${why}. The numbers are those of ${age} ago` },
    };
  }

  #lastOf({ volumeId }: StatsCommand, { mountPoint }: Place): Remembered | undefined {
    const last = this.#last.get(mountPoint);
    return last?.volumeId === volumeId ? last : undefined;
  }

  #remember(
    { volumeId }: StatsCommand,
    { mountPoint }: Place,
    measurement: Measurement,
    table: MountTable,
  ): void {
    const published = new Set(this.node.publications.all().map((publication) => publication.mountPoint));
    for (const other of this.#last.keys()) {
      if (!published.has(other) && !table.at(other)) this.#last.delete(other);
    }
    this.#last.set(mountPoint, { volumeId, measurement, at: this.node.clock.now() });
  }
}

function conditionOf(findings: readonly (string | undefined)[]): VolumeCondition {
  const found = findings.filter((finding) => finding !== undefined);
  return found.length === 0 ? healthy : { abnormal: true, message: found.join('. Also, ') };
}

const movedIn = ({ known }: Place, mounted: MountEntry): string | undefined =>
  known && movedDirectory(known, mounted);

/** Returns true if a mount is of the file system of a publication, at any directory of it. */
function isOfFileSystem(mounted: MountEntry, { source, observedSource }: Publication): boolean {
  const [shown, wanted] = [lustreSourceOf(mounted), parseMountSource(source)];
  const observed = observedSource === undefined ? undefined : parseMountSource(observedSource);
  return shown !== undefined && isSameSource({ ...shown, subdir: wanted.subdir }, wanted, observed);
}

/** Chooses the path to measure. It avoids the bind mount: a statfs that a dead server blocks would keep it busy, and the pod
 *  could not terminate. */
function measureRequestOf(
  { known, mountPoint }: Place,
  mounted: MountEntry,
  table: MountTable,
): MeasureRequest {
  const { path, mount } = (known && statPathFor(known, table)) ?? { path: mountPoint, mount: mounted };
  const source = lustreSourceOf({ ...mount, root: '/' });
  return { fileSystem: source ? formatMountSource({ ...source, subdir: '' }) : mount.source, path };
}

const notPublished = ({ volumeId, volumePath }: StatsCommand, why: string): DriverError =>
  new DriverError(
    'not-found',
    `volume ${volumeId} is not published at ${JSON.stringify(volumePath)}: ${why}`,
  );

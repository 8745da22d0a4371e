import type { Measurement, Usage, VolumeMeasurement } from '../model/usage.js';
import { untilAborted } from '../concurrency/abort.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import { formatMountSource, parseMountSource } from '../model/mount-source.js';
import { describeLostTargets } from '../mount/client/target-connections.js';
import { isSameSource, lustreSourceOf, showsSource, superblockSourceOf } from '../mount/mount-identity.js';
import type { MountEntry, MountTable } from '../mount/table/mount-table.js';
import type { NodeContext } from './node-context.js';
import type { Publication } from '../mount/publications.js';
import { statPathFor } from './stat-path.js';
import type { MeasureRequest, StatfsHelper } from './statfs-helper.js';
import type { StatfsResult } from './statfs-process.js';
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
  /** Absent: the volume cannot be measured from this node, because a guest has mounted it. */
  readonly bytes?: Usage;
  readonly inodes?: Usage;
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

/** Path that is measured, and the mount that it lies in. */
interface MeasuredPlace {
  readonly request: MeasureRequest;
  readonly mount: MountEntry;
}

/** Measurement of what one look at the mount table has shown. */
interface Found {
  readonly mounted: MountEntry | undefined;
  /** Absent: the volume is not mounted. */
  readonly at?: MeasuredPlace;
  readonly measurement?: VolumeMeasurement;
  /** See StatfsResult. */
  readonly mountState?: string;
  readonly error?: unknown;
}

interface Remembered {
  readonly volumeId: string;
  readonly measurement: Measurement;
  readonly at: number;
}

/** Look at the mount table. */
interface Look {
  readonly table: MountTable;
  readonly mountState: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Age up to which a look counts while nothing is mounted or unmounted, in milliseconds: the kernel reports no change where a
 *  mounted directory is moved or removed, which the table shows. */
const MAX_LOOK_AGE_MS = 60_000;
const MIN_REMEMBERED = 16;
const healthy: VolumeCondition = { abnormal: false, message: 'the file system answers' };

/**
 * Measures a published volume, without touching its path in this process. An abnormal volume that was measured before
 * reports its last numbers, and as its condition the cause and their age: kubelet treats an answer without numbers as a
 * failure, and then shows nothing.
 */
export class GetVolumeStats {
  /** Last successful measurement, by mount point. */
  readonly #last = new Map<string, Remembered>();
  /** Number of them at which those of volumes that are gone are forgotten. */
  #pruneAt = MIN_REMEMBERED;
  /** Last look at the mount table, and its state, which is certain to be no later. */
  #looked: Look | undefined;

  constructor(
    private readonly node: NodeContext,
    private readonly statfs: Pick<StatfsHelper, 'measure'>,
  ) {}

  /** @throws DriverError not-found if the volume is not published there; unavailable, with the cause, if it cannot be
   *    measured and never was before */
  async run(command: StatsCommand, signal: AbortSignal): Promise<VolumeStats> {
    const place = await this.#publishedAt(command);
    let { table } = this.#looked ?? { table: await this.node.recentMountTable() };
    for (let isCertain = false; ; isCertain = true) {
      const found = await this.#measureIn(table, command, place, signal);
      const now = await this.#tableAfter(found);
      if (isConfirmed(found, place, now)) return this.#statsOf(command, place, found, now);
      // The numbers of the directory under the mount are not the volume's.
      if (isCertain) throw notPublished(command, 'it was unmounted during the measurement');
      table = now;
    }
  }

  /** Returns the mount table of the time after a measurement: the one of an earlier look if it has not changed since. */
  async #tableAfter({ mountState }: Found): Promise<MountTable> {
    const at = this.node.clock.now();
    const looked = this.#looked;
    if (looked && looked.mountState === mountState && at - looked.at < MAX_LOOK_AGE_MS) return looked.table;
    const table = await this.node.readMountTable();
    // A change during this look makes the next measurement look again.
    this.#looked = mountState === undefined ? undefined : { table, mountState, at };
    return table;
  }

  /** Measures what a table shows of the volume, if it shows the volume. @throws the signal's reason alone */
  async #measureIn(
    table: MountTable,
    command: StatsCommand,
    place: Place,
    signal: AbortSignal,
  ): Promise<Found> {
    const mounted = table.at(place.mountPoint);
    if (!mounted || !isTheVolume(place, mounted)) return { mounted };
    const at = statPlaceOf(place, mounted, table);
    try {
      const { mountState, ...measurement } = await untilAborted(this.#measure(command, at.request), signal);
      return { mounted, at, measurement, ...(mountState === undefined ? {} : { mountState }) };
    } catch (error) {
      signal.throwIfAborted();
      return { mounted, at, error };
    }
  }

  async #statsOf(
    command: StatsCommand,
    place: Place,
    { at, measurement: measured, error }: Found,
    table: MountTable,
  ): Promise<VolumeStats> {
    const mounted = table.at(place.mountPoint);
    if (!mounted) return this.#unmounted(command, place);
    if (!isTheVolume(place, mounted)) {
      throw notPublished(command, `${mounted.source} (${mounted.fsType}) is mounted there`);
    }
    const lost = await this.#lostTargets(mounted);
    if (measured) {
      const { warning, ...measurement } = measured;
      this.#remember(command, place, measurement, table);
      return { ...measurement, condition: conditionOf([movedIn(place, mounted), lost, warning]) };
    }
    const why =
      movedIn(place, mounted) ?? (at && abnormalCause(error, at.request.fileSystem, this.node.clock.now()));
    return this.#abnormal(command, place, [why, lost], error);
  }

  async #measure(
    { volumeId }: StatsCommand,
    request: MeasureRequest,
  ): Promise<VolumeMeasurement & Pick<StatfsResult, 'mountState'>> {
    const { mountState, ...whole } = await this.statfs.measure(request);
    const measurement = (await this.node.measureQuota?.(volumeId, request.path, whole)) ?? whole;
    // A quota is read after statfs(2): the state of before says nothing about it.
    if (measurement !== whole || mountState === undefined) return measurement;
    return { ...whole, mountState };
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
    const mountPoint = await mountPointOf(targetPath, await this.node.recentMountTable()).catch(() => {
      throw notPublished(command, 'it lies in a volume');
    });
    return { known, mountPoint };
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
    const source = superblockSourceOf(mounted);
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
    this.#last.set(mountPoint, { volumeId, measurement, at: this.node.clock.now() });
    if (this.#last.size < this.#pruneAt) return;
    const published = new Set(this.node.publications.all().map((publication) => publication.mountPoint));
    for (const other of this.#last.keys()) {
      if (!published.has(other) && !table.at(other)) this.#last.delete(other);
    }
    this.#pruneAt = Math.max(MIN_REMEMBERED, 2 * this.#last.size);
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
function statPlaceOf({ known, mountPoint }: Place, mounted: MountEntry, table: MountTable): MeasuredPlace {
  const { path, mount } = (known && statPathFor(known, table)) ?? { path: mountPoint, mount: mounted };
  const source = superblockSourceOf(mount);
  const fileSystem = source ? formatMountSource({ ...source, subdir: '' }) : mount.source;
  return { request: { fileSystem, path }, mount };
}

/** Returns true if the mounts of a measurement are still there. */
const isConfirmed = ({ mounted, at }: Found, { mountPoint }: Place, now: MountTable): boolean =>
  isSameMount(mounted, now.at(mountPoint)) &&
  (at === undefined || isSameMount(at.mount, now.at(at.mount.mountPoint)));

const isSameMount = (a: MountEntry | undefined, b: MountEntry | undefined): boolean =>
  a?.id === b?.id && a?.source === b?.source && a?.root === b?.root;

/** Returns true if a mount is the volume. Without a record it was published by another driver, before an upgrade to this one. */
function isTheVolume(place: Place, mounted: MountEntry): boolean {
  const { known } = place;
  if (!known) return lustreSourceOf(mounted) !== undefined;
  if (showsSource(mounted, known)) return true;
  return isOfFileSystem(mounted, known) && movedIn(place, mounted) !== undefined;
}

const notPublished = ({ volumeId, volumePath }: StatsCommand, why: string): DriverError =>
  new DriverError(
    'not-found',
    `volume ${volumeId} is not published at ${JSON.stringify(volumePath)}: ${why}`,
  );

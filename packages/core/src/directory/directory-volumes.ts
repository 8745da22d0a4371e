import type { Log } from '../model/log.js';
import { Coalescer } from '../concurrency/coalescer.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import type { StuckChild } from '../process/stuck-child.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import type { ParentFileSystems } from '../provider/parent-file-systems.js';
import { Capacity, describeRange, type CapacityRange } from '../model/capacity.js';
import type { DirectoryOperations } from '../volume/directory-operations.js';
import type { WaitingCaller } from '../volume/volume-kind.js';
import { joinOrRun } from '../concurrency/join-or-run.js';
import { fingerprint } from '../concurrency/fingerprint.js';
import type { FileSystem } from '../model/file-system.js';
import type { ListedVolume } from '../model/listed-volume.js';
import type { Volume, VolumeRequest } from '../model/volume-request.js';
import type { MountHelper } from '../mount/client/mount-helper.js';
import { controllerMounts } from './controller-mounts.js';
import { DirectoryFileSystems, type DirectoryFileSystem } from './directory-file-systems.js';
import { parseDirectoryHandle, type DirectoryHandle } from './directory-handle.js';
import { DirectoryParameters } from './directory-parameters.js';
import { DeletionGuard } from './deletion-guard.js';
import { BasePathTags } from './base-path-tags.js';
import { directoryPlan, provisioningMode, type DirectoryPlan } from './directory-plan.js';
import { DirectoryListing } from './directory-listing.js';
import { BasePathTagReconciler } from './base-path-tag-reconciler.js';
import { BasePathRecords, basePathKey, type BasePathRecord } from './base-path-records.js';
import type { ParentParts } from './mounted-parent.js';
import { refuseQuota } from './refuse-quota.js';
import { fileSystemIsUnresponsive, mayHaveBegun, orUnresponsive } from './unresponsive-file-system.js';
import { TrashSweepers } from './trash-sweepers.js';
import { StateDirectory } from './state-directory.js';
import { listedDirectory, volumeOfDirectory } from './volume-of-directory.js';
import type { DirectoryEntry, FoundDirectory, TrashLeft } from './registry/worker-protocol.js';

/** Services that directory volumes are built on. */
export interface DirectoryVolumesParts {
  readonly driverName: string;
  readonly hosts: ParentFileSystems;
  readonly provider: Pick<ControllerProvider, 'find'>;
  /** A directory private to this driver, for its mounts and records; created with the first directory. */
  readonly stateDir: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** Use of mount.lustre(8). Default: where it is installed. */
  readonly mountHelper?: MountHelper;
  /** Default: mount(8) and processes of the driver's own. */
  readonly mounting?: Pick<ParentParts, 'mounts' | 'runner'>;
}

/** Volumes that are directories of file systems which exist: the rules of CSI over the registry on the file system
 *  itself, so that any replica of the driver knows what any other has done. */
export class DirectoryVolumes implements DirectoryOperations {
  readonly #parameters: DirectoryParameters;
  readonly #fileSystems: DirectoryFileSystems;
  readonly #basePaths: BasePathRecords;
  readonly #tags: BasePathTags;
  readonly #guard: DeletionGuard;
  readonly #tagReconciler: BasePathTagReconciler;
  readonly #exclusive = new Coalescer();
  readonly #sweepers: TrashSweepers;
  readonly #listing: DirectoryListing;
  readonly #state: StateDirectory;

  constructor(private readonly parts: DirectoryVolumesParts) {
    const { driverName, hosts: parents, provider, stateDir, log, clock = systemClock } = parts;
    const own = parts.mounting
      ? { ...parts.mounting, load: async () => {} }
      : controllerMounts(stateDir, log, clock, parts.mountHelper);
    this.#parameters = new DirectoryParameters(driverName, parents);
    this.#fileSystems = new DirectoryFileSystems(parents, provider, { ...own, clock });
    this.#sweepers = new TrashSweepers(this.#fileSystems, log, clock);
    this.#basePaths = new BasePathRecords(stateDir, log);
    const lookAgain = this.#fileSystems.lookAgain.bind(this.#fileSystems);
    this.#tags = new BasePathTags({ parents, lookAgain, clock });
    const [fileSystems, basePaths] = [this.#fileSystems, () => this.#knownBasePaths()];
    this.#guard = new DeletionGuard({ fileSystems, parents, provider, basePaths, clock });
    this.#tagReconciler = new BasePathTagReconciler({ fileSystems, tags: this.#tags, basePaths, log, clock });
    this.#listing = new DirectoryListing({ fileSystems, parents, clock });
    this.#state = new StateDirectory(stateDir, async () => {
      await own.load();
      await this.#basePaths.load();
    });
  }

  /** Processes that nothing can end. */
  get stuck(): readonly StuckChild[] {
    return this.#fileSystems.mounted.flatMap(({ stuck }) => stuck);
  }

  get trash(): TrashLeft {
    return this.#sweepers.left;
  }

  /** Continues with the trash that an earlier run has left, and keeps file systems tagged. Mounts nothing if
   *  directories were never used. */
  async resume(): Promise<void> {
    void this.#tagReconciler.start();
    await this.#state.ready();
    for (const basePath of this.#basePaths.all()) this.#sweepers.of(basePath).start(true);
  }

  isRequested(parameters: Readonly<Record<string, string>>): boolean {
    return provisioningMode(parameters, this.parts.hosts.caseInsensitive ?? false) === 'directory';
  }

  owns(volumeId: string): boolean {
    const handle = parseDirectoryHandle(volumeId);
    return handle !== undefined && this.parts.hosts.referenceTo(handle.parent) !== undefined;
  }

  async create(request: VolumeRequest, { signal }: WaitingCaller): Promise<Volume> {
    const { hosts: parents } = this.parts;
    const plan = directoryPlan(request, this.#parameters.read(request.parameters));
    await this.#state.ready();
    const found = await this.#fileSystems.find(plan.parent, signal);
    if (!found) {
      throw new DriverError(
        'not-found',
        `there is no file system ${plan.parent}: name one that exists in the StorageClass`,
      );
    }
    if (plan.desired.settings.quota !== 'none') refuseQuota(parents, found.fileSystem);
    const basePath: BasePathRecord = { parent: plan.parent, base: plan.base };
    const entry = await this.#exclusively(
      basePath,
      plan.desired.key,
      { create: plan.desired },
      signal,
      (stopped) =>
        this.#guard.whileCreating(found.fileSystem, () => this.#make(basePath, found, plan, stopped)),
    );
    return volumeOfDirectory(parents, { basePath, source: found.source }, entry);
  }

  /** The caller may never retry, so that an unfinished creation is looked for later. */
  async #make(
    basePath: BasePathRecord,
    found: DirectoryFileSystem,
    { base, desired }: DirectoryPlan,
    signal: AbortSignal,
  ): Promise<DirectoryEntry> {
    if (!this.#basePaths.get(basePathKey(basePath))) await this.#basePaths.save(basePath);
    try {
      const made = await found.mounted.run({ operation: 'create', base, desired }, signal);
      // Not before: a base path that turns out to be unfit leaves no note.
      await this.#tags.write(found, basePath, signal);
      return made;
    } catch (error) {
      if (mayHaveBegun(error, signal)) this.#sweepers.of(basePath).lookLater();
      throw error;
    }
  }

  /** Directories cannot be restored from a snapshot, so none exists already. */
  async withoutSource(error: unknown): Promise<unknown> {
    return error;
  }

  async delete(volumeId: string, { signal }: WaitingCaller): Promise<void> {
    const handle = parseDirectoryHandle(volumeId);
    if (!handle) return;
    await this.#state.ready();
    const found = await this.#fileSystems.find(handle.parent, signal);
    if (!found) return; // With the file system all its directories are gone.
    const { base, key } = handle;
    const became = await this.#exclusively(handle, key, 'delete', signal, (stopped) =>
      found.mounted.run({ operation: 'delete', base, key }, stopped),
    );
    if (became !== 'absent') this.parts.log.info({ volumeId, became }, 'deleted a directory volume');
    if (became !== 'absent') this.#sweepers.of({ parent: handle.parent, base }).start();
  }

  async expand(volumeId: string, range: CapacityRange, signal: AbortSignal): Promise<Capacity> {
    const { handle, found, entry } = await this.#existing(volumeId, signal);
    const current = Capacity.bytes(BigInt(entry.capacityBytes));
    if (range.limit && current.isGreaterThan(range.limit)) {
      throw new DriverError(
        'out-of-range',
        `the volume has ${current.toString()}, but ${describeRange(range)} was requested; volumes do not shrink`,
      );
    }
    const { required } = range;
    if (!required || !current.isLessThan(required)) return current;
    const { base, key } = handle;
    const capacityBytes = required.bytes.toString();
    const grown = await this.#exclusively(handle, key, { expand: capacityBytes }, signal, (stopped) =>
      found.mounted.run({ operation: 'expand', base, key, capacityBytes }, stopped),
    );
    if (!grown) throw notFound(volumeId);
    return Capacity.bytes(BigInt(grown.capacityBytes));
  }

  async modify(volumeId: string): Promise<void> {
    throw new DriverError(
      'invalid-argument',
      `volume "${volumeId}" is a directory, which has no mutable parameters: its file system has, in the cloud`,
    );
  }

  async get(volumeId: string, signal: AbortSignal): Promise<ListedVolume> {
    const { handle, found, ...directory } = await this.#existing(volumeId, signal);
    return listedDirectory(this.parts.hosts, { basePath: handle, source: found.source }, directory);
  }

  /** Every handle of a directory counts: cloning is refused before the cloud is queried. */
  async exists(): Promise<boolean> {
    return true;
  }

  async refuseToDelete(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    // Nothing is mounted for file systems that hold none.
    if (fileSystem.directoryBases) await this.#state.ready();
    await this.#guard.permitDeletion(fileSystem, signal);
  }

  /** A controller that makes whole file systems alone needs no place to write. */
  async #knownBasePaths(): Promise<readonly BasePathRecord[]> {
    return (await this.#state.ready().catch(() => true)) ? [] : this.#basePaths.all();
  }

  async list(signal: AbortSignal): Promise<readonly ListedVolume[]> {
    return this.#listing.list(await this.#knownBasePaths(), signal);
  }

  async #existing(
    volumeId: string,
    signal: AbortSignal,
  ): Promise<FoundDirectory & { readonly handle: DirectoryHandle; readonly found: DirectoryFileSystem }> {
    const handle = parseDirectoryHandle(volumeId);
    if (!handle) throw notFound(volumeId);
    await this.#state.ready();
    const found = await this.#fileSystems.find(handle.parent, signal);
    const { base, key } = handle;
    const directory = await orUnresponsive(
      handle.parent,
      signal,
      found?.mounted.run({ operation: 'get', base, key }, signal),
    );
    if (!found || !directory) throw notFound(volumeId);
    return { handle, found, ...directory };
  }

  #exclusively<T>(
    { parent, base }: BasePathRecord,
    key: string,
    what: unknown,
    signal: AbortSignal,
    work: (stopped: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const job = {
      key: `directory volume ${key} of ${parent}:/${base.join('/')}`,
      fingerprint: fingerprint(what),
      work: (stopped: AbortSignal, report: (progress: string) => void) => {
        report(fileSystemIsUnresponsive(parent));
        return work(stopped);
      },
    };
    return joinOrRun(this.#exclusive, job, signal);
  }
}

const notFound = (volumeId: string): DriverError =>
  new DriverError(
    'not-found',
    `volume "${volumeId}" does not exist: its file system has no directory for it`,
  );

import { untilAborted } from '../concurrency/abort.js';
import type { Clock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import type { ParentFileSystems } from '../provider/parent-file-systems.js';
import { isUsable, type FileSystem } from '../model/file-system.js';
import { formatMountSource, type LustreMountSource } from '../model/mount-source.js';
import { MountedParent, type ParentParts } from './mounted-parent.js';
import type { VolumeReference } from '../model/volume-reference.js';

/** A file system whose directories are volumes. */
export interface DirectoryFileSystem {
  readonly source: LustreMountSource;
  /** As the cloud shows it; absent if no cloud is queried. */
  readonly fileSystem?: FileSystem;
  readonly mounted: MountedParent;
}

/** Time for which a look at the cloud counts: a thousand claims cost one call, not a thousand. Milliseconds. */
const FRESH_MS = 30_000;
/** One look at the cloud serves many callers: it ends with none of them. */
const LOOK_MS = 30_000;

interface Look {
  readonly at: number;
  readonly found: Promise<FileSystem | undefined>;
}

/** The file systems that hold directories, by the provider's name of them. */
export class DirectoryFileSystems {
  readonly #looks = new Map<string, Look>();
  /** By what is mounted: two names of one file system share a mount. */
  readonly #mounted = new Map<string, MountedParent>();

  constructor(
    private readonly parents: ParentFileSystems,
    private readonly provider: Pick<ControllerProvider, 'find'>,
    private readonly parts: ParentParts & { readonly clock: Clock },
  ) {}

  get mounted(): readonly MountedParent[] {
    return [...this.#mounted.values()];
  }

  /** @returns undefined if the file system does not exist
   *  @throws DriverError unavailable, failed-precondition if it cannot be mounted */
  async find(parent: string, signal: AbortSignal): Promise<DirectoryFileSystem | undefined> {
    const reference = this.parents.referenceTo(parent);
    if (!reference) return undefined;
    if (reference.staticSource) return this.#of(reference.staticSource);
    const fileSystem = await untilAborted(this.#look(parent, reference), signal);
    if (!fileSystem) return undefined;
    return { ...this.#of(mountable(fileSystem)), fileSystem };
  }

  /** The file system as the cloud shows it now, regardless of an earlier look. */
  async lookAgain(parent: string, signal: AbortSignal): Promise<FileSystem | undefined> {
    const reference = this.parents.referenceTo(parent);
    if (!reference) return undefined;
    this.#looks.delete(parent);
    return untilAborted(this.#look(parent, reference), signal);
  }

  /** A file system that the cloud has just reported. @throws DriverError if it cannot be mounted */
  mount(fileSystem: FileSystem): MountedParent {
    return this.#of(mountable(fileSystem)).mounted;
  }

  #look(parent: string, reference: VolumeReference): Promise<FileSystem | undefined> {
    const now = this.parts.clock.now();
    const known = this.#looks.get(parent);
    if (known && now - known.at < FRESH_MS) return known.found;
    const look: Look = { at: now, found: this.provider.find(reference, AbortSignal.timeout(LOOK_MS)) };
    this.#looks.set(parent, look);
    const forget = (): void => {
      if (this.#looks.get(parent) === look) this.#looks.delete(parent);
    };
    // Only what can be used is remembered: all else may be otherwise a moment later.
    look.found.then((fileSystem) => {
      if (!fileSystem || !isUsable(fileSystem)) forget();
    }, forget);
    return look.found;
  }

  #of(source: LustreMountSource): DirectoryFileSystem {
    const key = formatMountSource(source);
    const mounted = this.#mounted.get(key) ?? new MountedParent(source, this.parts);
    this.#mounted.set(key, mounted);
    return { source, mounted };
  }
}

function mountable(fileSystem: FileSystem): LustreMountSource {
  const { id, state, cloudState, stateDetail, mountSource } = fileSystem;
  const detail = stateDetail === undefined ? '' : ` (${stateDetail})`;
  if (isUsable(fileSystem) && mountSource) return mountSource;
  const isComing = state === 'creating' || isUsable(fileSystem);
  throw new DriverError(
    isComing ? 'unavailable' : 'failed-precondition',
    `file system ${id} is ${cloudState}${detail}: directories can be created in it ` +
      (isComing
        ? 'once it is available; the call is retried automatically'
        : 'no more; name another one in the StorageClass'),
  );
}

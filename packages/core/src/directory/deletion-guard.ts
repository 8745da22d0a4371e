import type { Clock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import type { ParentFileSystems } from '../provider/parent-file-systems.js';
import { isUsable, type FileSystem } from '../model/file-system.js';
import { formatTagValue } from './base-path-tag-value.js';
import type { DirectoryFileSystems } from './directory-file-systems.js';
import type { BasePathRecord } from './base-path-records.js';
import { refuseLostTags, refuseWhileUsed, type SuspectedBase } from './refuse-while-used.js';

/** From the permission to delete until the cloud shows that it is deleted, no directory is made. Milliseconds. */
const CLOSED_MS = 60_000;

/** Services that the guard uses. */
export interface GuardParts {
  readonly fileSystems: Pick<DirectoryFileSystems, 'mount'>;
  readonly parents: Pick<ParentFileSystems, 'referenceTo'>;
  readonly provider: Pick<ControllerProvider, 'find'>;
  /** Base paths that this driver has made directories in; the tags of a file system may have lost them. */
  readonly basePaths: () => Promise<readonly BasePathRecord[]>;
  readonly clock: Clock;
}

/** Keeps file systems from being deleted under volumes that are directories of them, and directories from being made in
 *  file systems that are deleted at this moment. */
export class DeletionGuard {
  readonly #creating = new Map<string, number>();
  readonly #closedUntil = new Map<string, number>();

  constructor(private readonly parts: GuardParts) {}

  /** Makes a directory volume. @throws DriverError unavailable while the file system is being deleted */
  async whileCreating<T>(fileSystem: FileSystem | undefined, make: () => Promise<T>): Promise<T> {
    if (!fileSystem) return make();
    const key = keyOf(fileSystem);
    if ((this.#closedUntil.get(key) ?? 0) > this.parts.clock.now()) throw beingDeleted(fileSystem);
    this.#creating.set(key, this.#creationsIn(key) + 1);
    try {
      return await make();
    } finally {
      const left = this.#creationsIn(key) - 1;
      if (left > 0) this.#creating.set(key, left);
      else this.#creating.delete(key);
    }
  }

  /** Returns where the file system may be deleted now.
   *  @throws DriverError failed-precondition if volumes are directories of it, or if that cannot be found out; aborted
   *  if one is being made */
  async permitDeletion(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    const key = keyOf(fileSystem);
    if (this.#creationsIn(key) > 0) throw beingUsed(fileSystem);
    // The driver never deletes a file system that it did not create, however often it is asked to: creations continue.
    if (fileSystem.volumeName === undefined) return this.#look(fileSystem, signal);
    this.#closedUntil.set(key, Infinity);
    try {
      await this.#look(fileSystem, signal);
      this.#closedUntil.set(key, this.parts.clock.now() + CLOSED_MS);
    } catch (error) {
      this.#closedUntil.delete(key);
      throw error;
    }
  }

  /** Looking takes its time, and another cluster may have noted another base path meanwhile. */
  async #look(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    const seen = new Set<string>();
    for (let current: FileSystem | undefined = fileSystem; current;) {
      const bases = (await this.#basesOf(current)).filter(({ text }) => !seen.has(text));
      if (bases.length === 0) return refuseLostTags(current);
      const mounted = current;
      await refuseWhileUsed(current, bases, () => this.parts.fileSystems.mount(mounted), signal);
      for (const { text } of bases) seen.add(text);
      current = await this.parts.provider.find(current, signal);
    }
  }

  /** A base path without a tag counts only if it can be looked at: the name may be another file system's by now. */
  async #basesOf(fileSystem: FileSystem): Promise<readonly SuspectedBase[]> {
    const noted = fileSystem.directoryBases ?? [];
    const canLook = isUsable(fileSystem) && fileSystem.mountSource !== undefined;
    const basePaths = canLook ? await this.parts.basePaths() : [];
    const known = basePaths
      .filter(({ parent }) => this.#isOf(parent, fileSystem))
      .map(({ base }) => formatTagValue(base))
      .filter((text) => !noted.includes(text));
    return [
      ...noted.map((text) => ({ text, isTagged: true })),
      ...known.map((text) => ({ text, isTagged: false })),
    ];
  }

  #isOf(parent: string, fileSystem: FileSystem): boolean {
    const reference = this.parts.parents.referenceTo(parent);
    return reference !== undefined && !reference.staticSource && keyOf(reference) === keyOf(fileSystem);
  }

  #creationsIn(key: string): number {
    return this.#creating.get(key) ?? 0;
  }
}

/** Azure compares names without their case, and no cloud has two that differ in it alone. */
const keyOf = ({ listingScope, id }: Pick<FileSystem, 'listingScope' | 'id'>): string =>
  JSON.stringify([listingScope, id]).toLowerCase();

const beingDeleted = ({ id }: FileSystem): DriverError =>
  new DriverError(
    'unavailable',
    `file system ${id} is being deleted with its own claim: no directory is created in it meanwhile. Name another ` +
      'one in the StorageClass, unless the deletion fails; the call is retried automatically',
  );

const beingUsed = ({ id }: FileSystem): DriverError =>
  new DriverError(
    'aborted',
    `file system ${id} is not deleted now: a volume is being created as a directory of it; the call is retried automatically`,
  );

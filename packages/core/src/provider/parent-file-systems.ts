import type { VolumeReference } from '../model/volume-reference.js';
import type { FileSystem } from '../model/file-system.js';
import type { LustreMountSource } from '../model/mount-source.js';
import type { Parameters } from './parameters.js';

/**
 * A provider's knowledge of file systems in which volumes are directories (`provisioningMode: directory`). Core does
 * all else about such volumes, the same for every cloud, and for a Lustre that no cloud manages.
 */
export interface ParentFileSystems {
  /** StorageClass parameters that name the file system; those of the directory itself are the core's. */
  readonly parameters: Parameters;
  /** True if parameter names are read in any case. */
  readonly caseInsensitive?: boolean;

  /** The file system that the parameters name, in a text that is kept in the volume handles for ever: short.
   *  @param given the values that `parameters` reads
   *  @throws DriverError invalid-argument naming the parameter that is missing or wrong */
  parentOf(given: Readonly<Record<string, unknown>>): string;

  /** Reads a text of `parentOf`. A `staticSource` is mounted as it is; otherwise `find` finds the file system.
   *  Undefined: the text is not one of `parentOf`. */
  referenceTo(host: string): VolumeReference | undefined;

  /** The volume context with which a node mounts a directory of the file system: the provider's usual keys. */
  contextFor(source: LustreMountSource): Readonly<Record<string, string>>;

  /**
   * Notes on the file system, in the cloud, that volumes are directories below a base path of it. It is read back as
   * `FileSystem.directoryBases`, and keeps DeleteVolume from deleting the file system under them. May be repeated. A second
   * mark, that there are base paths at all, has to survive the loss of the first.
   * @param base letters, digits and `-_./=`: fit for the value of a tag
   * @throws DriverError what the cloud says against it
   */
  noteBase?(fileSystem: FileSystem, base: string, signal: AbortSignal): Promise<void>;

  /** Refusal reason for project quotas on this file system; undefined if the cloud reports none. */
  quotaRefusalReason?(fileSystem: FileSystem): string | undefined;
}

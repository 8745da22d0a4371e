import type { VolumeReference } from '../model/volume-reference.js';
import type { FileSystem } from '../model/file-system.js';
import type { LustreMountSource } from '../model/mount-source.js';
import type { Parameters } from './parameters.js';

/**
 * What a provider tells of file systems in which volumes are directories (`provisioningMode: directory`). All else about
 * such volumes is the core's: the same for every cloud, and for a Lustre that no cloud knows.
 */
export interface DirectoryHosts {
  /** StorageClass parameters that name the file system; those of the directory itself are the core's. */
  readonly parameters: Parameters;
  /** Whether parameter names are read in any case. */
  readonly caseInsensitive?: boolean;

  /** The file system that the parameters name, in a text that is kept in the volume handles for ever: short.
   *  @param given the values that `parameters` reads
   *  @throws DriverError invalid-argument naming the parameter that is missing or wrong */
  hostOf(given: Readonly<Record<string, unknown>>): string;

  /** Reads what `hostOf` has written. A `staticSource` is mounted as it is; otherwise `find` tells where the file system
   *  is. Undefined: no text of `hostOf`'s. */
  referenceTo(host: string): VolumeReference | undefined;

  /** The volume context with which a node mounts a directory of the file system: the provider's usual keys. */
  contextFor(source: LustreMountSource): Readonly<Record<string, string>>;

  /**
   * Notes on the file system, in the cloud, that volumes are directories below a base path of it. It is read back as
   * `FileSystem.directoryBases`, and keeps DeleteVolume from deleting the file system under them. May be repeated.
   * @param base letters, digits and `-_./=`: fit for the value of a tag
   * @throws DriverError what the cloud says against it
   */
  noteBase?(fileSystem: FileSystem, base: string, signal: AbortSignal): Promise<void>;

  /** What stands against project quotas on this file system, in words; undefined: nothing that the cloud tells. */
  quotaObjection?(fileSystem: FileSystem): string | undefined;
}

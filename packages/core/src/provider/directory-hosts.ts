import type { FileSystem } from '../volume/file-system.js';
import type { LustreMountSource } from '../volume/mount-source.js';
import type { VolumeReference } from './controller-provider.js';
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

  /** What stands against project quotas on this file system, in words; undefined: nothing that the cloud tells. */
  quotaObjection?(fileSystem: FileSystem): string | undefined;
}

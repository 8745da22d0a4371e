import type { FileSystem } from '../model/file-system.js';
import type { VolumeKind } from './volume-kind.js';

/** Controller operations on volumes that are directories of existing file systems. DeleteVolume returns once the directory
 *  is out of sight; its content is removed in the background. */
export interface DirectoryOperations extends VolumeKind {
  /** Content of deleted directories that is not removed yet, as of the last look at it; for metrics. */
  readonly trash: { readonly volumes: number; readonly since?: number };

  /** Reports if CreateVolume requests a directory. @throws DriverError invalid-argument for an unknown mode */
  isRequested(parameters: Readonly<Record<string, string>>): boolean;

  /** Reports if the handle names a directory. */
  owns(volumeId: string): boolean;

  /** Refuses to delete a file system that holds volumes.
   *  @throws DriverError failed-precondition if it does */
  refuseToDelete(fileSystem: FileSystem, signal: AbortSignal): Promise<void>;
}

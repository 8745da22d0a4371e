import type { Capacity, CapacityRange } from '../model/capacity.js';
import type { FileSystem } from '../model/file-system.js';
import type { ListedVolume } from '../model/listed-volume.js';
import type { Volume, VolumeRequest } from '../model/volume-request.js';

/** What the controller does with volumes that are directories of file systems which exist. */
export interface DirectoryOperations {
  /** Whether CreateVolume asks for a directory. @throws DriverError invalid-argument for a mode that does not exist */
  isAskedFor(parameters: Readonly<Record<string, string>>): boolean;

  /** Whether the handle is one of a directory. */
  owns(volumeId: string): boolean;

  /** CreateVolume. @throws DriverError */
  create(request: VolumeRequest, signal: AbortSignal): Promise<Volume>;

  /** DeleteVolume: returns when the directory can no longer be seen; what it held is removed in the background.
   *  @throws DriverError */
  delete(volumeId: string, signal: AbortSignal): Promise<void>;

  /** ControllerExpandVolume. @throws DriverError not-found, out-of-range */
  expand(volumeId: string, range: CapacityRange, signal: AbortSignal): Promise<Capacity>;

  /** ControllerGetVolume. @throws DriverError not-found */
  get(volumeId: string, signal: AbortSignal): Promise<ListedVolume>;

  /** The directories of every file system that this driver has worked with. @throws DriverError */
  list(signal: AbortSignal): Promise<readonly ListedVolume[]>;

  /** Looks whether a file system that is to be deleted holds volumes.
   *  @throws DriverError failed-precondition if it does */
  refuseToDelete(fileSystem: FileSystem, signal: AbortSignal): Promise<void>;
}

import type { DirectoryOperations } from './directory-operations.js';
import type { VolumeKind } from './volume-kind.js';

/** Decides which kind a volume is: a whole file system, or a directory of one. */
export class VolumeRouter {
  constructor(
    private readonly wholeFileSystems: VolumeKind,
    private readonly directories?: DirectoryOperations,
  ) {}

  /** Kind of the volume that a handle names. Handles of unknown form count as whole file systems, which refuse them. */
  kindOf(volumeId: string): VolumeKind {
    return this.directories?.owns(volumeId) ? this.directories : this.wholeFileSystems;
  }

  /** Kind that the parameters of CreateVolume request. @throws DriverError invalid-argument for an unknown mode */
  kindRequestedBy(parameters: Readonly<Record<string, string>>): VolumeKind {
    return this.directories?.isRequested(parameters) ? this.directories : this.wholeFileSystems;
  }

  get kinds(): readonly VolumeKind[] {
    return [this.wholeFileSystems, ...(this.directories ? [this.directories] : [])];
  }
}

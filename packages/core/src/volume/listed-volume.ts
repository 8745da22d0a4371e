import type { Capacity } from './capacity.js';
import { describeProgress } from './describe-progress.js';
import type { FileSystem } from './file-system.js';

/** CSI VolumeCondition. */
export interface VolumeCondition {
  readonly abnormal: boolean;
  /** What is the matter, and where that was seen. */
  readonly message: string;
}

/** A volume as ListVolumes and ControllerGetVolume show it. */
export interface ListedVolume {
  readonly volume: {
    readonly id: string;
    /** Absent where the cloud is not asked. */
    readonly capacity: Capacity | undefined;
    readonly context: Readonly<Record<string, string>>;
  };
  readonly condition: VolumeCondition;
}

/** The health of a volume, from the cloud's view of its file system. An update under way is normal. */
export function conditionOf(fileSystem: FileSystem): VolumeCondition {
  return {
    abnormal: ['impaired', 'failed', 'deleting'].includes(fileSystem.state),
    message: describeProgress(fileSystem, 0),
  };
}

import { describeProgress } from './describe-progress.js';
import type { FileSystem } from './file-system.js';
import type { Volume } from './volume-request.js';

/** CSI VolumeCondition. */
export interface VolumeCondition {
  readonly abnormal: boolean;
  /** Condition in words, with the place where it was seen. */
  readonly message: string;
}

/** A volume as ListVolumes and ControllerGetVolume show it. A capacity of zero is unknown. */
export interface ListedVolume {
  readonly volume: Volume;
  readonly condition: VolumeCondition;
}

/** The health of a volume, from the cloud's view of its file system. An update under way is normal. */
export function conditionOf(fileSystem: FileSystem): VolumeCondition {
  return {
    abnormal: ['impaired', 'failed', 'deleting'].includes(fileSystem.state),
    message: describeProgress(fileSystem, 0),
  };
}

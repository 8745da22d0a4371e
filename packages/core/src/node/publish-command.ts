import type { VolumeCapability } from '../model/volume-capability.js';
import type { LustreMountSource } from '../model/mount-source.js';

/** NodePublishVolume: what to mount, where and how. */
export interface PublishCommand {
  readonly volumeId: string;
  readonly targetPath: string;
  readonly readonly: boolean;
  readonly capability: VolumeCapability;
  readonly source: LustreMountSource;
  /** The volume context; `publishSettingKeys` says what is read from it. */
  readonly context?: Readonly<Record<string, string>>;
}

import type { VolumeCapability } from '../model/volume-capability.js';
import type { LnetRequirement } from '../model/lnet-requirement.js';
import type { LustreMountSource } from '../model/mount-source.js';

/** Parsed NodePublishVolume request: the mount source, the target and the way of mounting. */
export interface PublishCommand {
  readonly volumeId: string;
  readonly targetPath: string;
  readonly readonly: boolean;
  readonly capability: VolumeCapability;
  readonly source: LustreMountSource;
  /** Volume context; the keys that are read are `publishSettingKeys`. */
  readonly context?: Readonly<Record<string, string>>;
  readonly lnet?: LnetRequirement;
}

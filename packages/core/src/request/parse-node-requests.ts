import type {
  NodeGetVolumeStatsRequest,
  NodePublishVolumeRequest,
  NodeUnpublishVolumeRequest,
} from '../gen/csi.js';
import type { VolumeCapability } from '../model/volume-capability.js';
import { parseVolumeCapability } from './parse-volume-capability.js';
import { requirePath, requireString } from './require.js';

/** Parsed NodePublishVolume request without the mount source, which the provider reads from the context. */
export interface PublishRequest {
  readonly volumeId: string;
  readonly targetPath: string;
  readonly readonly: boolean;
  readonly capability: VolumeCapability;
  readonly context: Readonly<Record<string, string>>;
}

export function parseNodePublish(
  request: NodePublishVolumeRequest,
  moreMountOptions: readonly string[] = [],
): PublishRequest {
  return {
    volumeId: requireString(request.volumeId, 'volume_id'),
    targetPath: requirePath(request.targetPath, 'target_path'),
    capability: parseVolumeCapability(request.volumeCapability, undefined, moreMountOptions),
    readonly: request.readonly,
    context: request.volumeContext,
  };
}

export function parseNodeUnpublish(request: NodeUnpublishVolumeRequest): {
  readonly volumeId: string;
  readonly targetPath: string;
} {
  return {
    volumeId: requireString(request.volumeId, 'volume_id'),
    targetPath: requirePath(request.targetPath, 'target_path'),
  };
}

/** Parses the request. `volume_path` of an unknown volume may be any text: csi-sanity sends "some/path". */
export function parseNodeGetVolumeStats(request: NodeGetVolumeStatsRequest): {
  readonly volumeId: string;
  readonly volumePath: string;
} {
  return {
    volumeId: requireString(request.volumeId, 'volume_id'),
    volumePath: requireString(request.volumePath, 'volume_path'),
  };
}

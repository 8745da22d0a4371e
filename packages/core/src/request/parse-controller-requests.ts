import type {
  ControllerGetVolumeRequest,
  DeleteVolumeRequest,
  ListVolumesRequest,
  ValidateVolumeCapabilitiesRequest,
} from '../gen/csi.js';
import type { PageRequest } from '../volume/paging.js';
import type { CapabilitiesQuestion } from '../volume/volume-operations.js';
import { parseVolumeCapabilities } from './parse-volume-capability.js';
import { invalidField, requireString } from './require.js';

export function parseDeleteVolume(request: DeleteVolumeRequest): string {
  return requireString(request.volumeId, 'volume_id');
}

export function parseGetVolume(request: ControllerGetVolumeRequest): string {
  return requireString(request.volumeId, 'volume_id');
}

export function parseValidateVolumeCapabilities(
  request: ValidateVolumeCapabilitiesRequest,
): CapabilitiesQuestion {
  return {
    volumeId: requireString(request.volumeId, 'volume_id'),
    capabilities: parseVolumeCapabilities(request.volumeCapabilities),
  };
}

export function parseListVolumes(request: ListVolumesRequest): PageRequest {
  if (request.maxEntries < 0)
    throw invalidField('max_entries', `is ${request.maxEntries}; it cannot be negative`);
  return { maxEntries: request.maxEntries, startingToken: request.startingToken };
}

import { isDriverError } from '../errors/driver-error.js';
import type {
  ControllerExpandVolumeRequest,
  ControllerGetVolumeRequest,
  ControllerModifyVolumeRequest,
  DeleteVolumeRequest,
  ListVolumesRequest,
  ValidateVolumeCapabilitiesRequest,
} from '../gen/csi.js';
import type { CapacityRange } from '../model/capacity.js';
import type { PageRequest } from '../volume/paging.js';
import type { CapabilitiesQuestion } from '../volume/volume-operations.js';
import { withoutOrchestratorKeys } from './orchestrator-keys.js';
import { parseCapacityRange } from './parse-capacity-range.js';
import {
  parseVolumeCapabilities,
  parseVolumeCapability,
  requireWholeCapability,
} from './parse-volume-capability.js';
import { invalidField, missing, requireEntries, requireMessage, requireString } from './require.js';

export function parseDeleteVolume(request: DeleteVolumeRequest): string {
  return requireString(request.volumeId, 'volume_id');
}

export function parseGetVolume(request: ControllerGetVolumeRequest): string {
  return requireString(request.volumeId, 'volume_id');
}

/** Parses the request. Complete capabilities that no volume can have are no error here, but the result. */
export function parseValidateVolumeCapabilities(
  request: ValidateVolumeCapabilitiesRequest,
  moreMountOptions: readonly string[] = [],
): CapabilitiesQuestion {
  const volumeId = requireString(request.volumeId, 'volume_id');
  const given = requireEntries(request.volumeCapabilities, 'volume_capabilities');
  given.forEach((each, index) => requireWholeCapability(each, `volume_capabilities[${index}]`));
  try {
    return { volumeId, capabilities: parseVolumeCapabilities(given, moreMountOptions) };
  } catch (error) {
    if (!isDriverError(error, 'invalid-argument')) throw error;
    return { volumeId, capabilities: [], objection: error.message };
  }
}

export function parseListVolumes(request: ListVolumesRequest): PageRequest {
  if (request.maxEntries < 0)
    throw invalidField('max_entries', `is ${request.maxEntries}; it cannot be negative`);
  return { maxEntries: request.maxEntries, startingToken: request.startingToken };
}

export function parseExpandVolume(
  request: ControllerExpandVolumeRequest,
  moreMountOptions: readonly string[] = [],
): {
  readonly volumeId: string;
  readonly range: CapacityRange;
} {
  const volumeId = requireString(request.volumeId, 'volume_id');
  const range = parseCapacityRange(requireMessage(request.capacityRange, 'capacity_range'));
  if (!range.required && !range.limit) throw missing('capacity_range.required_bytes');
  if (request.volumeCapability) {
    parseVolumeCapability(request.volumeCapability, undefined, moreMountOptions);
  }
  return { volumeId, range };
}

export function parseModifyVolume(request: ControllerModifyVolumeRequest): {
  readonly volumeId: string;
  readonly parameters: Readonly<Record<string, string>>;
} {
  return {
    volumeId: requireString(request.volumeId, 'volume_id'),
    parameters: withoutOrchestratorKeys(request.mutableParameters),
  };
}

import type {
  CreateVolumeRequest,
  TopologyRequirement as WireTopology,
  VolumeContentSource,
} from '../gen/csi.js';
import type { ContentSource, TopologyRequirement, VolumeRequest } from '../model/volume-request.js';
import { metadataOf, withoutOrchestratorKeys } from './orchestrator-keys.js';
import { splitNodeSettings } from './node-settings.js';
import { parseCapacityRange } from './parse-capacity-range.js';
import { parseVolumeCapabilities } from './parse-volume-capability.js';
import { missing, requireName, requireString } from './require.js';

export function parseCreateVolume(
  request: CreateVolumeRequest,
  moreMountOptions: readonly string[] = [],
): VolumeRequest {
  const contentSource = parseContentSource(request.volumeContentSource);
  const { nodeSettings, parameters } = splitNodeSettings(withoutOrchestratorKeys(request.parameters));
  return {
    name: requireName(request.name, 'name'),
    capabilities: parseVolumeCapabilities(request.volumeCapabilities, moreMountOptions),
    capacityRange: parseCapacityRange(request.capacityRange),
    parameters,
    ...(Object.keys(nodeSettings).length > 0 ? { nodeSettings } : {}),
    mutableParameters: withoutOrchestratorKeys(request.mutableParameters),
    metadata: metadataOf(request.parameters),
    topology: parseTopology(request.accessibilityRequirements),
    ...(contentSource ? { contentSource } : {}),
  };
}

function parseContentSource(source: VolumeContentSource | undefined): ContentSource | undefined {
  if (!source) return undefined;
  if (!source.type) throw missing('volume_content_source.type');
  if (source.type.$case === 'snapshot') {
    const id = requireString(source.type.value.snapshotId, 'volume_content_source.snapshot.snapshot_id');
    return { kind: 'snapshot', id };
  }
  const id = requireString(source.type.value.volumeId, 'volume_content_source.volume.volume_id');
  return { kind: 'volume', id };
}

function parseTopology(requirement: WireTopology | undefined): TopologyRequirement {
  return {
    requisite: requirement?.requisite.map(({ segments }) => segments) ?? [],
    preferred: requirement?.preferred.map(({ segments }) => segments) ?? [],
  };
}

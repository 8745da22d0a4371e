import type { ControllerGetVolumeResponse, Volume as WireVolume } from '../../gen/csi.js';
import type { ListedVolume } from '../../model/listed-volume.js';
import type { Volume } from '../../model/volume-request.js';

export function renderVolume(volume: Volume): WireVolume {
  const source = volume.contentSource;
  return {
    volumeId: volume.id,
    capacityBytes: volume.capacity.bytes,
    volumeContext: { ...volume.context },
    contentSource: source && {
      type:
        source.kind === 'snapshot'
          ? { $case: 'snapshot', value: { snapshotId: source.id } }
          : { $case: 'volume', value: { volumeId: source.id } },
    },
    accessibleTopology: (volume.topology ?? []).map((segments) => ({ segments: { ...segments } })),
  };
}

export function renderListedVolume({
  volume,
  condition,
}: ListedVolume): Required<ControllerGetVolumeResponse> {
  return {
    volume: renderVolume(volume),
    status: { publishedNodeIds: [], volumeCondition: { ...condition } },
  };
}

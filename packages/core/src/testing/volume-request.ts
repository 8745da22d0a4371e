import { Capacity } from '../model/capacity.js';
import type { VolumeRequest } from '../model/volume-request.js';

/** The plainest arguments of CreateVolume, with the changes that a test needs. */
export const volumeRequest = (change: Partial<VolumeRequest> = {}): VolumeRequest => ({
  name: 'pvc-1',
  capacityRange: { required: Capacity.gibibytes(1200) },
  capabilities: [{ accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags: [] }],
  parameters: {},
  mutableParameters: {},
  metadata: {},
  topology: { requisite: [], preferred: [] },
  ...change,
});

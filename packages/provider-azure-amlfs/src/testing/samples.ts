import { Capacity, type Log, type Settings, type VolumeRequest } from '@lustre-csi/core';
import type { SkuFacts } from '../skus.js';

/** A log that nobody reads. */
export const silent: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
};

/** Settings of a process that was started with this environment and these flags. */
export function settingsOf(
  environment: Readonly<Record<string, string>> = {},
  flags: Readonly<Record<string, string>> = {},
): Settings {
  return { flag: (name) => flags[name], environment: (name) => environment[name] };
}

/** The SKU of the published examples, as eastus has it. */
export const premium125: SkuFacts = {
  name: 'AMLFS-Durable-Premium-125',
  location: 'eastus',
  step: Capacity.tebibytes(16),
  usualMaximum: Capacity.tebibytes(128),
  maximum: Capacity.tebibytes(1024),
  zones: ['1', '2', '3'],
  restriction: undefined,
};

/** The parameters of Microsoft's own article that are mandatory. */
export const dynamicParameters = {
  'sku-name': 'AMLFS-Durable-Premium-125',
  zone: '1',
  'maintenance-day-of-week': 'Sunday',
  'maintenance-time-of-day-utc': '22:00',
};

/** A request for a volume, 16 TiB unless it says otherwise. */
export function requestOf(
  parameters: Readonly<Record<string, string>>,
  rest: Partial<VolumeRequest> = {},
): VolumeRequest {
  return {
    name: 'pvc-0f9c1c5e-6f2c-4b52-9d0a-3f2a4b5c6d7e',
    capacityRange: { required: Capacity.tebibytes(16) },
    capabilities: [{ accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags: [] }],
    parameters,
    mutableParameters: {},
    metadata: {},
    topology: { requisite: [], preferred: [] },
    ...rest,
  };
}

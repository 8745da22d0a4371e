import {
  Capacity,
  DriverError,
  isDriverError,
  type Log,
  type Settings,
  type VolumeRequest,
} from '@lustre-csi/core';
import type { SkuFacts } from '../api/skus.js';

/** Log that discards everything. */
export const silent: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
};

/** Longest wait; a longer time is a limit. Milliseconds. */
const LONGEST_WAIT = 30_000;

/** Clock whose waits take a thousandth of their time, and whose limits a tenth, for slow machines. */
export const fastClock = {
  now: () => Date.now(),
  after: (milliseconds: number, callback: () => void): (() => void) => {
    const timer = setTimeout(callback, milliseconds / (milliseconds > LONGEST_WAIT ? 10 : 1000));
    return () => clearTimeout(timer);
  },
};

/** A call whose time ends after so many milliseconds. */
export function callOf(milliseconds: number): { readonly signal: AbortSignal; readonly log: Log } {
  const controller = new AbortController();
  const ended = new DriverError('deadline-exceeded', 'the time of the call is over');
  setTimeout(() => controller.abort(ended), milliseconds).unref();
  return { signal: controller.signal, log: silent };
}

/** Repeats a call, like sidecars, while its error is not final; at most ten times. */
export async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const again = isDriverError(error, 'unavailable', 'aborted', 'deadline-exceeded');
      if (!again || attempt === 10) throw error;
    }
  }
}

/** Faults from which a call of ARM can recover, before or after its effect. */
export const passingFaults = [
  ['429 with Retry-After', { kind: 'throttle', retryAfterSeconds: 0 }],
  ['429 without Retry-After', { kind: 'throttle' }],
  ['429 until the retries are used up', { kind: 'throttle', times: 4 }],
  ['503 before the effect', { kind: 'error' }],
  ['503 after the effect', { kind: 'error', when: 'after' }],
  ['500 after the effect', { kind: 'error', status: 500, when: 'after' }],
  ['a connection that is cut before the effect', { kind: 'reset' }],
  ['a connection that is cut after the effect', { kind: 'reset', when: 'after' }],
] as const;

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

/** ARM path of the blob containers of a storage account. */
export const blobContainers =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers';

import {
  Capacity,
  DriverError,
  isDriverError,
  type Log,
  type Settings,
  type VolumeRequest,
} from '@lustre-csi/core';

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

/** Settings of a process that was started with this environment and these flags. */
export function settingsOf(
  environment: Readonly<Record<string, string>> = {},
  flags: Readonly<Record<string, string>> = {},
): Settings {
  return { flag: (name) => flags[name], environment: (name) => environment[name] || undefined };
}

/** Parameters of the StorageClass of the Go driver's overlay. */
export const dynamicParameters = { perUnitStorageThroughput: '1000' };

/** A request for a volume, 9000 GiB unless it says otherwise. */
export function requestOf(
  parameters: Readonly<Record<string, string>> = dynamicParameters,
  rest: Partial<VolumeRequest> = {},
): VolumeRequest {
  return {
    name: 'pvc-0f9c1c5e-6f2c-4b52-9d0a-3f2a4b5c6d7e',
    capacityRange: { required: Capacity.gibibytes(9000) },
    capabilities: [{ accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags: [] }],
    parameters,
    mutableParameters: {},
    metadata: {},
    topology: { requisite: [], preferred: [] },
    ...rest,
  };
}

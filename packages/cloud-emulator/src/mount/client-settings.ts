import { join } from 'node:path';
import { defaultClientVersion, defaultWaitScale, type ClientVersion } from './client-version.js';

/** Settings of the simulated client of one mount namespace; its programs get them as one JSON argument. */
export interface ClientSettings {
  /** Directory in which the clouds publish their file systems. */
  readonly registry: string;
  /** Directory of the namespace that holds all additions of the simulation. */
  readonly namespace: string;
  readonly version: ClientVersion;
  /** Factor for the waits of mount.lustre, lfs and lctl: 1 waits as long as the real ones. */
  readonly waitScale: number;
  /** NID of the node; default: an address for documentation (RFC 5737). */
  readonly nid?: string;
}

export type ClientBehaviour = Pick<ClientSettings, 'version' | 'waitScale'>;

export const defaultBehaviour: ClientBehaviour = {
  version: defaultClientVersion,
  waitScale: defaultWaitScale,
};

/** Directory in which the tmpfs of each file system is mounted. */
export const storageDirectory = ({ namespace }: Pick<ClientSettings, 'namespace'>): string =>
  join(namespace, 'servers');

/** Directory of what the kernel would keep of its clients: mounts, locks, parameters. */
export const clientDirectory = ({ namespace }: Pick<ClientSettings, 'namespace'>): string =>
  join(namespace, 'clients');

/** Blocks for a time of the real client, scaled. */
export const waitSeconds = (seconds: number, { waitScale }: Pick<ClientSettings, 'waitScale'>): void =>
  pause(seconds * waitScale);

/** Blocks for some seconds. */
export function pause(seconds: number): void {
  if (seconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

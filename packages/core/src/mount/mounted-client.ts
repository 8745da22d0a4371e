import type { Limits } from '../concurrency/wait-with-limits.js';
import type { LustreMountSource } from '../model/mount-source.js';

/** Lustre client that has just been mounted. */
export interface MountedClient {
  /** The driver's own directory if pods share the client, else the target. */
  readonly mountPoint: string;
  readonly source: LustreMountSource;
  /** `clientTuning` of the volume context; empty: none. Volumes that differ in it do not share a client. */
  readonly tuning: string;
}

/** Hook for a client before any pod sees it. Called once for each client mount, again if the driver was killed before
 *  it returned. A DriverError fails the publish. */
export type AfterMount = (client: MountedClient, limits: Limits) => Promise<void>;

/** Lease that keeps a client mounted until it is released. */
export interface Lease {
  /** Mount point of the client. */
  readonly path: string;
  /** Ends the lease; to be called once. */
  release(): void;
}

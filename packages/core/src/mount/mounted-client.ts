import type { Limits } from '../concurrency/wait-with-limits.js';
import type { LustreMountSource } from '../model/mount-source.js';

/** A Lustre client that has just been mounted. */
export interface MountedClient {
  /** The driver's own directory if pods share the client, else the target. */
  readonly mountPoint: string;
  readonly source: LustreMountSource;
  /** `clientTuning` of the volume context; empty: none. Volumes that differ in it do not share a client. */
  readonly tuning: string;
}

/** Works on a client before any pod sees it. Called once for each client mount, again if the driver was killed before
 *  it had returned. Throwing a DriverError fails the publish. */
export type AfterMount = (client: MountedClient, limits: Limits) => Promise<void>;

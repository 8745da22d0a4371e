import type { PublishCommand } from '../publish-command.js';
import type { UnpublishCommand } from '../unpublish-volume.js';
import type { StatsCommand, VolumeCondition } from '../volume-stats.js';

/** Parsed NodePublishVolume request of an inline volume, which has no mount source. */
export type InlineCommand = Omit<PublishCommand, 'source' | 'lnet'>;

/** Volumes that guests mount, beside those that this node mounts. */
export interface GuestPort {
  /** Reads the records of an earlier run. @throws the error of the directory */
  load(): Promise<void>;

  /** Publishes a volume for a pod whose guest mounts it.
   *  @returns false if this node has to mount it @throws DriverError */
  publish(command: PublishCommand, signal: AbortSignal): Promise<boolean>;

  /** Publishes an inline volume, which hands the volumes of its pod to the guest. @throws DriverError */
  publishInline(command: InlineCommand, signal: AbortSignal): Promise<void>;

  /** Withdraws a volume from its guest, or ends a hand-off. The target remains for the ordinary unpublish. @throws DriverError */
  withdraw(command: UnpublishCommand, signal: AbortSignal): Promise<void>;

  /** Condition of a volume that a guest mounts, or of a hand-off; undefined: it is none. @throws DriverError not-found */
  condition(command: StatsCommand): VolumeCondition | undefined;
}

import type { Backup } from '@aws-sdk/client-fsx';
import { DriverError } from '@lustre-csi/core';
import { failureReason, PAUSE_AFTER_FAILURE_MS } from './failed-work.js';
import { tagKeys, tagsOf } from '../parameters/tags.js';

/**
 * Refuses a deletion for some time after its final backup failed, so that repeated deletions do not make one backup after
 * the other. AWS does not document what FSx then does with the file system; where FSx keeps it, its data must not go
 * without a backup. Pure.
 *
 * @param backups those of the file system
 * @param now milliseconds since the epoch
 * @throws DriverError unavailable with FSx's own words and the time of the next attempt
 */
export function refuseAfterFailedBackup(fileSystemId: string, backups: readonly Backup[], now: number): void {
  const [failed] = backups.filter(mayBeFinal).sort((a, b) => timeOf(b) - timeOf(a));
  const again = failed && timeOf(failed) + PAUSE_AFTER_FAILURE_MS;
  if (!failed || again === undefined || now >= again) return;
  throw new DriverError(
    'unavailable',
    `file system ${fileSystemId} is to be deleted with a final backup, and its backup ${failed.BackupId} has FAILED: ${failureReason(failed)}. ` +
      `The deletion is retried from ${new Date(again).toISOString()}. ${withoutFinalBackup}`,
  );
}

/** Next step of an operator who wants the file system deleted without a backup. */
export const withoutFinalBackup = `To delete it without a backup, remove its tag ${tagKeys.finalBackup}`;

/** Reports whether a failed backup may be a final one: snapshots have a name, automatic backups another type. */
const mayBeFinal = ({ Lifecycle, Type, Tags }: Backup): boolean =>
  Lifecycle === 'FAILED' && Type === 'USER_INITIATED' && tagsOf(Tags)[tagKeys.snapshotName] === undefined;

const timeOf = ({ CreationTime }: Backup): number => CreationTime?.getTime() ?? -Infinity;

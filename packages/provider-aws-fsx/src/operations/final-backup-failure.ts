import type { Backup } from '@aws-sdk/client-fsx';
import { DriverError } from '@lustre-csi/core';
import { failureReason, PAUSE_AFTER_FAILURE_MS } from './failed-work.js';
import { tagKeys, tagsOf } from '../parameters/tags.js';

/**
 * Lets some time pass after a final backup that failed, so that no deletion makes one after the other. What FSx does
 * with the file system then is not documented; where it keeps it, its data was not meant to go without a backup. Pure.
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
      `The deletion is tried again from ${new Date(again).toISOString()}. ${withoutFinalBackup}`,
  );
}

/** What an operator does who wants the file system gone nevertheless. */
export const withoutFinalBackup = `To delete it without a backup, remove its tag ${tagKeys.finalBackup}`;

/** Snapshots have a name, automatic backups another type. */
const mayBeFinal = ({ Lifecycle, Type, Tags }: Backup): boolean =>
  Lifecycle === 'FAILED' && Type === 'USER_INITIATED' && tagsOf(Tags)[tagKeys.snapshotName] === undefined;

const timeOf = ({ CreationTime }: Backup): number => CreationTime?.getTime() ?? -Infinity;

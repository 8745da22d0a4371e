import type { AdministrativeAction, FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import { DriverError, isDriverError } from '@lustre-csi/core';

/** FSx wants as much time between two increases of size, of metadata IOPS, or between two changes of throughput
 *  (Lustre User Guide, managing storage and throughput capacity): from the request of the last one. */
const COOL_DOWN_MS = 6 * 60 * 60 * 1000;

/** API reference, AdministrativeAction: Status. */
const RUNNING: readonly (string | undefined)[] = ['PENDING', 'IN_PROGRESS'];

/** The updates of a file system, the newest first, as FSx lists them. */
export function updatesOf({ AdministrativeActions }: SdkFileSystem): readonly AdministrativeAction[] {
  return (AdministrativeActions ?? []).filter(
    ({ AdministrativeActionType }) => AdministrativeActionType === 'FILE_SYSTEM_UPDATE',
  );
}

/** Whether the values that it aims at are not in force yet. */
export const isRunning = ({ Status }: AdministrativeAction): boolean => RUNNING.includes(Status);

/** How far the update is, in percent; undefined where FSx does not tell. */
export function percentOf(fileSystem: SdkFileSystem, update: AdministrativeAction): number | undefined {
  const optimization = fileSystem.AdministrativeActions?.find(
    ({ AdministrativeActionType, Status }) =>
      AdministrativeActionType === 'STORAGE_OPTIMIZATION' && Status === 'IN_PROGRESS',
  );
  return update.ProgressPercent ?? optimization?.ProgressPercent;
}

/** For people: `FILE_SYSTEM_UPDATE of StorageCapacity is IN_PROGRESS, 30 % done`. */
export function describeUpdate(fileSystem: SdkFileSystem, update: AdministrativeAction): string {
  const percent = percentOf(fileSystem, update);
  const done = percent === undefined ? '' : `, ${percent} % done`;
  const aims = aimsOf(update).join(', ');
  return `FILE_SYSTEM_UPDATE${aims === '' ? '' : ` of ${aims}`} is ${update.Status}${done}`;
}

/** What an update changes: the names of its members in UpdateFileSystem. */
export function aimsOf({ TargetFileSystemValues: target }: AdministrativeAction): readonly string[] {
  const { LustreConfiguration, ...others } = target ?? {};
  return [...given(others), ...given(LustreConfiguration ?? {})];
}

const given = (members: object): readonly string[] =>
  Object.entries(members)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name]) => name);

/**
 * Says what stands behind FSx's refusal of an update, as far as the file system shows it: another update that is
 * under way, or the pause that FSx wants. Neither is a wrong parameter; both end by themselves.
 */
export function explainRefusal(
  error: unknown,
  fileSystem: SdkFileSystem,
  { aims, now }: { readonly aims: readonly string[]; readonly now: number },
): unknown {
  if (!isDriverError(error, 'invalid-argument')) return error;
  const updates = updatesOf(fileSystem);
  const running = updates.find(isRunning);
  if (running) {
    return new DriverError(
      'aborted',
      `another update of file system ${fileSystem.FileSystemId} is under way, ${describeUpdate(fileSystem, running)}; ` +
        `this one is tried again by itself (${error.message})`,
      { cause: error },
    );
  }
  const last = updates.find((update) => aimsOf(update).some((aim) => aims.includes(aim)));
  const allowed = (last?.RequestTime?.getTime() ?? -Infinity) + COOL_DOWN_MS;
  if (allowed > now) return coolingDown(fileSystem, allowed, error);
  return isOptimizing(fileSystem) ? optimizing(fileSystem, error) : error;
}

/** Storage is being moved between servers, after a growth or a change of throughput: hours to days. */
const isOptimizing = ({ AdministrativeActions }: SdkFileSystem): boolean =>
  (AdministrativeActions ?? []).some(
    ({ AdministrativeActionType, Status }) =>
      AdministrativeActionType === 'STORAGE_OPTIMIZATION' && Status !== 'COMPLETED' && Status !== 'FAILED',
  );

const coolingDown = ({ FileSystemId }: SdkFileSystem, allowed: number, cause: DriverError): DriverError =>
  new DriverError(
    'unavailable',
    `FSx wants 6 hours between two such updates of file system ${FileSystemId}: the next is allowed from ` +
      `${new Date(allowed).toISOString()}, and is tried again by itself (${cause.message})`,
    { cause },
  );

const optimizing = ({ FileSystemId }: SdkFileSystem, cause: DriverError): DriverError =>
  new DriverError(
    'aborted',
    `FSx still optimizes the storage of file system ${FileSystemId} after its last update, which can take hours; this ` +
      `one is tried again by itself (${cause.message})`,
    { cause },
  );

import type { AdministrativeAction, FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import { DriverError, isDriverError } from '@lustre-csi/core';
import { failureReason, PAUSE_AFTER_FAILURE_MS } from './failed-work.js';

/** Pause that FSx requires between two increases of size or of metadata IOPS, or two changes of throughput, counted
 *  from the previous request (Lustre User Guide, managing storage and throughput capacity). Milliseconds. */
const COOL_DOWN_MS = 6 * 60 * 60 * 1000;

/** Members of UpdateFileSystem for which FSx requires that pause. */
const COOLING: readonly string[] = [
  'StorageCapacity',
  'MetadataConfiguration',
  'PerUnitStorageThroughput',
  'ThroughputCapacity',
];

/** Time for which FSx may show the old values after it reports an update as done. Milliseconds. */
const LATE_VALUES_MS = 60 * 1000;

/** Lifecycles in which FSx accepts updates. */
const UPDATABLE: readonly (string | undefined)[] = ['AVAILABLE', 'UPDATING'];

/** API reference, AdministrativeAction: Status. */
const RUNNING: readonly (string | undefined)[] = ['PENDING', 'IN_PROGRESS'];

/** Lists the updates of a file system in FSx's order, the newest first. */
export function updatesOf({ AdministrativeActions }: SdkFileSystem): readonly AdministrativeAction[] {
  return (AdministrativeActions ?? []).filter(
    ({ AdministrativeActionType }) => AdministrativeActionType === 'FILE_SYSTEM_UPDATE',
  );
}

/** Reports whether the target values of the update are not in force yet. */
export const isRunning = ({ Status }: AdministrativeAction): boolean => RUNNING.includes(Status);

/** Reports the progress of the update in percent; undefined where FSx does not report it. */
export function percentOf(fileSystem: SdkFileSystem, update: AdministrativeAction): number | undefined {
  const optimization = fileSystem.AdministrativeActions?.find(
    ({ AdministrativeActionType, Status }) =>
      AdministrativeActionType === 'STORAGE_OPTIMIZATION' && Status === 'IN_PROGRESS',
  );
  return update.ProgressPercent ?? optimization?.ProgressPercent;
}

/** Describes the update for people: `FILE_SYSTEM_UPDATE of StorageCapacity is IN_PROGRESS, 30 % done`. */
export function describeUpdate(fileSystem: SdkFileSystem, update: AdministrativeAction): string {
  const percent = percentOf(fileSystem, update);
  const done = percent === undefined ? '' : `, ${percent} % done`;
  const aims = aimsOf(update).join(', ');
  return `FILE_SYSTEM_UPDATE${aims === '' ? '' : ` of ${aims}`} is ${update.Status}${done}`;
}

/** Lists the members of UpdateFileSystem that the update changes. */
export function aimsOf({ TargetFileSystemValues: target }: AdministrativeAction): readonly string[] {
  const { LustreConfiguration, ...others } = target ?? {};
  return [...given(others), ...given(LustreConfiguration ?? {})];
}

const given = (members: object): readonly string[] =>
  Object.entries(members)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name]) => name);

/** A requested update: its members of UpdateFileSystem, and the time of the request. */
export interface WantedUpdate {
  readonly aims: readonly string[];
  /** Time of the request, in milliseconds since the epoch. */
  readonly now: number;
}

/** Finds the newest update that changes one of these members. */
export const lastUpdate = (
  fileSystem: SdkFileSystem,
  aims: readonly string[],
): AdministrativeAction | undefined =>
  updatesOf(fileSystem).find((update) => aimsOf(update).some((aim) => aims.includes(aim)));

/**
 * Refuses an update for some time after FSx accepted and then failed the same one, so that callers that retry do not
 * start one after the other. Pure.
 *
 * @throws DriverError unavailable with FSx's own words and the time of the next attempt
 */
export function refuseRecentFailure(fileSystem: SdkFileSystem, { aims, now }: WantedUpdate): void {
  const last = lastUpdate(fileSystem, aims);
  if (last?.Status !== 'FAILED') return;
  const again = (last.RequestTime?.getTime() ?? -Infinity) + PAUSE_AFTER_FAILURE_MS;
  if (now >= again) return;
  throw new DriverError(
    'unavailable',
    `the update of ${aimsOf(last).join(', ')} of file system ${fileSystem.FileSystemId} has failed: ` +
      `${failureReason(last)}. The file system still works with its old values; the update is retried from ` +
      new Date(again).toISOString(),
  );
}

/**
 * Decides about an update that FSx reports as done while the file system still shows other values. They may appear
 * late; where they never appear (FSx spells the value differently), the driver must not repeat the update forever. Pure.
 *
 * @returns undefined when the update is due again
 * @throws DriverError unavailable with the time of the next attempt
 */
export function waitForValues(
  { FileSystemId }: SdkFileSystem,
  done: AdministrativeAction,
  now: number,
): { readonly waitingFor: string } | undefined {
  const requested = done.RequestTime?.getTime() ?? -Infinity;
  const what = `the update of ${aimsOf(done).join(', ')} is ${done.Status}`;
  if (now < requested + LATE_VALUES_MS)
    return { waitingFor: `${what}, and FSx does not show the new values yet` };
  const again = requested + PAUSE_AFTER_FAILURE_MS;
  if (now >= again) return undefined;
  throw new DriverError(
    'unavailable',
    `${what}, but file system ${FileSystemId} shows other values than were requested: compare it in FSx with the ` +
      'values of the VolumeAttributesClass, which FSx may spell differently. The update is retried from ' +
      new Date(again).toISOString(),
  );
}

/**
 * Explains FSx's refusal of an update by what the file system shows: its own state, another update in progress, or the
 * pause that FSx requires. None of these is a wrong parameter. Pure.
 */
export function explainRefusal(error: unknown, fileSystem: SdkFileSystem, wanted: WantedUpdate): unknown {
  if (!isDriverError(error, 'invalid-argument')) return error;
  if (!UPDATABLE.includes(fileSystem.Lifecycle)) return notNow(fileSystem, error);
  const running = updatesOf(fileSystem).find(isRunning);
  return running ? underWay(fileSystem, running, error) : explainPause(error, fileSystem, wanted);
}

function explainPause(
  error: DriverError,
  fileSystem: SdkFileSystem,
  { aims, now }: WantedUpdate,
): DriverError {
  const cooling = aims.filter((aim) => COOLING.includes(aim));
  const last = lastUpdate(fileSystem, cooling);
  const allowed = (last?.RequestTime?.getTime() ?? -Infinity) + COOL_DOWN_MS;
  if (last && allowed > now) return coolingDown(fileSystem, { last, allowed }, error);
  return cooling.length > 0 && isOptimizing(fileSystem) ? optimizing(fileSystem, error) : error;
}

const underWay = (
  fileSystem: SdkFileSystem,
  running: AdministrativeAction,
  cause: DriverError,
): DriverError =>
  new DriverError(
    'aborted',
    `another update of file system ${fileSystem.FileSystemId} is in progress, ${describeUpdate(fileSystem, running)}; ` +
      `this one is retried automatically (${cause.message})`,
    { cause },
  );

const notNow = (
  { FileSystemId, Lifecycle, FailureDetails }: SdkFileSystem,
  cause: DriverError,
): DriverError =>
  new DriverError(
    'unavailable',
    `file system ${FileSystemId} is ${Lifecycle}${FailureDetails?.Message ? ` (${FailureDetails.Message})` : ''}, and FSx ` +
      `updates only file systems that are AVAILABLE. Check it in FSx; the update is retried automatically (${cause.message})`,
    { cause },
  );

/** Reports whether FSx moves storage between servers, after an expansion or a change of throughput: hours to days. */
const isOptimizing = ({ AdministrativeActions }: SdkFileSystem): boolean =>
  (AdministrativeActions ?? []).some(
    ({ AdministrativeActionType, Status }) =>
      AdministrativeActionType === 'STORAGE_OPTIMIZATION' && Status !== 'COMPLETED' && Status !== 'FAILED',
  );

const coolingDown = (
  { FileSystemId }: SdkFileSystem,
  { last, allowed }: { readonly last: AdministrativeAction; readonly allowed: number },
  cause: DriverError,
): DriverError =>
  new DriverError(
    'unavailable',
    `FSx requires 6 hours between two such updates of file system ${FileSystemId}: the next is allowed from ` +
      `${new Date(allowed).toISOString()}, and is retried automatically (${cause.message})` +
      (last.Status === 'FAILED' ? `. The previous one failed: ${failureReason(last)}` : ''),
    { cause },
  );

const optimizing = ({ FileSystemId }: SdkFileSystem, cause: DriverError): DriverError =>
  new DriverError(
    'aborted',
    `FSx still optimizes the storage of file system ${FileSystemId} after its last update, which can take hours; this ` +
      `one is retried automatically (${cause.message})`,
    { cause },
  );

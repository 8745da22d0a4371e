import { badRequest, type AwsError } from '../protocol/aws-error.js';
import {
  automaticMetadataIops,
  deploymentRule,
  invalidCapacityMessage,
  isValidCapacity,
} from './deployment-rules.js';
import type { UpdateFileSystemRequest } from './file-system-shapes.js';
import {
  clientSettingsRefusal,
  isProvisionableIops,
  isValidThroughputCapacity,
  readCacheRefusal,
} from './lustre-rules.js';
import type {
  UpdateTarget,
  WireFileSystem,
  WireLustreConfiguration,
  WireMetadata,
} from './wire-file-system.js';

/** An update that FSx accepts. */
export interface UpdatePlan {
  /** Settings that hold at once, with no administrative action. */
  readonly immediate: Partial<WireLustreConfiguration>;
  /** Values that an administrative action brings about; absent where no value needs an action. */
  readonly target?: UpdateTarget;
  /** Storage is optimized afterwards, in the background. */
  readonly optimizes: boolean;
}

export interface UpdateClock {
  /** Epoch seconds. */
  readonly now: number;
  /** Time after a change of size or speed during which the next one of its kind is refused. */
  readonly coolDownSeconds: number;
}

interface Update {
  readonly current: WireFileSystem;
  readonly request: UpdateFileSystemRequest;
  readonly lustre: NonNullable<UpdateFileSystemRequest['LustreConfiguration']>;
  readonly clock: UpdateClock;
}

type Check = (update: Update) => AwsError | undefined;

/** Decides whether FSx makes this update. Throws the AwsError that it answers with if not. */
export function planUpdate(
  current: WireFileSystem,
  request: UpdateFileSystemRequest,
  clock: UpdateClock,
): UpdatePlan {
  const update: Update = { current, request, lustre: request.LustreConfiguration ?? {}, clock };
  for (const check of checks) {
    const refusal = check(update);
    if (refusal) throw refusal;
  }
  const { immediate, target } = split(update);
  const optimizes =
    request.StorageCapacity !== undefined || update.lustre.PerUnitStorageThroughput !== undefined;
  return { immediate, optimizes, ...(target ? { target } : {}) };
}

const checkState: Check = ({ current: { FileSystemId, Lifecycle } }) =>
  Lifecycle === 'AVAILABLE' || Lifecycle === 'UPDATING'
    ? undefined
    : badRequest(`Cannot update file system ${FileSystemId} while in ${Lifecycle} state.`);

const checkNotEmpty: Check = ({ request, lustre }) =>
  request.StorageCapacity === undefined &&
  request.FileSystemTypeVersion === undefined &&
  Object.values(lustre).every((value) => value === undefined)
    ? badRequest('At least one parameter to update must be specified.')
    : undefined;

const checkNoneInProgress: Check = (update) => {
  const busy = update.current.AdministrativeActions?.some(
    ({ AdministrativeActionType: type, Status }) =>
      type === 'FILE_SYSTEM_UPDATE' && (Status === 'PENDING' || Status === 'IN_PROGRESS'),
  );
  if (!busy || !split(update).target) return undefined;
  const what = update.request.StorageCapacity === undefined ? 'update' : 'storage capacity update';
  return badRequest(`Unable to perform the ${what}. There is an update already in progress.`);
};

const ruleOf = ({ LustreConfiguration: { DeploymentType, EfaEnabled }, StorageType }: WireFileSystem) =>
  DeploymentType && deploymentRule(DeploymentType, StorageType, EfaEnabled === true);

const checkGrowth: Check = ({ current, request, lustre, clock }) => {
  const wanted = request.StorageCapacity;
  if (wanted === undefined) return undefined;
  const rule = ruleOf(current);
  const capacity = current.StorageCapacity;
  if (!rule || rule.deployment === 'SCRATCH_1' || capacity === undefined)
    return badRequest(
      `Storage capacity can not be updated for a lustre file system with DeploymentType=${rule?.deployment} and StorageType=${current.StorageType}.`,
    );
  if (lustre.MetadataConfiguration)
    return badRequest('StorageCapacity and MetadataConfiguration can not be updated in the same request.');
  if (wanted <= capacity)
    return badRequest(
      `Storage capacity must be greater than the current storage capacity of ${capacity} GiB.`,
    );
  const throughput = current.LustreConfiguration.PerUnitStorageThroughput ?? 0;
  if (!isValidCapacity(rule, throughput, wanted))
    return badRequest(invalidCapacityMessage(rule, throughput, wanted));
  const isGrowth = (target: UpdateTarget): boolean => target.StorageCapacity !== undefined;
  return coolDownRefusal(current, clock, 'storage capacity', isGrowth);
};

const checkThroughput: Check = ({ current, lustre, clock }) => {
  const wanted = lustre.PerUnitStorageThroughput;
  if (wanted === undefined) return undefined;
  const rule = ruleOf(current);
  if (!rule?.persistent || current.StorageType !== 'SSD' || current.LustreConfiguration.EfaEnabled)
    return badRequest('PerUnitStorageThroughput can not be updated for this lustre file system.');
  if (!rule.throughputs.includes(wanted))
    return badRequest(
      'Invalid Lustre deployment configuration: the provided throughput is invalid or does not meet the storage capacity requirement',
    );
  const isTier = (target: UpdateTarget): boolean =>
    target.LustreConfiguration?.PerUnitStorageThroughput !== undefined;
  return coolDownRefusal(current, clock, 'throughput', isTier);
};

const checkElastic: Check = ({ current, lustre }) => {
  const { ThroughputCapacity: wanted, DataReadCacheConfiguration: cache } = lustre;
  if (wanted === undefined && !cache) return undefined;
  if (current.StorageType !== 'INTELLIGENT_TIERING')
    return badRequest(
      'ThroughputCapacity and DataReadCacheConfiguration can only be updated with StorageType INTELLIGENT_TIERING.',
    );
  const capacity = current.LustreConfiguration.ThroughputCapacity ?? 0;
  if (wanted !== undefined && (!isValidThroughputCapacity(wanted) || wanted <= capacity))
    return badRequest(`ThroughputCapacity must be a multiple of 4000 MBps above the current ${capacity}.`);
  return cache && readCacheRefusal(cache, wanted ?? capacity);
};

const checkMetadata: Check = ({ current, lustre, clock }) => {
  const wanted = lustre.MetadataConfiguration;
  if (!wanted) return undefined;
  const now = current.LustreConfiguration.MetadataConfiguration;
  if (!now) return badRequest('MetadataConfiguration can not be updated for this lustre file system.');
  if ((wanted.Mode ?? now.Mode) === 'AUTOMATIC') return automaticRefusal(current, wanted.Iops, now.Iops);
  const iops = wanted.Iops ?? now.Iops;
  if (!isProvisionableIops(iops) || iops < now.Iops)
    return badRequest(`Metadata Iops must be a valid value of at least the current ${now.Iops}.`);
  return iops === now.Iops
    ? undefined
    : coolDownRefusal(current, clock, 'metadata', (target) =>
        Boolean(target.LustreConfiguration?.MetadataConfiguration),
      );
};

function automaticRefusal(
  current: WireFileSystem,
  wantedIops: number | undefined,
  iops: number,
): AwsError | undefined {
  if (wantedIops !== undefined)
    return badRequest(
      'Metadata Iops can not be specified when the metadata configuration mode is AUTOMATIC.',
    );
  return current.StorageType === 'SSD' && iops <= automaticMetadataIops(current.StorageCapacity ?? 0)
    ? undefined
    : badRequest('Metadata configuration mode can not return to AUTOMATIC: it would lower the Iops.');
}

const checkVersion: Check = ({ current, request }) => {
  const wanted = request.FileSystemTypeVersion;
  if (wanted === undefined) return undefined;
  return ['2.12', '2.15'].includes(wanted) && Number(wanted) > Number(current.FileSystemTypeVersion)
    ? undefined
    : badRequest(
        `FileSystemTypeVersion ${wanted} is not supported: it must be 2.12 or 2.15, and newer than the current ${current.FileSystemTypeVersion}.`,
      );
};

const checkBackups: Check = ({ current: { LustreConfiguration: configuration }, lustre }) => {
  const days = lustre.AutomaticBackupRetentionDays ?? configuration.AutomaticBackupRetentionDays ?? 0;
  const persistent = configuration.DeploymentType?.startsWith('PERSISTENT') ?? false;
  if (days > 0 && (!persistent || configuration.DataRepositoryConfiguration))
    return badRequest('Automatic backups are not supported for this lustre file system.');
  return lustre.DailyAutomaticBackupStartTime !== undefined && days === 0
    ? badRequest('DailyAutomaticBackupStartTime requires AutomaticBackupRetentionDays greater than 0.')
    : undefined;
};

const checkSettings: Check = ({ current, lustre }) =>
  lustre.AutoImportPolicy !== undefined && !current.LustreConfiguration.DataRepositoryConfiguration
    ? badRequest('AutoImportPolicy requires ImportPath.')
    : clientSettingsRefusal(lustre);

const checks: readonly Check[] = [
  checkState,
  checkNotEmpty,
  checkNoneInProgress,
  checkGrowth,
  checkThroughput,
  checkElastic,
  checkMetadata,
  checkVersion,
  checkBackups,
  checkSettings,
];

function coolDownRefusal(
  { AdministrativeActions = [] }: WireFileSystem,
  { now, coolDownSeconds }: UpdateClock,
  what: string,
  concerns: (target: UpdateTarget) => boolean,
): AwsError | undefined {
  const last = AdministrativeActions.find(
    ({ TargetFileSystemValues: target }) => target !== undefined && concerns(target),
  );
  if (!last || now - last.RequestTime >= coolDownSeconds) return undefined;
  return badRequest(
    `Unable to perform the ${what} update. At least ${coolDownSeconds / 3600} hours must pass since the last ${what} update was requested.`,
  );
}

/** Backup and maintenance windows change at once; everything that touches servers takes an action. */
function split({
  current,
  request,
  lustre,
}: Update): Pick<UpdatePlan, 'immediate'> & { target?: UpdateTarget } {
  const {
    WeeklyMaintenanceStartTime,
    DailyAutomaticBackupStartTime,
    AutomaticBackupRetentionDays,
    AutoImportPolicy,
    MetadataConfiguration,
    ...acted
  } = lustre;
  const link = current.LustreConfiguration.DataRepositoryConfiguration;
  const immediate = given({
    WeeklyMaintenanceStartTime,
    DailyAutomaticBackupStartTime,
    AutomaticBackupRetentionDays,
    DataRepositoryConfiguration: link && AutoImportPolicy ? { ...link, AutoImportPolicy } : undefined,
  }) as Partial<WireLustreConfiguration>;
  const configuration = given({
    ...acted,
    MetadataConfiguration: metadataTarget(current, MetadataConfiguration),
  });
  const { StorageCapacity, FileSystemTypeVersion } = request;
  const target: UpdateTarget = {
    ...(StorageCapacity === undefined ? {} : { StorageCapacity }),
    ...(FileSystemTypeVersion === undefined ? {} : { FileSystemTypeVersion }),
    ...(Object.keys(configuration).length > 0 ? { LustreConfiguration: configuration } : {}),
  };
  return { immediate, ...(Object.keys(target).length > 0 ? { target } : {}) };
}

function metadataTarget(
  { LustreConfiguration: { MetadataConfiguration: now }, StorageCapacity }: WireFileSystem,
  wanted: NonNullable<UpdateFileSystemRequest['LustreConfiguration']>['MetadataConfiguration'],
): WireMetadata | undefined {
  if (!wanted || !now) return undefined;
  const mode = wanted.Mode ?? now.Mode;
  if (mode === 'AUTOMATIC') return { Mode: mode, Iops: automaticMetadataIops(StorageCapacity ?? 0) };
  return { Mode: mode, Iops: wanted.Iops ?? now.Iops };
}

/** The members that have a value. */
const given = <T extends object>(members: T): Partial<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;

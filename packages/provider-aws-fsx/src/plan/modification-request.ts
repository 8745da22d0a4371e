import type {
  FileSystem as SdkFileSystem,
  LustreFileSystemConfiguration,
  UpdateFileSystemLustreConfiguration,
  UpdateFileSystemRequest,
} from '@aws-sdk/client-fsx';
import { logConfiguration } from './create-request.js';
import type { MutableParameters } from '../parameters/mutable-parameters.js';
import { tagsOf, type Tags } from '../parameters/tags.js';

/** Changes for UpdateFileSystem; empty: none. */
export type Update = Pick<UpdateFileSystemRequest, 'FileSystemTypeVersion' | 'LustreConfiguration'>;

/** Computes the requested settings that the file system does not have yet; others are not touched. Pure. */
export function updateTowards(wanted: MutableParameters, found: SdkFileSystem): Update {
  const lustre = found.LustreConfiguration ?? {};
  const configuration = present({
    ...plainSettings(wanted, lustre),
    MetadataConfiguration: metadata(wanted, lustre),
    DataReadCacheConfiguration: readCache(wanted, lustre),
    RootSquashConfiguration: rootSquash(wanted, lustre),
    LogConfiguration: logs(wanted, lustre),
  } satisfies UpdateFileSystemLustreConfiguration);
  const version = changed(found.FileSystemTypeVersion, wanted.fileSystemTypeVersion);
  return {
    ...(version === undefined ? {} : { FileSystemTypeVersion: version }),
    ...(Object.keys(configuration).length > 0 ? { LustreConfiguration: configuration } : {}),
  };
}

/** Lists the members of an update, by their names in UpdateFileSystem. */
export function membersOf({ FileSystemTypeVersion, LustreConfiguration }: Update): readonly string[] {
  return Object.keys(present({ FileSystemTypeVersion, ...LustreConfiguration }));
}

/** Finds the requested tags that the file system does not have. Pure. */
export function missingTags(wanted: Tags, found: SdkFileSystem): Tags {
  const tags = tagsOf(found.Tags);
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => tags[key] !== value));
}

function changed<T>(now: T | undefined, wanted: T | undefined): T | undefined {
  return wanted === undefined || now === wanted ? undefined : wanted;
}

function plainSettings(
  wanted: MutableParameters,
  lustre: LustreFileSystemConfiguration,
): UpdateFileSystemLustreConfiguration {
  const policy = lustre.DataRepositoryConfiguration?.AutoImportPolicy ?? 'NONE';
  return {
    PerUnitStorageThroughput: changed(lustre.PerUnitStorageThroughput, wanted.perUnitStorageThroughput),
    ThroughputCapacity: changed(lustre.ThroughputCapacity, wanted.throughputCapacity),
    DataCompressionType: changed(lustre.DataCompressionType ?? 'NONE', wanted.dataCompressionType),
    AutomaticBackupRetentionDays: changed(
      lustre.AutomaticBackupRetentionDays ?? 0,
      wanted.automaticBackupRetentionDays,
    ),
    DailyAutomaticBackupStartTime: changed(
      lustre.DailyAutomaticBackupStartTime,
      wanted.dailyAutomaticBackupStartTime,
    ),
    WeeklyMaintenanceStartTime: changed(lustre.WeeklyMaintenanceStartTime, wanted.weeklyMaintenanceStartTime),
    AutoImportPolicy: changed(policy, wanted.autoImportPolicy),
  };
}

function metadata(
  { metadataConfigurationMode: mode, metadataIops: iops }: MutableParameters,
  { MetadataConfiguration: now }: LustreFileSystemConfiguration,
): UpdateFileSystemLustreConfiguration['MetadataConfiguration'] {
  if (mode === undefined) return undefined;
  const same = now?.Mode === mode && (mode === 'AUTOMATIC' || now.Iops === iops);
  return same ? undefined : present({ Mode: mode, Iops: iops });
}

function readCache(
  { dataReadCacheSizingMode: mode, dataReadCacheSizeGiB: size }: MutableParameters,
  { DataReadCacheConfiguration: now }: LustreFileSystemConfiguration,
): UpdateFileSystemLustreConfiguration['DataReadCacheConfiguration'] {
  if (mode === undefined) return undefined;
  const same = now?.SizingMode === mode && (mode !== 'USER_PROVISIONED' || now.SizeGiB === size);
  return same ? undefined : present({ SizingMode: mode, SizeGiB: size });
}

/** Computes root squash. FSx takes mode and clients together, so that clients that are not named are sent unchanged. */
function rootSquash(
  { rootSquash: wanted, noSquashNids }: MutableParameters,
  { RootSquashConfiguration: now }: LustreFileSystemConfiguration,
): UpdateFileSystemLustreConfiguration['RootSquashConfiguration'] {
  if (wanted === undefined) return undefined;
  const { RootSquash: squash = '0:0', NoSquashNids: known = [] } = now ?? {};
  const nids = noSquashNids ?? known;
  if (squash === wanted && [...nids].sort().join() === [...known].sort().join()) return undefined;
  const listed = nids.length > 0 || known.length > 0;
  return { RootSquash: wanted, ...(listed ? { NoSquashNids: [...nids] } : {}) };
}

/** Computes logging. FSx may append `:*` to the ARN of a log group. */
function logs(
  wanted: MutableParameters,
  { LogConfiguration: now }: LustreFileSystemConfiguration,
): UpdateFileSystemLustreConfiguration['LogConfiguration'] {
  const { logLevel, logDestination } = wanted;
  if (logLevel === undefined) return undefined;
  const sameLevel = (now?.Level ?? 'DISABLED') === logLevel;
  const sameDestination =
    logDestination === undefined || plainArn(now?.Destination) === plainArn(logDestination);
  return sameLevel && sameDestination ? undefined : logConfiguration(wanted);
}

const plainArn = (arn: string | undefined): string | undefined => arn?.replace(/:\*$/, '');

const present = <T extends object>(members: T): T =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;

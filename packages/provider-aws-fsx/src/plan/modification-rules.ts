import type { FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import { throwFaults, type FoundFaults } from '@lustre-csi/core';
import { clientRule } from '../parameters/repository-and-backup-rules.js';
import { updateTowards, type Update } from './modification-request.js';
import {
  mutableParameterSchema,
  mutableParameters,
  type MutableParameters,
} from '../parameters/mutable-parameters.js';
import { problemsOf } from '../parameters/parameter-rules.js';
import { resolveSettings } from '../parameters/settings.js';
import { minorVersion, parametersOfFileSystem } from '../parameters/parameters-of-file-system.js';
import { tagKeys, tagLimits, tagsOf } from '../parameters/tags.js';

/**
 * Reads the parameters of a VolumeAttributesClass, and checks what can be checked without the file system.
 *
 * @throws DriverError invalid-argument naming all that is wrong, and the keys that are allowed
 */
export function readMutableParameters(given: Readonly<Record<string, string>>): MutableParameters {
  const { values, faults } = inspectMutableParameters(given);
  throwFaults(faults);
  return values;
}

/** Reads what can be read of the parameters of a VolumeAttributesClass, with all faults. */
export function inspectMutableParameters(
  given: Readonly<Record<string, string>>,
): FoundFaults & { readonly values: MutableParameters } {
  const isKnown = ([name]: readonly [string, string]): boolean => Object.hasOwn(mutableParameters, name);
  const unknown = Object.entries(given).filter((entry) => !isKnown(entry));
  const { values, faults, doubtful } = mutableParameterSchema.inspect(
    Object.fromEntries(Object.entries(given).filter(isKnown)),
  );
  const { metadataConfigurationMode, ...others } = values;
  const mode =
    metadataConfigurationMode ?? (values.metadataIops === undefined ? undefined : 'USER_PROVISIONED');
  const read = { ...others, ...(mode === undefined ? {} : { metadataConfigurationMode: mode }) };
  // With a wrong value, a parameter that needs it would seem to lack it.
  const problems = doubtful.size > 0 ? [] : [clientRule(read), cacheProblem(read)];
  return {
    values: read,
    faults: [
      ...unknown.map(([name]) => notMutable(name)),
      ...faults,
      ...problems.filter((each) => each !== undefined),
    ],
    doubtful,
  };
}

const notMutable = (name: string): string =>
  `a VolumeAttributesClass cannot have the parameter "${name}"; legal: ${Object.keys(mutableParameters).sort().join(', ')}`;

function cacheProblem({
  dataReadCacheSizingMode,
  dataReadCacheSizeGiB,
}: MutableParameters): string | undefined {
  return dataReadCacheSizeGiB !== undefined && dataReadCacheSizingMode === undefined
    ? 'parameter "dataReadCacheSizeGiB" needs "dataReadCacheSizingMode": USER_PROVISIONED'
    : undefined;
}

/**
 * Refuses an impossible modification before anything is changed: settings that FSx would not have created either,
 * and those that it does not change later (API reference, UpdateFileSystemLustreConfiguration).
 *
 * @throws DriverError invalid-argument naming each parameter and its legal values
 */
export function checkModification(wanted: MutableParameters, found: SdkFileSystem): void {
  const change = updateTowards(wanted, found);
  const direct = problems.flatMap((problemOf) => problemOf(change, wanted, found) ?? []);
  const named = new Set(direct.map(parameterIn));
  const asCreated = problemsAsCreated(wanted, found).filter((problem) => !named.has(parameterIn(problem)));
  throwFaults([...direct.map((problem) => `file system ${found.FileSystemId}: ${problem}`), ...asCreated]);
}

/** Parameter that a problem is about. */
const parameterIn = (problem: string): string => /"(\w+)"/.exec(problem)?.[1] ?? '';

/** Checks a change of a file system; returns a message, or undefined. */
type Problem = (change: Update, wanted: MutableParameters, found: SdkFileSystem) => string | undefined;

const throughput: Problem = ({ LustreConfiguration: change }, _wanted, found) => {
  if (change?.PerUnitStorageThroughput === undefined) return undefined;
  const { StorageType, LustreConfiguration: { EfaEnabled } = {} } = found;
  return StorageType !== 'SSD' || EfaEnabled
    ? `parameter "perUnitStorageThroughput" can be changed on SSD without EFA only, and this is ${StorageType}${EfaEnabled ? ' with EFA' : ''}`
    : undefined;
};

const elasticThroughput: Problem = ({ LustreConfiguration: change }, _wanted, found) => {
  const now = found.LustreConfiguration?.ThroughputCapacity ?? 0;
  return change?.ThroughputCapacity !== undefined && change.ThroughputCapacity < now
    ? `parameter "throughputCapacity" is ${change.ThroughputCapacity}; legal: ${now}, which the file system has, or more`
    : undefined;
};

const metadata: Problem = ({ LustreConfiguration: change }, { metadataIops }, found) => {
  if (!change?.MetadataConfiguration) return undefined;
  const now = found.LustreConfiguration?.MetadataConfiguration;
  if (!now) {
    return 'parameter "metadataConfigurationMode" is for file systems that were created with a metadata configuration';
  }
  return metadataIops !== undefined && metadataIops < (now.Iops ?? 0)
    ? `parameter "metadataIops" is ${metadataIops}; legal: ${now.Iops}, which the file system has, or more`
    : undefined;
};

const version: Problem = ({ FileSystemTypeVersion: wanted }, _wanted, { FileSystemTypeVersion: now }) =>
  wanted !== undefined && minorVersion(wanted) < minorVersion(now)
    ? `parameter "fileSystemTypeVersion" is ${wanted}; legal: ${now}, which the file system has, or newer`
    : undefined;

const autoImport: Problem = ({ LustreConfiguration: change }, _wanted, found) =>
  change?.AutoImportPolicy !== undefined &&
  !found.LustreConfiguration?.DataRepositoryConfiguration?.ImportPath
    ? 'parameter "autoImportPolicy" is for file systems that were created with "s3ImportPath"'
    : undefined;

const backups: Problem = (_change, wanted, found) => {
  const now = found.LustreConfiguration ?? {};
  const linked = now.DataRepositoryConfiguration || tagsOf(found.Tags)[tagKeys.repositories] !== undefined;
  if (wanted.automaticBackupRetentionDays && linked) {
    return 'parameter "automaticBackupRetentionDays": FSx makes no backups of file systems that are linked to S3; legal: 0';
  }
  const days = wanted.automaticBackupRetentionDays ?? now.AutomaticBackupRetentionDays ?? 0;
  return wanted.dailyAutomaticBackupStartTime !== undefined && days === 0
    ? 'parameter "dailyAutomaticBackupStartTime" needs "automaticBackupRetentionDays" above 0'
    : undefined;
};

const tags: Problem = (_change, { extraTags }, found) => {
  if (!extraTags) return undefined;
  // Two more tags of the driver: handed out, and modified.
  const own = [tagKeys.handedOut, tagKeys.modified];
  const count = new Set([...Object.keys(tagsOf(found.Tags)), ...Object.keys(extraTags), ...own]).size;
  return count > tagLimits.count
    ? `parameter "extraTags": the file system would have ${count} tags; legal: at most ${tagLimits.count}`
    : undefined;
};

const problems: readonly Problem[] = [
  throughput,
  elasticThroughput,
  metadata,
  version,
  autoImport,
  backups,
  tags,
];

/** Applies the rules of creation to the modified file system. FSx decides where the file system already breaks them. */
function problemsAsCreated(wanted: MutableParameters, found: SdkFileSystem): readonly string[] {
  const now = withoutUndefined({
    ...parametersOfFileSystem(found),
    subnetId: found.SubnetIds?.[0] ?? 'unknown',
  });
  const problemsWith = (parameters: object): readonly string[] =>
    problemsOf(resolveSettings(parameters).settings);
  if (problemsWith(now).length > 0) return [];
  // A mode and its size belong together: a mode that is given replaces both.
  const { metadataIops, dataReadCacheSizeGiB, ...others } = now as MutableParameters;
  const {
    autoImportPolicy: _policy,
    dailyAutomaticBackupStartTime: _time,
    extraTags: _tags,
    ...changes
  } = wanted;
  return problemsWith({
    ...others,
    ...(changes.metadataConfigurationMode === undefined ? withoutUndefined({ metadataIops }) : {}),
    ...(changes.dataReadCacheSizingMode === undefined ? withoutUndefined({ dataReadCacheSizeGiB }) : {}),
    ...changes,
  });
}

const withoutUndefined = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

import { throwFaults } from '@lustre-csi/core';
import { repositoryAndBackupRules, type Rule } from './repository-and-backup-rules.js';
import type { FsxSettings } from './settings.js';

/** Offer of FSx for Lustre for a deployment type on a storage type. */
interface Offer {
  readonly deploymentType: FsxSettings['deploymentType'];
  readonly storageType: FsxSettings['storageType'];
  /** MB/s/TiB; empty: none may be given. */
  readonly throughputs: readonly number[];
  readonly versions: readonly string[];
}

const OLDER_VERSIONS = ['2.10', '2.12', '2.15'];

/** API reference, CreateFileSystem: StorageType, PerUnitStorageThroughput, FileSystemTypeVersion. */
const offers: readonly Offer[] = [
  { deploymentType: 'SCRATCH_1', storageType: 'SSD', throughputs: [], versions: OLDER_VERSIONS },
  { deploymentType: 'SCRATCH_2', storageType: 'SSD', throughputs: [], versions: OLDER_VERSIONS },
  {
    deploymentType: 'PERSISTENT_1',
    storageType: 'SSD',
    throughputs: [50, 100, 200],
    versions: OLDER_VERSIONS,
  },
  { deploymentType: 'PERSISTENT_1', storageType: 'HDD', throughputs: [12, 40], versions: OLDER_VERSIONS },
  {
    deploymentType: 'PERSISTENT_2',
    storageType: 'SSD',
    throughputs: [125, 250, 500, 1000],
    versions: ['2.12', '2.15'],
  },
  { deploymentType: 'PERSISTENT_2', storageType: 'INTELLIGENT_TIERING', throughputs: [], versions: ['2.15'] },
];

/** API reference, CreateFileSystem: SecurityGroupIds. */
const MAX_SECURITY_GROUPS = 50;

const nameOf = ({ deploymentType, storageType }: Pick<Offer, 'deploymentType' | 'storageType'>): string =>
  `${deploymentType} on ${storageType}`;

const offerFor = (settings: FsxSettings): Offer | undefined =>
  offers.find((offer) => nameOf(offer) === nameOf(settings));

const isTiered = ({ storageType }: FsxSettings): boolean => storageType === 'INTELLIGENT_TIERING';
const isPersistent = ({ deploymentType }: FsxSettings): boolean => deploymentType.startsWith('PERSISTENT');

const subnet: Rule = ({ subnetId, subnetIds }) => {
  if (subnetId !== undefined && subnetIds !== undefined) {
    return 'parameters "subnetId" and "subnetIds" are both given: write one of them';
  }
  return subnetId === undefined && subnetIds === undefined
    ? 'parameter "subnetId" is missing: write the subnet that the file system is to be created in, such as subnet-0123456789abcdef0, or several as "subnetIds"'
    : undefined;
};

const securityGroups: Rule = ({ securityGroupIds = [] }) =>
  securityGroupIds.length > MAX_SECURITY_GROUPS
    ? `parameter "securityGroupIds" names ${securityGroupIds.length} groups; legal: at most ${MAX_SECURITY_GROUPS}`
    : undefined;

const offered: Rule = (settings) =>
  offerFor(settings)
    ? undefined
    : `FSx has no ${nameOf(settings)} ("deploymentType", "storageType"); legal: ${offers.map(nameOf).join(', ')}`;

const throughput: Rule = (settings) => {
  const legal = offerFor(settings)?.throughputs ?? [];
  const given = settings.perUnitStorageThroughput;
  if (legal.length === 0) {
    return given === undefined
      ? undefined
      : `parameter "perUnitStorageThroughput" cannot be given with ${nameOf(settings)}: remove it`;
  }
  if (given !== undefined && legal.includes(given)) return undefined;
  const what = given === undefined ? 'is missing' : `is ${given}`;
  return `parameter "perUnitStorageThroughput" ${what}; legal with ${nameOf(settings)}: ${legal.join(', ')}`;
};

const driveCache: Rule = ({ storageType, driveCacheType }) => {
  if (storageType === 'HDD' && driveCacheType === undefined) {
    return 'parameter "driveCacheType" is missing, storageType HDD needs it; legal: NONE, READ';
  }
  return storageType !== 'HDD' && driveCacheType !== undefined
    ? `parameter "driveCacheType" is only for storageType HDD, and this is ${storageType}: remove it`
    : undefined;
};

const version: Rule = (settings) => {
  const given = settings.fileSystemTypeVersion;
  const newest = settings.metadataConfigurationMode !== undefined || settings.efaEnabled === true;
  const legal = newest ? ['2.15'] : (offerFor(settings)?.versions ?? []);
  if (given === undefined || legal.includes(given)) return undefined;
  const why = newest ? ' with a metadata configuration or EFA' : '';
  return `parameter "fileSystemTypeVersion" is ${given}; legal for ${nameOf(settings)}${why}: ${legal.join(', ')}`;
};

const persistentOnly: Rule = (settings) => {
  if (isPersistent(settings)) return undefined;
  const given = [
    ...(settings.kmsKeyId === undefined ? [] : ['kmsKeyId']),
    ...(settings.automaticBackupRetentionDays ? ['automaticBackupRetentionDays'] : []),
  ][0];
  return (
    given &&
    `parameter "${given}" is only for deploymentType PERSISTENT_1 and PERSISTENT_2, and this is ${settings.deploymentType}: remove it or choose one of them`
  );
};

const persistent2Only: Rule = (settings) => {
  if (settings.deploymentType === 'PERSISTENT_2') return undefined;
  const given = [
    ...(settings.efaEnabled ? ['efaEnabled'] : []),
    ...(settings.metadataConfigurationMode === undefined ? [] : ['metadataConfigurationMode']),
  ][0];
  return (
    given &&
    `parameter "${given}" is only for deploymentType PERSISTENT_2, and this is ${settings.deploymentType}: remove it or choose PERSISTENT_2`
  );
};

const metadata: Rule = (settings) => {
  const { metadataConfigurationMode: mode, metadataIops: iops } = settings;
  if (mode === undefined) return undefined;
  if (isTiered(settings) && mode !== 'USER_PROVISIONED') {
    return `parameter "metadataConfigurationMode" is ${mode}; legal with INTELLIGENT_TIERING: USER_PROVISIONED`;
  }
  if (mode === 'USER_PROVISIONED') return iopsProblem(isTiered(settings), iops);
  return iops === undefined
    ? undefined
    : 'parameter "metadataIops" cannot be given with metadataConfigurationMode AUTOMATIC: remove it or choose USER_PROVISIONED';
};

/** API reference, CreateFileSystemLustreMetadataConfiguration; Lustre User Guide, metadata performance. */
function iopsProblem(tiered: boolean, iops: number | undefined): string | undefined {
  if (iops !== undefined && (tiered ? [6000, 12_000].includes(iops) : isProvisionable(iops)))
    return undefined;
  const legal = tiered
    ? '6000, 12000 with INTELLIGENT_TIERING'
    : '1500, 3000, 6000, 12000 and multiples of 12000 up to 192000';
  return `parameter "metadataIops" ${iops === undefined ? 'is missing' : `is ${iops}`}; legal: ${legal}`;
}

const isProvisionable = (iops: number): boolean =>
  [1500, 3000, 6000].includes(iops) || (iops > 0 && iops % 12_000 === 0);

const tieredOnly: Rule = (settings) => {
  if (isTiered(settings)) return undefined;
  const names = ['throughputCapacity', 'dataReadCacheSizingMode', 'dataReadCacheSizeGiB'] as const;
  const given = names.find((name) => settings[name] !== undefined);
  return (
    given &&
    `parameter "${given}" is only for storageType INTELLIGENT_TIERING, and this is ${settings.storageType}: remove it`
  );
};

/** MB/s that one server of INTELLIGENT_TIERING provides: throughput and read cache come in such steps. */
const TIERED_STEP = 4000;

const tieredThroughput: Rule = (settings) => {
  const { throughputCapacity: given } = settings;
  if (!isTiered(settings) || (given !== undefined && given % TIERED_STEP === 0)) return undefined;
  const what = given === undefined ? 'is missing' : `is ${given}`;
  return `parameter "throughputCapacity" ${what}; legal with INTELLIGENT_TIERING: multiples of 4000 from 4000 to 2000000 (MB/s)`;
};

const readCache: Rule = (settings) => {
  const { dataReadCacheSizingMode: mode, dataReadCacheSizeGiB: size, throughputCapacity = 0 } = settings;
  if (!isTiered(settings)) return undefined;
  if (mode !== 'USER_PROVISIONED') {
    return size === undefined
      ? undefined
      : `parameter "dataReadCacheSizeGiB" cannot be given with dataReadCacheSizingMode ${mode}: remove it or choose USER_PROVISIONED`;
  }
  const servers = throughputCapacity / TIERED_STEP;
  const [least, most] = [32 * servers, 131_072 * servers];
  if (size !== undefined && size >= least && size <= most) return undefined;
  const what = size === undefined ? 'is missing' : `is ${size}`;
  return `parameter "dataReadCacheSizeGiB" ${what}; legal with throughputCapacity ${throughputCapacity}: ${least} to ${most}`;
};

const s3Link: Rule = (settings) => {
  const { s3ImportPath, s3ExportPath, deploymentType } = settings;
  if (s3ImportPath === undefined) {
    const needing = ['s3ExportPath', 'autoImportPolicy', 'importedFileChunkSize'] as const;
    const orphan = needing.find((name) => settings[name] !== undefined);
    return (
      orphan && `parameter "${orphan}" needs "s3ImportPath": the bucket that the file system is linked to`
    );
  }
  if (deploymentType === 'PERSISTENT_2') {
    return 'parameter "s3ImportPath" is not for deploymentType PERSISTENT_2, which links S3 with data repository associations instead: write the parameter "dataRepositoryAssociations"; legal here: SCRATCH_1, SCRATCH_2, PERSISTENT_1';
  }
  return s3ExportPath !== undefined && bucketOf(s3ExportPath) !== bucketOf(s3ImportPath)
    ? `parameter "s3ExportPath" is ${s3ExportPath}; legal: a path in the bucket of "s3ImportPath", s3://${bucketOf(s3ImportPath)}`
    : undefined;
};

const bucketOf = (path: string): string => path.split('/')[2] ?? '';

/** Lustre User Guide, backups: not for file systems that are linked to S3. */
const s3LinkOrBackups: Rule = ({ s3ImportPath, automaticBackupRetentionDays, copyTagsToBackups }) => {
  if (s3ImportPath === undefined) return undefined;
  const given = automaticBackupRetentionDays
    ? 'automaticBackupRetentionDays'
    : copyTagsToBackups && 'copyTagsToBackups';
  return given
    ? `parameter "${given}" cannot be given with "s3ImportPath": FSx makes no backups of file systems that are linked to S3; remove one of them`
    : undefined;
};

const rules: readonly Rule[] = [
  subnet,
  securityGroups,
  offered,
  persistent2Only,
  throughput,
  driveCache,
  persistentOnly,
  version,
  metadata,
  tieredOnly,
  tieredThroughput,
  readCache,
  s3Link,
  s3LinkOrBackups,
  ...repositoryAndBackupRules,
];

const nothing: ReadonlySet<string> = new Set();

/**
 * Finds all that FSx would refuse in the settings, before any call: requirements and exclusions of each parameter (API
 * reference, CreateFileSystem and CreateFileSystemLustreConfiguration).
 * @param doubtful parameters whose values are unknown: rules that depend on them say nothing
 */
export function problemsOf(settings: FsxSettings, doubtful = nothing): readonly string[] {
  // Without an offer, the rules about its details have nothing to compare with.
  const applicable = offerFor(settings) ? rules : [subnet, securityGroups, offered];
  const unknown = withConsequences(doubtful);
  return applicable.flatMap((rule) => resultOf(rule, settings, unknown) ?? []);
}

/** Result of a rule; undefined where it has read a parameter whose value is unknown. */
function resultOf(rule: Rule, settings: FsxSettings, unknown: ReadonlySet<string>): string | undefined {
  let isKnown = true;
  const watched = new Proxy(settings, {
    get: (target, name) => {
      if (unknown.has(String(name))) isKnown = false;
      return Reflect.get(target, name) as unknown;
    },
  });
  const problem = rule(watched);
  return isKnown ? problem : undefined;
}

/** Adds the settings that follow from the doubtful ones, see `resolveSettings`. */
function withConsequences(doubtful: ReadonlySet<string>): ReadonlySet<string> {
  const metadataSettings = ['metadataConfigurationMode', 'metadataIops'];
  const consequences = new Map([
    ['storageType', ['deploymentType', ...metadataSettings, 'dataReadCacheSizingMode']],
    ['efaEnabled', metadataSettings],
    ['metadataConfigurationMode', metadataSettings],
    ['subnetId', ['subnetIds']],
    ['subnetIds', ['subnetId']],
    ['automaticBackupRetentionDays', ['dailyAutomaticBackupStartTime']],
  ]);
  return new Set([...doubtful].flatMap((name) => [name, ...(consequences.get(name) ?? [])]));
}

/** Refuses settings with all of their problems at once.
 *  @throws DriverError invalid-argument naming the parameter and its legal values */
export function checkSettings(settings: FsxSettings): void {
  throwFaults(problemsOf(settings));
}

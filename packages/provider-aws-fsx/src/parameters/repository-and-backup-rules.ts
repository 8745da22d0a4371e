import type { FsxSettings } from './settings.js';

/** Checks settings; returns a message that names the parameter and its legal values, or undefined. */
export type Rule = (settings: FsxSettings) => string | undefined;

const repositories: Rule = (settings) => {
  const { dataRepositoryAssociations: given, s3ImportPath, deploymentType, storageType } = settings;
  if (!given) return undefined;
  const name = 'parameter "dataRepositoryAssociations"';
  if (s3ImportPath !== undefined) {
    return `${name} and "s3ImportPath" exclude each other: write the import path as an association`;
  }
  if (deploymentType === 'SCRATCH_1' || storageType === 'INTELLIGENT_TIERING') {
    return `${name} is for SCRATCH_2, PERSISTENT_1 and PERSISTENT_2 on SSD or HDD, and this is ${deploymentType} on ${storageType}`;
  }
  return versionOf(settings) === '2.10'
    ? `${name} needs Lustre 2.12 or newer: write "fileSystemTypeVersion"; legal: 2.12, 2.15`
    : undefined;
};

/** Lustre version that applies; only as exact as these rules need. */
const versionOf = ({ fileSystemTypeVersion, deploymentType }: FsxSettings): string =>
  fileSystemTypeVersion ?? (deploymentType === 'PERSISTENT_2' ? '2.12' : '2.10');

const repositoriesOrBackups: Rule = (settings) => {
  if (!settings.dataRepositoryAssociations) return undefined;
  const backup = settings.automaticBackupRetentionDays
    ? 'automaticBackupRetentionDays'
    : settings.copyTagsToBackups && 'copyTagsToBackups';
  return backup
    ? `parameter "${backup}" cannot be given with "dataRepositoryAssociations": FSx makes no backups of file systems that are linked to S3; remove one of them`
    : undefined;
};

const finalBackup: Rule = (settings) => {
  const { finalBackup: wanted, finalBackupTags, deploymentType } = settings;
  if (!wanted) {
    return finalBackupTags === undefined
      ? undefined
      : 'parameter "finalBackupTags" needs "finalBackup": "true"';
  }
  if (!deploymentType.startsWith('PERSISTENT')) {
    return `parameter "finalBackup" is only for deploymentType PERSISTENT_1 and PERSISTENT_2, and this is ${deploymentType}: remove it or choose one of them`;
  }
  const link =
    settings.s3ImportPath === undefined
      ? settings.dataRepositoryAssociations && 'dataRepositoryAssociations'
      : 's3ImportPath';
  return link
    ? `parameter "finalBackup" cannot be given with "${link}": FSx makes no backups of file systems that are linked to S3; remove one of them`
    : undefined;
};

/** API reference, LustreRootSquashConfiguration: NoSquashNids. */
const MAX_NIDS = 64;

/** Rule about root squash and logs, at the creation and later. */
export const clientRule = (
  given: Pick<FsxSettings, 'rootSquash' | 'noSquashNids' | 'logLevel' | 'logDestination'>,
): string | undefined => {
  const { rootSquash, noSquashNids = [], logLevel, logDestination } = given;
  if (noSquashNids.length > 0 && rootSquash === undefined) {
    return 'parameter "noSquashNids" needs "rootSquash": the user and group that root becomes, such as 65534:65534';
  }
  if (noSquashNids.length > MAX_NIDS) {
    return `parameter "noSquashNids" has ${noSquashNids.length} entries; legal: at most ${MAX_NIDS}`;
  }
  return logDestination !== undefined && (logLevel === undefined || logLevel === 'DISABLED')
    ? 'parameter "logDestination" needs "logLevel"; legal: WARN_ONLY, ERROR_ONLY, WARN_ERROR'
    : undefined;
};

/** Rules about links to S3, backups, root squash and logs. */
export const repositoryAndBackupRules: readonly Rule[] = [
  repositories,
  repositoriesOrBackups,
  finalBackup,
  clientRule,
];

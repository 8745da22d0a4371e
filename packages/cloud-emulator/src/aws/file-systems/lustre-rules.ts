import { AwsError, badRequest, incompatibleParameter } from '../protocol/aws-error.js';
import { missingMember } from '../protocol/request-shape.js';
import type { Check, Creation } from './creation.js';
import {
  automaticMetadataIops,
  deploymentRule,
  invalidCapacityMessage,
  isValidCapacity,
  serverCount,
  type DeploymentRule,
} from './deployment-rules.js';
import type { CreateFileSystemRequest, LustreConfigurationRequest } from './file-system-shapes.js';
import { importCheck } from './lustre-import-rules.js';

/** A creation that FSx accepts, with what it derives from the request. */
export interface CreationPlan {
  readonly rule: DeploymentRule;
  /** Capacity in GiB; absent with INTELLIGENT_TIERING, which is elastic. */
  readonly storageCapacity?: number;
  readonly version: string;
  readonly metadata?: { readonly Mode: 'AUTOMATIC' | 'USER_PROVISIONED'; readonly Iops: number };
  /** IP addresses that it takes. */
  readonly servers: number;
}

/** Decides whether FSx creates this file system. Throws the {@link AwsError} that it answers with if not. */
export function planCreation(request: CreateFileSystemRequest): CreationPlan {
  const creation = resolve(request);
  for (const check of checks) {
    const refusal = check(creation);
    if (refusal) throw refusal;
  }
  const { rule, lustre, throughput } = creation;
  const metadata = metadataOf(creation);
  return {
    rule,
    ...(request.StorageCapacity === undefined ? {} : { storageCapacity: request.StorageCapacity }),
    version: request.FileSystemTypeVersion ?? versionsOf(creation).preferred,
    ...(metadata ? { metadata } : {}),
    servers: serverCount(rule, {
      gib: request.StorageCapacity ?? 0,
      throughput,
      throughputCapacity: lustre.ThroughputCapacity ?? 0,
      metadataIops: metadata?.Iops ?? 0,
    }),
  };
}

function resolve(request: CreateFileSystemRequest): Creation {
  if (request.FileSystemType !== 'LUSTRE')
    throw badRequest(
      `FileSystemType ${request.FileSystemType} is not available here: only LUSTRE is served.`,
    );
  const lustre = request.LustreConfiguration ?? {};
  // The API's default is the oldest generation, not the newest.
  const deployment = lustre.DeploymentType ?? 'SCRATCH_1';
  const storage = request.StorageType ?? 'SSD';
  const rule = deploymentRule(deployment, storage, lustre.EfaEnabled === true);
  if (!rule) throw badRequest(`StorageType ${storage} is not supported for DeploymentType ${deployment}.`);
  return { request, lustre, rule, throughput: lustre.PerUnitStorageThroughput ?? 0 };
}

const checkNetwork: Check = ({ request }) => {
  if (request.SubnetIds.length !== 1)
    return badRequest('Exactly one subnet ID must be specified for a Lustre file system.');
  if (request.NetworkType === 'DUAL')
    return badRequest('NetworkType DUAL is not supported for Lustre file systems.');
  return undefined;
};

const checkThroughput: Check = ({ lustre, rule }) => {
  const given = lustre.PerUnitStorageThroughput;
  if (rule.throughputs.length === 0) {
    if (given === undefined) return undefined;
    const what = rule.storage === 'SSD' ? `DeploymentType=${rule.deployment}` : `StorageType=${rule.storage}`;
    return incompatibleParameter(
      'PerUnitStorageThroughput',
      `The storage throughput can not be specified for a lustre file system with ${what}`,
    );
  }
  if (given === undefined)
    return badRequest(
      `PerUnitStorageThroughput is required for a lustre file system with DeploymentType=${rule.deployment}.`,
    );
  if (rule.throughputs.includes(given)) return undefined;
  return everyThroughput.has(given) ? badRequest(throughputMismatch) : invalidThroughput;
};

const everyThroughput = new Set([12, 40, 50, 100, 125, 200, 250, 500, 1000]);
const throughputMismatch =
  'Invalid Lustre deployment configuration: the provided throughput is invalid or does not meet the storage capacity requirement';
const invalidThroughput = new AwsError(
  'InvalidPerUnitStorageThroughput',
  'An invalid value for PerUnitStorageThroughput was provided. Please create your file system again, using a valid value.',
);

const checkCapacity: Check = ({ request, rule, throughput }) => {
  const gib = request.StorageCapacity;
  if (rule.storage === 'INTELLIGENT_TIERING')
    return gib === undefined
      ? undefined
      : badRequest('StorageCapacity can not be specified with StorageType INTELLIGENT_TIERING.');
  if (gib === undefined)
    return badRequest(`1 validation error detected: ${missingMember('storageCapacity')}`);
  return isValidCapacity(rule, throughput, gib)
    ? undefined
    : badRequest(invalidCapacityMessage(rule, throughput, gib));
};

const checkDriveCache: Check = ({ lustre, rule }) => {
  if (rule.storage === 'HDD' && lustre.DriveCacheType === undefined)
    return badRequest('DriveCacheType is required when StorageType is HDD.');
  if (rule.storage !== 'HDD' && lustre.DriveCacheType !== undefined)
    return badRequest('DriveCacheType can only be specified when StorageType is HDD.');
  return undefined;
};

function versionsOf({ lustre, rule }: Creation): { allowed: readonly string[]; preferred: string } {
  return lustre.MetadataConfiguration
    ? { allowed: rule.versions.filter((version) => version === '2.15'), preferred: '2.15' }
    : { allowed: rule.versions, preferred: rule.defaultVersion };
}

const checkVersion: Check = (creation) => {
  const given = creation.request.FileSystemTypeVersion;
  const { allowed } = versionsOf(creation);
  if (given === undefined || allowed.includes(given)) return undefined;
  return badRequest(
    `FileSystemTypeVersion ${given} is not supported for this Lustre file system with DeploymentType ` +
      `${creation.rule.deployment}. Supported: ${allowed.join(', ')}.`,
  );
};

const checkPersistentOnly: Check = ({ request, lustre, rule }) => {
  if (rule.persistent) return undefined;
  const refused = (what: string): AwsError =>
    badRequest(`${what} is not supported for DeploymentType ${rule.deployment}.`);
  if (request.KmsKeyId !== undefined) return refused('KmsKeyId');
  if ((lustre.AutomaticBackupRetentionDays ?? 0) > 0) return refused('AutomaticBackupRetentionDays');
  return undefined;
};

const checkPersistentTwoOnly: Check = ({ lustre, rule }) => {
  if (rule.deployment === 'PERSISTENT_2') return undefined;
  if (lustre.MetadataConfiguration)
    return badRequest('MetadataConfiguration can only be specified for DeploymentType PERSISTENT_2.');
  if (lustre.EfaEnabled)
    return badRequest('EfaEnabled can only be specified for DeploymentType PERSISTENT_2.');
  return undefined;
};

/** UserProvisioned metadata IOPS that FSx offers on SSD. */
export const isProvisionableIops = (iops: number): boolean =>
  [1500, 3000, 6000].includes(iops) || (iops % 12000 === 0 && iops >= 12000 && iops <= 192000);

const checkMetadata: Check = ({ lustre: { MetadataConfiguration: metadata }, rule }) => {
  if (rule.storage === 'INTELLIGENT_TIERING') return checkElasticMetadata(metadata);
  if (!metadata) return undefined;
  if (metadata.Mode === 'AUTOMATIC')
    return metadata.Iops === undefined
      ? undefined
      : badRequest('Metadata Iops can not be specified when the metadata configuration mode is AUTOMATIC.');
  return isProvisionableIops(metadata.Iops ?? 0)
    ? undefined
    : badRequest(
        'Invalid metadata Iops. Valid values are 1500, 3000, 6000, 12000 and multiples of 12000 up to 192000.',
      );
};

const checkElasticMetadata = (
  metadata: LustreConfigurationRequest['MetadataConfiguration'],
): AwsError | undefined =>
  metadata?.Mode === 'USER_PROVISIONED' && [6000, 12000].includes(metadata.Iops ?? 0)
    ? undefined
    : badRequest(
        'MetadataConfiguration must be USER_PROVISIONED with 6000 or 12000 Iops with StorageType INTELLIGENT_TIERING.',
      );

function metadataOf({ request, lustre }: Creation): CreationPlan['metadata'] {
  const metadata = lustre.MetadataConfiguration;
  if (!metadata) return undefined;
  const automatic = automaticMetadataIops(request.StorageCapacity ?? 0);
  return { Mode: metadata.Mode, Iops: metadata.Iops ?? automatic };
}

const checkElastic: Check = ({ lustre, rule }) => {
  const capacity = lustre.ThroughputCapacity;
  const cache = lustre.DataReadCacheConfiguration;
  if (rule.storage !== 'INTELLIGENT_TIERING') {
    const given = capacity !== undefined ? 'ThroughputCapacity' : cache && 'DataReadCacheConfiguration';
    return given
      ? badRequest(`${given} can only be specified with StorageType INTELLIGENT_TIERING.`)
      : undefined;
  }
  if (capacity === undefined || !isValidThroughputCapacity(capacity))
    return badRequest('ThroughputCapacity must be a multiple of 4000 MBps, from 4000 to 2000000.');
  return cache
    ? readCacheRefusal(cache, capacity)
    : badRequest('DataReadCacheConfiguration is required with StorageType INTELLIGENT_TIERING.');
};

/** ThroughputCapacity of INTELLIGENT_TIERING, in MBps. */
export const isValidThroughputCapacity = (capacity: number): boolean =>
  capacity >= 4000 && capacity <= 2000000 && capacity % 4000 === 0;

/** Refusal of a read cache on a file system of this ThroughputCapacity (MBps), or undefined. */
export function readCacheRefusal(
  cache: NonNullable<LustreConfigurationRequest['DataReadCacheConfiguration']>,
  throughputCapacity: number,
): AwsError | undefined {
  if (cache.SizingMode === undefined)
    return badRequest('SizingMode is required in DataReadCacheConfiguration.');
  if (cache.SizingMode !== 'USER_PROVISIONED')
    return cache.SizeGiB === undefined
      ? undefined
      : badRequest(`SizeGiB can not be specified with SizingMode ${cache.SizingMode}.`);
  const servers = throughputCapacity / 4000;
  const [least, most] = [32 * servers, 131072 * servers];
  return cache.SizeGiB !== undefined && cache.SizeGiB >= least && cache.SizeGiB <= most
    ? undefined
    : badRequest(
        `SizeGiB must be between ${least} and ${most} for ThroughputCapacity ${throughputCapacity}.`,
      );
}

const checkBackups: Check = ({ lustre }) =>
  lustre.DailyAutomaticBackupStartTime !== undefined && !lustre.AutomaticBackupRetentionDays
    ? badRequest('DailyAutomaticBackupStartTime requires AutomaticBackupRetentionDays greater than 0.')
    : undefined;

/** Refusal of a root squash or log setting, or undefined. */
export function clientSettingsRefusal(
  lustre: Pick<LustreConfigurationRequest, 'RootSquashConfiguration' | 'LogConfiguration'>,
): AwsError | undefined {
  const ids = lustre.RootSquashConfiguration?.RootSquash?.split(':').map(Number) ?? [];
  if (ids.some((id) => id > 4294967294))
    return badRequest('RootSquash must be UID:GID with numbers from 0 to 4294967294.');
  const destination = lustre.LogConfiguration?.Destination;
  return destination === undefined || /:log-group:\/aws\/fsx|:deliverystream\/aws-fsx/.test(destination)
    ? undefined
    : badRequest('The name of the Amazon CloudWatch Logs log group must begin with the /aws/fsx prefix.');
}

const checks: readonly Check[] = [
  checkNetwork,
  checkPersistentTwoOnly,
  checkThroughput,
  checkCapacity,
  checkDriveCache,
  checkVersion,
  checkPersistentOnly,
  checkMetadata,
  checkElastic,
  checkBackups,
  importCheck,
  ({ lustre }) => clientSettingsRefusal(lustre),
];

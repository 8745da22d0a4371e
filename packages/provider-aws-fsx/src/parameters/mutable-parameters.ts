import { ParameterSchema, type ParameterValues, parameter } from '@lustre-csi/core';
import { DRIVER_NAME } from './driver-name.js';
import { readRootSquash } from './root-squash.js';
import { parseTags, type Tags } from './tags.js';

const speed = {
  perUnitStorageThroughput: parameter.integer({
    description:
      'Throughput in MB/s for each TiB of storage. Required with PERSISTENT_1 (SSD: 50, 100, 200; HDD: 12, 40) and with PERSISTENT_2 on SSD (125, 250, 500, 1000), illegal otherwise. It can be raised and lowered on SSD without EFA, once in 6 hours; the file system can be unavailable for up to an hour during the change.',
    example: '250',
    min: 12,
    max: 1000,
  }),
  throughputCapacity: parameter.integer({
    description:
      'Throughput of an INTELLIGENT_TIERING file system in MB/s: a multiple of 4000. Required with INTELLIGENT_TIERING, illegal otherwise. It can be raised later but not lowered.',
    example: '4000',
    min: 4000,
    max: 2_000_000,
  }),
  metadataConfigurationMode: parameter.oneOf({
    description:
      'Provisioning of metadata performance, PERSISTENT_2 only. AUTOMATIC follows the size; INTELLIGENT_TIERING takes only USER_PROVISIONED. A file system that was created without a mode cannot get one later.',
    example: 'AUTOMATIC',
    defaultsTo: 'USER_PROVISIONED with INTELLIGENT_TIERING, AUTOMATIC with efaEnabled, otherwise none',
    values: ['AUTOMATIC', 'USER_PROVISIONED'],
  }),
  metadataIops: parameter.integer({
    description:
      'Metadata operations per second with mode USER_PROVISIONED: 1500, 3000, 6000, 12000 or a multiple of 12000 up to 192000; 6000 or 12000 with INTELLIGENT_TIERING. It can be raised later but not lowered, once in 6 hours. In a StorageClass without a mode it has no effect, as with aws-fsx-csi-driver, and the driver logs a warning. In a VolumeAttributesClass it implies the mode.',
    example: '6000',
    defaultsTo: '6000 with INTELLIGENT_TIERING',
    min: 1500,
    max: 192_000,
  }),
  dataReadCacheSizingMode: parameter.oneOf({
    description:
      'Sizing of the SSD read cache of an INTELLIGENT_TIERING file system; proportional means 5 GiB for each MB/s.',
    example: 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY',
    defaultsTo: 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY with INTELLIGENT_TIERING',
    values: ['NO_CACHE', 'USER_PROVISIONED', 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY'],
  }),
  dataReadCacheSizeGiB: parameter.integer({
    description:
      'Size of the SSD read cache in GiB, with dataReadCacheSizingMode USER_PROVISIONED: 32 to 131072 for each 4000 MB/s of throughputCapacity.',
    example: '20480',
    min: 32,
    max: 65_536_000,
  }),
} as const;

const servers = {
  dataCompressionType: parameter.oneOf({
    description: 'Compression of data that is written after the setting takes effect.',
    example: 'LZ4',
    defaultsTo: 'NONE',
    values: ['NONE', 'LZ4'],
  }),
  fileSystemTypeVersion: parameter.oneOf({
    description:
      'The Lustre version of the servers. The default is that of the API, as with aws-fsx-csi-driver: 2.10 for SCRATCH and PERSISTENT_1. Lustre 2.15 clients (Amazon Linux 2023) cannot mount 2.10, so the driver logs a warning. PERSISTENT_2 takes 2.12 or 2.15, and only 2.15 with metadata configuration, EFA or INTELLIGENT_TIERING. It can be changed to a newer version while no client has the file system mounted.',
    example: '2.15',
    defaultsTo:
      '2.10 for SCRATCH and PERSISTENT_1; for PERSISTENT_2 2.12, or 2.15 with a metadata configuration',
    values: ['2.10', '2.12', '2.15'],
  }),
  rootSquash: parameter.parsed<string>({
    description:
      'The user and group that root on the clients becomes on the file system. `0:0` switches root squash off.',
    example: '65534:65534',
    defaultsTo: 'no root squash',
    legal: 'UID:GID, each from 0 to 4294967294',
    read: readRootSquash,
  }),
  noSquashNids: parameter.list({
    description: 'Clients to which root squash does not apply. Needs rootSquash.',
    example: '10.0.1.6@tcp,10.0.[2-4].[1-255]@tcp',
    defaultsTo: 'none',
    item: /^([0-9[\]-]*\.){3}[0-9[\]-]*@tcp$/,
    legal: 'NIDs of clients (IPv4 address, or ranges in [ ], and @tcp), separated by commas, at most 64',
  }),
  logLevel: parameter.oneOf({
    description: 'Events of data repositories that FSx logs to CloudWatch Logs or Firehose.',
    example: 'WARN_ERROR',
    defaultsTo: 'DISABLED',
    values: ['DISABLED', 'WARN_ONLY', 'ERROR_ONLY', 'WARN_ERROR'],
  }),
  logDestination: parameter.string({
    description: 'Destination of the logged events. Needs a logLevel other than DISABLED.',
    example: 'arn:aws:logs:us-west-2:111122223333:log-group:/aws/fsx/lustre',
    defaultsTo: 'the log group /aws/fsx/lustre',
    pattern:
      /^arn:[^:]+:(logs:[^:]+:\d{12}:log-group:\/aws\/fsx|firehose:[^:]+:\d{12}:deliverystream\/aws-fsx).*$/,
    legal:
      'the ARN of a log group whose name begins with /aws/fsx, or of a delivery stream whose name begins with aws-fsx',
  }),
} as const;

const upkeep = {
  automaticBackupRetentionDays: parameter.integer({
    description:
      'Number of days for which automatic backups are kept; 0 disables them. Only PERSISTENT_1 and PERSISTENT_2 without S3 link. FSx deletes automatic backups with the file system.',
    example: '7',
    defaultsTo: '0',
    min: 0,
    max: 90,
  }),
  dailyAutomaticBackupStartTime: parameter.string({
    description:
      'Start of the daily automatic backup, UTC. It has an effect only with automaticBackupRetentionDays above 0.',
    example: '04:30',
    defaultsTo: 'a time that FSx chooses',
    pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
    legal: 'HH:MM, 00:00 to 23:59',
  }),
  weeklyMaintenanceStartTime: parameter.string({
    description: 'Start of the weekly maintenance window, UTC; day 1 is Monday.',
    example: '7:03:00',
    defaultsTo: 'a time that FSx chooses',
    pattern: /^[1-7]:([01]\d|2[0-3]):[0-5]\d$/,
    legal: 'D:HH:MM, 1:00:00 to 7:23:59',
  }),
  autoImportPolicy: parameter.oneOf({
    description: 'Changes in the bucket of s3ImportPath that the file system imports.',
    example: 'NEW_CHANGED',
    defaultsTo: 'NONE',
    values: ['NONE', 'NEW', 'NEW_CHANGED', 'NEW_CHANGED_DELETED'],
  }),
  extraTags: parameter.parsed<Tags>({
    description:
      'Additional tags of the file system. A value may contain “=”. They take precedence over the tags of --extra-tags. A VolumeAttributesClass adds tags and changes their values; it removes none.',
    example: 'team=genomics,cost-center=42',
    legal: 'KEY=VALUE pairs separated by commas, with what FSx accepts in tags',
    read: parseTags,
  }),
} as const;

/** Parameters that a VolumeAttributesClass may contain; a StorageClass takes them too. */
export const mutableParameters = { ...speed, ...servers, ...upkeep } as const;

/** Parsed parameters of a VolumeAttributesClass. */
export type MutableParameters = ParameterValues<typeof mutableParameters>;

export const mutableParameterSchema = new ParameterSchema(DRIVER_NAME, mutableParameters);

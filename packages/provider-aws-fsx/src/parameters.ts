import {
  ParameterSchema,
  integer,
  list,
  oneOf,
  parsed,
  text,
  type Parameter,
  type ParameterValues,
} from '@lustre-csi/core';
import { parseTags, type Tags } from './tags.js';

/** The CSI plugin name: the one of aws-fsx-csi-driver, whose volumes and StorageClasses this provider takes over. */
export const DRIVER_NAME = 'fsx.csi.aws.com';

type Wording = Pick<Parameter<unknown>, 'description' | 'example' | 'defaultsTo'>;

/** The spellings that Go's strconv.ParseBool takes, because existing StorageClasses may use any of them. */
function goBoolean(wording: Wording): Parameter<boolean> {
  const words = new Map([
    ...['true', 'True', 'TRUE', 't', 'T', '1'].map((word) => [word, true] as const),
    ...['false', 'False', 'FALSE', 'f', 'F', '0'].map((word) => [word, false] as const),
  ]);
  return parsed({
    ...wording,
    legal: 'true or false',
    read: (word) => {
      const value = words.get(word);
      if (value === undefined) throw new Error('not a boolean');
      return value;
    },
  });
}

/** A path in S3; its length is bounded as in the API (3 to 4357). */
const S3_PATH = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.{0,4280})?$/;

const placement = {
  subnetId: text({
    description:
      'The subnet in whose Availability Zone the file system is created. Nodes in other zones reach it too, at the price of cross-zone traffic.',
    example: 'subnet-0123456789abcdef0',
    pattern: /^subnet-[0-9a-f]{8,17}$/,
    legal: 'one subnet id: subnet- and 8 to 17 hexadecimal digits; required',
  }),
  securityGroupIds: list({
    description:
      'The security groups of the file system’s network interfaces. They must allow TCP 988 and 1018-1023 among themselves and from the nodes.',
    example: 'sg-0123456789abcdef0,sg-0fedcba9876543210',
    defaultsTo: 'the default security group of the VPC',
    item: /^sg-[0-9a-f]{8,17}$/,
    legal: 'security group ids (sg- and 8 to 17 hexadecimal digits), separated by commas, at most 50',
  }),
} as const;

const storage = {
  deploymentType: oneOf({
    description:
      'What the file system is built for. SCRATCH keeps no replicas and loses data with a failed server; PERSISTENT replicates within the zone. The default is the API’s and the oldest generation; the driver logs a warning when it applies.',
    example: 'PERSISTENT_2',
    defaultsTo: 'SCRATCH_1; PERSISTENT_2 with storageType INTELLIGENT_TIERING',
    values: ['SCRATCH_1', 'SCRATCH_2', 'PERSISTENT_1', 'PERSISTENT_2'],
  }),
  storageType: oneOf({
    description:
      'What the data lies on. HDD only with PERSISTENT_1, INTELLIGENT_TIERING (elastic, no provisioned size) only with PERSISTENT_2.',
    example: 'SSD',
    defaultsTo: 'SSD',
    values: ['SSD', 'HDD', 'INTELLIGENT_TIERING'],
  }),
  perUnitStorageThroughput: integer({
    description:
      'Throughput in MB/s for each TiB of storage. Required with PERSISTENT_1 (SSD: 50, 100, 200; HDD: 12, 40) and with PERSISTENT_2 on SSD (125, 250, 500, 1000); with nothing else.',
    example: '250',
    min: 12,
    max: 1000,
  }),
  driveCacheType: oneOf({
    description:
      'The SSD cache for reads in front of HDD storage. Required with storageType HDD, and only there.',
    example: 'READ',
    values: ['NONE', 'READ'],
  }),
  dataCompressionType: oneOf({
    description: 'Compression of data that is written from then on.',
    example: 'LZ4',
    defaultsTo: 'NONE',
    values: ['NONE', 'LZ4'],
  }),
  fileSystemTypeVersion: oneOf({
    description:
      'The Lustre version of the servers. The default is the API’s, as with aws-fsx-csi-driver: 2.10 for SCRATCH and PERSISTENT_1, which Lustre 2.15 clients (Amazon Linux 2023) cannot mount, so the driver logs a warning. PERSISTENT_2 takes 2.12 or 2.15, and only 2.15 with metadata configuration, EFA or INTELLIGENT_TIERING.',
    example: '2.15',
    defaultsTo:
      '2.10 for SCRATCH and PERSISTENT_1; for PERSISTENT_2 2.12, or 2.15 with a metadata configuration',
    values: ['2.10', '2.12', '2.15'],
  }),
  kmsKeyId: text({
    description:
      'The KMS key that encrypts the data at rest: its id, ARN or alias. Only PERSISTENT_1 and PERSISTENT_2.',
    example: 'arn:aws:kms:us-west-2:111122223333:key/1111abcd-2222-3333-4444-55556666eeff',
    defaultsTo: 'the account’s key for Amazon FSx',
    pattern: /^.{1,2048}$/,
    legal: 'a KMS key id, key ARN or alias',
  }),
  efaEnabled: goBoolean({
    description:
      'Whether clients can use Elastic Fabric Adapter and GPUDirect Storage. Only PERSISTENT_2, cannot be changed later; the file system grows in larger steps (38400, 19200, 9600 or 4800 GiB for 125, 250, 500 or 1000 MB/s/TiB). On SSD it implies metadataConfigurationMode AUTOMATIC.',
    example: 'true',
    defaultsTo: 'false',
  }),
} as const;

const metadata = {
  metadataConfigurationMode: oneOf({
    description:
      'How metadata performance is provisioned, PERSISTENT_2 only. AUTOMATIC follows the size; INTELLIGENT_TIERING takes only USER_PROVISIONED.',
    example: 'AUTOMATIC',
    defaultsTo: 'USER_PROVISIONED with INTELLIGENT_TIERING, AUTOMATIC with efaEnabled, otherwise none',
    values: ['AUTOMATIC', 'USER_PROVISIONED'],
  }),
  metadataIops: integer({
    description:
      'Metadata operations per second with mode USER_PROVISIONED: 1500, 3000, 6000, 12000 or a multiple of 12000 up to 192000; 6000 or 12000 with INTELLIGENT_TIERING. Without a mode it has no effect, as with aws-fsx-csi-driver; the driver logs a warning.',
    example: '6000',
    defaultsTo: '6000 with INTELLIGENT_TIERING',
    min: 1500,
    max: 192_000,
  }),
} as const;

const intelligentTiering = {
  throughputCapacity: integer({
    description:
      'Throughput of an INTELLIGENT_TIERING file system in MB/s: a multiple of 4000. Required there, and only there.',
    example: '4000',
    min: 4000,
    max: 2_000_000,
  }),
  dataReadCacheSizingMode: oneOf({
    description:
      'How the SSD read cache of an INTELLIGENT_TIERING file system is sized; proportional is 5 GiB for each MB/s.',
    example: 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY',
    defaultsTo: 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY with INTELLIGENT_TIERING',
    values: ['NO_CACHE', 'USER_PROVISIONED', 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY'],
  }),
  dataReadCacheSizeGiB: integer({
    description:
      'Size of the SSD read cache in GiB, with dataReadCacheSizingMode USER_PROVISIONED: 32 to 131072 for each 4000 MB/s of throughputCapacity.',
    example: '20480',
    min: 32,
    max: 65_536_000,
  }),
} as const;

const s3 = {
  s3ImportPath: text({
    description:
      'The bucket (and prefix) whose objects appear as files. SCRATCH and PERSISTENT_1 only: PERSISTENT_2 links S3 with data repository associations.',
    example: 's3://training-data/images',
    pattern: S3_PATH,
    legal: 's3://BUCKET or s3://BUCKET/PREFIX',
  }),
  s3ExportPath: text({
    description:
      'Where changed files are exported to: the bucket of s3ImportPath, with a prefix of its own or none.',
    example: 's3://training-data/results',
    defaultsTo: 'with s3ImportPath: a prefix FSxLustre and the time of creation in the same bucket',
    pattern: S3_PATH,
    legal: 's3://BUCKET or s3://BUCKET/PREFIX',
  }),
  autoImportPolicy: oneOf({
    description: 'Which changes in the bucket of s3ImportPath the file system follows.',
    example: 'NEW_CHANGED',
    defaultsTo: 'NONE',
    values: ['NONE', 'NEW', 'NEW_CHANGED', 'NEW_CHANGED_DELETED'],
  }),
} as const;

const upkeep = {
  automaticBackupRetentionDays: integer({
    description:
      'How many days automatic backups are kept; 0 makes none. PERSISTENT_1 and PERSISTENT_2 without S3 link. Automatic backups are deleted with the file system.',
    example: '7',
    defaultsTo: '0',
    min: 0,
    max: 90,
  }),
  dailyAutomaticBackupStartTime: text({
    description:
      'When the automatic backup of the day begins, UTC. Has an effect only with automaticBackupRetentionDays above 0.',
    example: '04:30',
    defaultsTo: 'a time that FSx chooses',
    pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
    legal: 'HH:MM, 00:00 to 23:59',
  }),
  copyTagsToBackups: goBoolean({
    description: 'Whether backups get the tags of the file system. Not with S3 link.',
    example: 'true',
    defaultsTo: 'false',
  }),
  weeklyMaintenanceStartTime: text({
    description: 'When the weekly maintenance window begins, UTC; day 1 is Monday.',
    example: '7:03:00',
    defaultsTo: 'a time that FSx chooses',
    pattern: /^[1-7]:([01]\d|2[0-3]):[0-5]\d$/,
    legal: 'D:HH:MM, 1:00:00 to 7:23:59',
  }),
  extraTags: parsed<Tags>({
    description:
      'Further tags of the file system. A value may contain “=”. They win over the tags of --extra-tags.',
    example: 'team=genomics,cost-center=42',
    legal: 'KEY=VALUE pairs separated by commas, with what FSx accepts in tags',
    read: parseTags,
  }),
} as const;

/** Every parameter of a StorageClass, in the spelling of aws-fsx-csi-driver. */
export const fsxParameters = {
  ...placement,
  ...storage,
  ...metadata,
  ...intelligentTiering,
  ...s3,
  ...upkeep,
} as const;

/** The parameters that a StorageClass gives, read. */
export type FsxParameters = ParameterValues<typeof fsxParameters>;

export const fsxParameterSchema = new ParameterSchema(DRIVER_NAME, fsxParameters);

/**
 * Reads the parameters of a StorageClass. A parameter that is given as the empty string counts as absent: templates
 * write such StorageClasses, and aws-fsx-csi-driver has always read them so.
 *
 * @throws DriverError invalid-argument naming the parameter and its legal values
 */
export function readParameters(given: Readonly<Record<string, string>>): FsxParameters {
  const meant = Object.entries(given).filter(([name, value]) => value !== '' || !(name in fsxParameters));
  return fsxParameterSchema.read(Object.fromEntries(meant));
}

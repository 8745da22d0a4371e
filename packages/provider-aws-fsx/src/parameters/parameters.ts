import {
  ParameterSchema,
  throwFaults,
  type FoundFaults,
  type ParameterValues,
  parameter,
} from '@lustre-csi/core';
import {
  parseDataRepositoryAssociations,
  type DataRepositoryAssociation,
} from './data-repository-associations.js';
import { DRIVER_NAME } from './driver-name.js';
import { readFinalBackupTags } from './final-backup.js';
import { goBoolean } from './go-boolean.js';
import { mutableParameters } from './mutable-parameters.js';
import { parseTagTemplate, type TagTemplate } from './tag-template.js';
import type { Tags } from './tags.js';

/** Path in S3, with the length limit of the API (3 to 4357). */
const S3_PATH = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.{0,4280})?$/;

const placement = {
  subnetId: parameter.string({
    description:
      'The subnet in whose Availability Zone FSx creates the file system. Nodes in other zones reach it too, but cause cross-zone traffic.',
    example: 'subnet-0123456789abcdef0',
    pattern: /^subnet-[0-9a-f]{8,17}$/,
    legal: 'one subnet id: subnet- and 8 to 17 hexadecimal digits; this or subnetIds is required',
  }),
  subnetIds: parameter.list({
    description:
      'Several subnets in different Availability Zones. The driver chooses the first that lies in the zone that the claim prefers (of the selected node, or of allowedTopologies), otherwise the first. The choice is not compared when the same volume is requested again. Needs ec2:DescribeSubnets.',
    example: 'subnet-0123456789abcdef0,subnet-0fedcba9876543210',
    item: /^subnet-[0-9a-f]{8,17}$/,
    legal: 'subnet ids (subnet- and 8 to 17 hexadecimal digits), separated by commas',
  }),
  strictTopology: goBoolean({
    description:
      'Restricts the volume to the zone of its file system: the PersistentVolume then keeps pods there, and creation fails without a subnet in a zone that the claim can use. Without it the zone is only a preference, since Lustre is reachable from other zones too. Needs ec2:DescribeSubnets, and the driver’s flag --topology-zone.',
    example: 'true',
    defaultsTo: 'false',
  }),
  securityGroupIds: parameter.list({
    description:
      'Security groups of the network interfaces of the file system. They must allow TCP 988 and 1018-1023 among themselves and from the nodes.',
    example: 'sg-0123456789abcdef0,sg-0fedcba9876543210',
    defaultsTo: 'the default security group of the VPC',
    item: /^sg-[0-9a-f]{8,17}$/,
    legal: 'security group ids (sg- and 8 to 17 hexadecimal digits), separated by commas, at most 50',
  }),
} as const;

const storage = {
  deploymentType: parameter.oneOf({
    description:
      'Deployment type of the file system. SCRATCH keeps no replicas and loses data when a server fails; PERSISTENT replicates within the zone. The default is that of the API and the oldest generation; the driver logs a warning when it applies.',
    example: 'PERSISTENT_2',
    defaultsTo: 'SCRATCH_1; PERSISTENT_2 with storageType INTELLIGENT_TIERING',
    values: ['SCRATCH_1', 'SCRATCH_2', 'PERSISTENT_1', 'PERSISTENT_2'],
  }),
  storageType: parameter.oneOf({
    description:
      'Storage of the data. HDD only with PERSISTENT_1, INTELLIGENT_TIERING (elastic, no provisioned size) only with PERSISTENT_2.',
    example: 'SSD',
    defaultsTo: 'SSD',
    values: ['SSD', 'HDD', 'INTELLIGENT_TIERING'],
  }),
  driveCacheType: parameter.oneOf({
    description: 'SSD read cache in front of HDD storage. Required with storageType HDD, illegal otherwise.',
    example: 'READ',
    values: ['NONE', 'READ'],
  }),
  kmsKeyId: parameter.string({
    description:
      'KMS key that encrypts the data at rest: its id, ARN or alias. Only PERSISTENT_1 and PERSISTENT_2. The policy of a customer managed key must allow the role of the controller to use it through Amazon FSx (Lustre User Guide, encrypting data at rest); the generated IAM policy of the driver names no keys.',
    example: 'arn:aws:kms:us-west-2:111122223333:key/1111abcd-2222-3333-4444-55556666eeff',
    defaultsTo: 'the account’s key for Amazon FSx',
    pattern: /^.{1,2048}$/,
    legal: 'a KMS key id, key ARN or alias',
  }),
  efaEnabled: goBoolean({
    description:
      'Enables Elastic Fabric Adapter and GPUDirect Storage for clients. Only PERSISTENT_2; it cannot be changed later; the file system grows in larger steps (38400, 19200, 9600 or 4800 GiB for 125, 250, 500 or 1000 MB/s/TiB). On SSD it implies metadataConfigurationMode AUTOMATIC.',
    example: 'true',
    defaultsTo: 'false',
  }),
} as const;

const s3 = {
  s3ImportPath: parameter.string({
    description:
      'Bucket (and prefix) whose objects appear as files. SCRATCH and PERSISTENT_1 only: PERSISTENT_2 links S3 with data repository associations.',
    example: 's3://training-data/images',
    pattern: S3_PATH,
    legal: 's3://BUCKET or s3://BUCKET/PREFIX',
  }),
  s3ExportPath: parameter.string({
    description: 'Destination of changed files: the bucket of s3ImportPath, with another prefix or none.',
    example: 's3://training-data/results',
    defaultsTo: 'with s3ImportPath: a prefix FSxLustre and the time of creation in the same bucket',
    pattern: S3_PATH,
    legal: 's3://BUCKET or s3://BUCKET/PREFIX',
  }),
  importedFileChunkSize: parameter.integer({
    description:
      'Size in MiB of the parts in which an imported file is striped over the disks. Only with s3ImportPath; associations have their own.',
    example: '2048',
    defaultsTo: '1024',
    min: 1,
    max: 512_000,
  }),
  dataRepositoryAssociations: parameter.parsed<readonly DataRepositoryAssociation[]>({
    description:
      'Directories of the file system that are linked to S3: a list, as YAML or JSON, of objects with `fileSystemPath`, `dataRepositoryPath` and optionally `batchImportMetaDataOnCreate` (true or false), `importedFileChunkSize` (MiB, 1 to 512000, 1024 by default), `autoImportEvents` and `autoExportEvents` (lists of NEW, CHANGED, DELETED); or with the members of the API request CreateDataRepositoryAssociation (`FileSystemPath`, `S3` and so on). The volume is ready when all associations are. SCRATCH_2, PERSISTENT_1 and PERSISTENT_2 with Lustre 2.12 or newer, not INTELLIGENT_TIERING; not with s3ImportPath and not with backups.',
    example:
      '[{"fileSystemPath": "/images", "dataRepositoryPath": "s3://training-data/images", "autoImportEvents": ["NEW", "CHANGED"]}]',
    legal:
      'a YAML or JSON list of 1 to 8 associations, whose fileSystemPath and dataRepositoryPath do not overlap',
    quotesFault: true,
    read: parseDataRepositoryAssociations,
  }),
} as const;

const upkeep = {
  copyTagsToBackups: goBoolean({
    description: 'Copies the tags of the file system to its backups. Not with S3 link.',
    example: 'true',
    defaultsTo: 'false',
  }),
  finalBackup: goBoolean({
    description:
      'Makes a backup of the file system when the volume is deleted; the backup outlives the file system and is billed. Where FSx refuses the backup or fails to make it, the volume stays. To delete it without a backup, remove the tag `lustre.csi/final-backup` from the file system. PERSISTENT_1 and PERSISTENT_2 without S3 link.',
    example: 'true',
    defaultsTo: 'false',
  }),
  finalBackupTags: parameter.parsed<Tags>({
    description: 'Tags of the final backup. Needs finalBackup.',
    example: 'team=genomics,retain=1y',
    legal:
      'KEY=VALUE pairs separated by commas, with what FSx accepts in tags; keys of at most 100 characters',
    read: readFinalBackupTags,
  }),
  tagSpecification_N: parameter.parsed<TagTemplate>({
    description:
      'One additional tag, whose value may contain `{{ .PVCName }}`, `{{ .PVCNamespace }}` and `{{ .PVName }}`; N is any number, so that there can be several. They take precedence over extraTags. Needs the flag --extra-create-metadata of external-provisioner.',
    example: 'team={{ .PVCNamespace }}',
    legal: 'KEY=VALUE, with what FSx accepts in tags and the placeholders of claims',
    read: parseTagTemplate,
  }),
  mountEndpoint: parameter.oneOf({
    description:
      'Address by which nodes mount the file system: its DNS name, or the IP address of its first network interface for nodes that cannot resolve the name (a peered VPC, on premises). `ip` needs ec2:DescribeNetworkInterfaces.',
    example: 'ip',
    defaultsTo: 'dns',
    values: ['dns', 'ip'],
  }),
} as const;

/** Parameters of a StorageClass, in the spelling of aws-fsx-csi-driver. */
export const fsxParameters = { ...placement, ...storage, ...s3, ...upkeep, ...mutableParameters } as const;

/** Parsed parameters of a StorageClass. */
export type FsxParameters = Omit<ParameterValues<typeof fsxParameters>, 'tagSpecification_N'> & {
  /** Values of the parameters tagSpecification_1, tagSpecification_2 and so on. */
  readonly tagTemplates?: readonly TagTemplate[];
};

/** Answers for keys of FSx's API, of other drivers and of people. */
const foreign = new Map([
  ['tags', 'write "extraTags"'],
  ['provisioningmode', 'write "provisioningMode", whose legal values are directory, filesystem and existing'],
  ['storagecapacity', 'the size belongs in the claim: spec.resources.requests.storage'],
  ['filesystemid', 'it needs "provisioningMode": "directory", or "existing" for the whole file system'],
]);

export const fsxParameterSchema = new ParameterSchema(DRIVER_NAME, fsxParameters, { foreign });

type Given = Readonly<Record<string, string>>;

const NUMBERED = /^tagSpecification_\d+$/;

/**
 * Reads the parameters of a StorageClass. The empty string counts as absent, and so does `0` for a number that cannot be 0:
 * templates write such StorageClasses, and aws-fsx-csi-driver has always read them so.
 *
 * @throws DriverError invalid-argument naming the parameter and its legal values
 */
export function readParameters(given: Given): FsxParameters {
  const { values, faults } = inspectParameters(given);
  throwFaults(faults);
  return values;
}

/** Reads what can be read of the parameters, with all faults. */
export function inspectParameters(given: Given): FoundFaults & { readonly values: FsxParameters } {
  const meant = Object.entries(given).filter(([name, value]) => !isUnset(name, value));
  const numbered = meant.filter(([name]) => NUMBERED.test(name));
  const {
    values: { tagSpecification_N: lone, ...values },
    ...found
  } = fsxParameterSchema.inspect(Object.fromEntries(meant.filter(([name]) => !NUMBERED.test(name))));
  const readings = numbered.map(readTemplate);
  const read = [...(lone ? [lone] : []), ...readings.flatMap(({ template }) => template ?? [])];
  return {
    values: { ...values, ...(read.length > 0 ? { tagTemplates: read } : {}) },
    faults: [...found.faults, ...readings.flatMap(({ faults }) => faults)],
    doubtful: found.doubtful,
  };
}

/** Numbers that cannot be 0. */
const positive = ['perUnitStorageThroughput', 'throughputCapacity', 'metadataIops', 'dataReadCacheSizeGiB'];

const isUnset = (name: string, value: string): boolean =>
  (value === '' && NUMBERED.test(name)) || (value === '0' && positive.includes(name));

function readTemplate([name, value]: readonly [string, string]): {
  readonly template: TagTemplate | undefined;
  readonly faults: readonly string[];
} {
  const schema = new ParameterSchema(DRIVER_NAME, { [name]: fsxParameters.tagSpecification_N });
  const { values, faults } = schema.inspect({ [name]: value });
  return { template: Object.values(values).find((template) => template !== undefined), faults };
}

import type { Seed } from '../seed.js';
import type { CreateFileSystemRequest, LustreConfigurationRequest } from './file-system-shapes.js';
import { bucketOf } from './lustre-import-rules.js';
import type { CreationPlan } from './lustre-rules.js';
import type { WireLustreConfiguration } from './wire-file-system.js';

/** Configuration of a new file system as a Describe shows it: the request with FSx's defaults. */
export function lustreConfiguration(
  request: CreateFileSystemRequest,
  plan: CreationPlan,
  mountName: string,
  seed: Seed,
): WireLustreConfiguration {
  const { ImportPath, ExportPath, ImportedFileChunkSize, AutoImportPolicy, MetadataConfiguration, ...rest } =
    request.LustreConfiguration ?? {};
  const asked = { ImportPath, ExportPath, ImportedFileChunkSize, AutoImportPolicy };
  return {
    WeeklyMaintenanceStartTime: '7:09:00',
    ...(plan.rule.persistent
      ? { AutomaticBackupRetentionDays: 0, DailyAutomaticBackupStartTime: '00:00' }
      : {}),
    ...(plan.rule.deployment === 'PERSISTENT_2' ? { EfaEnabled: false } : {}),
    CopyTagsToBackups: false,
    DataCompressionType: 'NONE',
    ...rest,
    DeploymentType: plan.rule.deployment,
    MountName: mountName,
    LogConfiguration: logConfiguration(rest.LogConfiguration, seed),
    ...(MetadataConfiguration && plan.metadata ? { MetadataConfiguration: plan.metadata } : {}),
    ...dataRepository(asked, mountName),
  };
}

/** A log level without a destination goes to the log group that FSx has for Lustre. */
export function logConfiguration(
  asked: LustreConfigurationRequest['LogConfiguration'],
  seed: Seed,
): NonNullable<LustreConfigurationRequest['LogConfiguration']> {
  if (!asked || asked.Level === 'DISABLED') return { Level: 'DISABLED' };
  const group = `arn:aws:logs:${seed.region}:${seed.accountId}:log-group:/aws/fsx/lustre`;
  return { Level: asked.Level, Destination: asked.Destination ?? group };
}

type S3Link = Pick<
  LustreConfigurationRequest,
  'ImportPath' | 'ExportPath' | 'ImportedFileChunkSize' | 'AutoImportPolicy'
>;

function dataRepository(
  asked: S3Link,
  mountName: string,
): Pick<WireLustreConfiguration, 'DataRepositoryConfiguration'> {
  if (asked.ImportPath === undefined) return {};
  return {
    DataRepositoryConfiguration: {
      Lifecycle: 'AVAILABLE',
      ImportPath: asked.ImportPath,
      ExportPath: asked.ExportPath ?? `s3://${bucketOf(asked.ImportPath)}/FSxLustre-${mountName}`,
      ImportedFileChunkSize: asked.ImportedFileChunkSize ?? 1024,
      AutoImportPolicy: asked.AutoImportPolicy ?? 'NONE',
    },
  };
}

import { AwsError, badRequest } from '../protocol/aws-error.js';
import type { Creation } from './creation.js';

/** The older way to link a file system to S3, in LustreConfiguration itself. */
export function importCheck({ lustre, rule }: Creation): AwsError | undefined {
  const { ImportPath, ExportPath, ImportedFileChunkSize, AutoImportPolicy } = lustre;
  const dependent = { ExportPath, ImportedFileChunkSize, AutoImportPolicy };
  if (ImportPath === undefined) {
    const orphan = Object.entries(dependent).find(([, value]) => value !== undefined)?.[0];
    return orphan ? badRequest(`${orphan} requires ImportPath.`) : undefined;
  }
  if (rule.deployment === 'PERSISTENT_2')
    return badRequest(
      'ImportPath is not supported for DeploymentType PERSISTENT_2. Use a data repository association.',
    );
  return pathRefusal(ImportPath, ExportPath) ?? backupRefusal(lustre);
}

function pathRefusal(importPath: string, exportPath: string | undefined): AwsError | undefined {
  const bucket = bucketOf(importPath);
  if (bucket === undefined)
    return new AwsError('InvalidImportPath', 'The path provided for data repository import is not valid.');
  if (exportPath !== undefined && bucketOf(exportPath) !== bucket)
    return new AwsError('InvalidExportPath', 'The path provided for data repository export is not valid.');
  return undefined;
}

function backupRefusal(lustre: Creation['lustre']): AwsError | undefined {
  if ((lustre.AutomaticBackupRetentionDays ?? 0) > 0 || lustre.CopyTagsToBackups === true)
    return badRequest('Backups are not supported on file systems linked to an Amazon S3 data repository.');
  return undefined;
}

/** The bucket of `s3://bucket/prefix`; undefined where the path is something else. */
export const bucketOf = (path: string): string | undefined =>
  /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/|$)/.exec(path)?.[1];

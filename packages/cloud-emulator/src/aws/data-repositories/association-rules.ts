import { bucketOf } from '../file-systems/lustre-import-rules.js';
import type { WireFileSystem } from '../file-systems/wire-file-system.js';
import { AwsError, badRequest, incompatibleParameter } from '../protocol/aws-error.js';
import type { CreateAssociationRequest } from './repository-shapes.js';
import type { WireAssociation } from './repository-wire.js';

const mostAssociations = 8;

/** File system of a new association, and the associations with which it must not collide. */
export interface Linked {
  readonly fileSystem: WireFileSystem;
  /** Associations of this file system; FAILED ones count until they are deleted. */
  readonly present: readonly WireAssociation[];
}

type Check = (linked: Linked, request: CreateAssociationRequest) => AwsError | undefined;

/**
 * Throws the error of FSx where it does not link the file system in this way
 * (https://docs.aws.amazon.com/fsx/latest/LustreGuide/create-dra-linked-data-repo.html). Of the refusals the
 * documentation gives the reasons, but not the names and words: those are the emulator's.
 */
export function checkAssociation(linked: Linked, request: CreateAssociationRequest): void {
  for (const check of checks) {
    const refusal = check(linked, request);
    if (refusal) throw refusal;
  }
}

const unsupported = (what: string): AwsError =>
  new AwsError('UnsupportedOperation', `Data repository associations are not supported ${what}.`);

const checkKind: Check = ({ fileSystem }) => {
  const { DeploymentType: deployment } = fileSystem.LustreConfiguration;
  if (deployment === 'SCRATCH_1') return unsupported('for DeploymentType SCRATCH_1');
  if (fileSystem.StorageType === 'INTELLIGENT_TIERING')
    return unsupported('with StorageType INTELLIGENT_TIERING');
  if (fileSystem.FileSystemTypeVersion === '2.10')
    return unsupported(
      'for FileSystemTypeVersion 2.10: the file system must be of Lustre version 2.12 or newer',
    );
  return undefined;
};

const checkState: Check = ({ fileSystem: { FileSystemId, Lifecycle, LustreConfiguration } }) => {
  if (Lifecycle !== 'AVAILABLE' && Lifecycle !== 'UPDATING')
    return badRequest(
      `Cannot create a data repository association while ${FileSystemId} is in ${Lifecycle} state.`,
    );
  if (LustreConfiguration.DataRepositoryConfiguration)
    return badRequest(
      `${FileSystemId} is linked to a data repository by its ImportPath and cannot have associations as well.`,
    );
  if ((LustreConfiguration.AutomaticBackupRetentionDays ?? 0) > 0)
    return incompatibleParameter(
      'AutomaticBackupRetentionDays',
      'Backups are not supported on file systems linked to an Amazon S3 data repository. ' +
        'Set AutomaticBackupRetentionDays to 0 first.',
    );
  return undefined;
};

const checkPaths: Check = (_linked, { FileSystemPath: path, DataRepositoryPath: repository, S3 }) => {
  if (!path?.startsWith('/'))
    return badRequest('FileSystemPath is required and must begin with a forward slash.');
  if (bucketOf(repository) === undefined)
    return badRequest(
      `DataRepositoryPath '${repository}' must be an S3 bucket or prefix: s3://bucket/prefix/.`,
    );
  const policies = [S3?.AutoImportPolicy, S3?.AutoExportPolicy].map((policy) => policy?.Events ?? []);
  return policies.some((events) => new Set(events).size !== events.length)
    ? badRequest('An event must not be named twice in AutoImportPolicy or AutoExportPolicy.')
    : undefined;
};

const checkCount: Check = ({ fileSystem, present }) =>
  present.length < mostAssociations
    ? undefined
    : badRequest(
        `${fileSystem.FileSystemId} has the maximum number of ${mostAssociations} data repository associations.`,
      );

const checkOverlap: Check = ({ present }, { FileSystemPath: path = '/', DataRepositoryPath: repository }) => {
  const samePath = present.find((each) => overlap(each.FileSystemPath, path));
  if (samePath)
    return badRequest(
      `FileSystemPath ${path} overlaps ${samePath.FileSystemPath} of association ${samePath.AssociationId}.`,
    );
  const samePrefix = present.find((each) => overlap(each.DataRepositoryPath, repository));
  return samePrefix
    ? badRequest(
        `DataRepositoryPath ${repository} overlaps ${samePrefix.DataRepositoryPath} of association ` +
          `${samePrefix.AssociationId}.`,
      )
    : undefined;
};

/** Reports that one of two paths is the other or lies below it; `/` and a whole bucket contain every path. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => path.replace(/\/*$/, '/')) as [string, string];
  return a.startsWith(b) || b.startsWith(a);
}

const checks: readonly Check[] = [checkKind, checkState, checkPaths, checkCount, checkOverlap];

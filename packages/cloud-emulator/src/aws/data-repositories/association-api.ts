import type { FsxAccount, FsxOperations } from '../fsx-account.js';
import { AwsError, badRequest } from '../protocol/aws-error.js';
import { parseRequest } from '../protocol/request-shape.js';
import { checkTags } from '../tags/resource-tags.js';
import { checkAssociation } from './association-rules.js';
import type { Association } from './associations.js';
import {
  createAssociationShape,
  deleteAssociationShape,
  describeAssociationsShape,
  updateAssociationShape,
  type CreateAssociationRequest,
  type DescribeAssociationsRequest,
} from './repository-shapes.js';

const defaultFailure =
  'The data repository association could not be created: Amazon FSx is unable to access the S3 bucket. ' +
  'Check the permissions of the bucket, then delete the association and create it again.';

/** The operations on data repository associations. */
export class AssociationApi {
  readonly operations: FsxOperations = new Map([
    ['CreateDataRepositoryAssociation', (body: unknown) => this.#create(body)],
    ['UpdateDataRepositoryAssociation', (body: unknown) => this.#update(body)],
    ['DeleteDataRepositoryAssociation', (body: unknown) => this.#delete(body)],
    ['DescribeDataRepositoryAssociations', (body: unknown) => this.#describe(body)],
  ]);

  constructor(private readonly account: FsxAccount) {}

  #create(body: unknown): object {
    const operation = 'CreateDataRepositoryAssociation';
    const request = parseRequest(createAssociationShape, body);
    const { associations, fileSystems, tokens } = this.account;
    const known = associations.find(tokens.recall(operation, request) ?? '');
    if (known) return { Association: known.wire };
    checkTags(request.Tags ?? []);
    const fileSystem = fileSystems.get(request.FileSystemId);
    const present = associations.of(fileSystem).map(({ wire }) => wire);
    checkAssociation({ fileSystem: fileSystem.wire, present }, request);
    const { wire } = associations.create(fileSystem, request, {
      failure: this.account.failureOf(operation, defaultFailure),
      linked: () => this.#importMetadata(request),
    });
    tokens.remember(operation, request, wire.AssociationId);
    return { Association: wire };
  }

  #importMetadata({ FileSystemId, DataRepositoryPath, ...request }: CreateAssociationRequest): void {
    if (!request.BatchImportMetaDataOnCreate) return;
    const { tasks, fileSystems } = this.account;
    tasks.create(
      fileSystems.get(FileSystemId),
      {
        Type: 'IMPORT_METADATA_FROM_REPOSITORY',
        FileSystemId,
        Paths: [DataRepositoryPath],
        Report: { Enabled: false },
      },
      undefined,
    );
  }

  #update(body: unknown): object {
    const request = parseRequest(updateAssociationShape, body);
    const { associations, tokens } = this.account;
    const association = associations.get(request.AssociationId);
    if (tokens.recall('UpdateDataRepositoryAssociation', request) === undefined) {
      if (request.S3 === undefined && request.ImportedFileChunkSize === undefined)
        throw badRequest('At least one of ImportedFileChunkSize and S3 must be specified.');
      associations.update(association, request);
      tokens.remember('UpdateDataRepositoryAssociation', request, request.AssociationId);
    }
    return { Association: association.wire };
  }

  #delete(body: unknown): object {
    const request = parseRequest(deleteAssociationShape, body);
    const { associations, tokens } = this.account;
    const association = associations.get(request.AssociationId);
    tokens.recall('DeleteDataRepositoryAssociation', request);
    associations.delete(association);
    tokens.remember('DeleteDataRepositoryAssociation', request, request.AssociationId);
    const { AssociationId, DeleteDataInFileSystem = false } = request;
    return { AssociationId, Lifecycle: association.wire.Lifecycle, DeleteDataInFileSystem };
  }

  #describe(body: unknown): object {
    const request = parseRequest(describeAssociationsShape, body);
    const selected = this.#selected(request);
    const { wires, NextToken } = this.account.page('DescribeDataRepositoryAssociations', selected, request);
    return { Associations: wires, NextToken };
  }

  #selected({ AssociationIds: ids = [], Filters = [] }: DescribeAssociationsRequest): readonly Association[] {
    return this.account.associations
      .select(ids)
      .filter((each) =>
        Filters.every(({ Name, Values = [] }) => Values.includes(filterValue(each, Name, Values))),
      );
  }
}

type FilterName = NonNullable<DescribeAssociationsRequest['Filters']>[number]['Name'];

/**
 * Value that a filter compares; empty for the filters of other services than Lustre. Throws
 * InvalidDataRepositoryType.
 */
function filterValue({ wire }: Association, name: FilterName, values: readonly string[]): string {
  if (name === 'file-system-id') return wire.FileSystemId;
  if (name !== 'data-repository-type') return '';
  const unknown = values.find((value) => value !== 'S3' && value !== 'NFS');
  if (unknown === undefined) return 'S3';
  throw new AwsError(
    'InvalidDataRepositoryType',
    `The data repository type ${unknown} is not supported: S3 or NFS.`,
  );
}

import type { DataRepositoryAssociation as SdkAssociation } from '@aws-sdk/client-fsx';
import { DriverError } from '@lustre-csi/core';
import { failureReason, PAUSE_AFTER_FAILURE_MS } from './failed-work.js';
import type { DataRepositoryAssociation } from '../parameters/data-repository-associations.js';
import { associationRequest } from '../plan/association-request.js';
import type { FsxApi } from '../api/fsx-api.js';

/** Next step for the associations of a file system. */
export type RepositoryStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait'; readonly what: string }
  | { readonly kind: 'create'; readonly association: DataRepositoryAssociation }
  | { readonly kind: 'discard'; readonly associationId: string; readonly what: string };

/** Lifecycles in which FSx works on an association: it queues only one such operation for each file system. */
const BUSY = ['CREATING', 'UPDATING', 'DELETING'];

/**
 * Decides the next step from the existing to the requested associations. Pure.
 *
 * @throws DriverError unavailable with FSx's own words where one has failed: the file system exists, so that the
 *   provisioner must keep the claim
 */
export function repositoryStep(
  wanted: readonly DataRepositoryAssociation[],
  existing: readonly SdkAssociation[],
  now: number,
): RepositoryStep {
  const broken = existing.find(({ Lifecycle }) => Lifecycle === 'FAILED' || Lifecycle === 'MISCONFIGURED');
  if (broken) return afterFailure(broken, wanted, now);
  const busy = existing.find(({ Lifecycle = '' }) => BUSY.includes(Lifecycle));
  if (busy) {
    return {
      kind: 'wait',
      what: `data repository association ${busy.AssociationId} of ${busy.FileSystemPath} is ${busy.Lifecycle}`,
    };
  }
  const missing = wanted.find((association) => !existing.some((each) => isOf(each, association)));
  return missing ? { kind: 'create', association: missing } : { kind: 'done' };
}

function afterFailure(
  broken: SdkAssociation,
  wanted: readonly DataRepositoryAssociation[],
  now: number,
): RepositoryStep {
  const { AssociationId, Lifecycle, CreationTime } = broken;
  const again = (CreationTime?.getTime() ?? Infinity) + PAUSE_AFTER_FAILURE_MS;
  const ours = Lifecycle === 'FAILED' && wanted.some((association) => isOf(broken, association));
  if (!AssociationId || !ours || now < again) throw repositoryFailed(broken, ours ? again : undefined);
  return {
    kind: 'discard',
    associationId: AssociationId,
    what: `${describeFailed(broken)}; it is recreated`,
  };
}

/** Reads the associations of a file system and starts the next step. */
export async function linkRepositories(
  api: FsxApi,
  link: {
    readonly fileSystemId: string;
    readonly wanted: readonly DataRepositoryAssociation[];
    readonly now: number;
  },
  signal: AbortSignal,
): Promise<'done' | { readonly waitingFor: string }> {
  const existing = await api.describeAssociations(link.fileSystemId, signal);
  const step = repositoryStep(link.wanted, existing, link.now);
  if (step.kind === 'done') return 'done';
  if (step.kind === 'wait') return { waitingFor: step.what };
  if (step.kind === 'discard') {
    await api.deleteAssociation(step.associationId, signal);
    return { waitingFor: step.what };
  }
  const { association } = step;
  await api.createAssociation(associationRequest(link.fileSystemId, association), signal);
  return { waitingFor: `linking ${association.fileSystemPath} to ${association.dataRepositoryPath}` };
}

const isOf = ({ FileSystemPath }: SdkAssociation, { fileSystemPath }: DataRepositoryAssociation): boolean =>
  FileSystemPath !== undefined && FileSystemPath.replace(/\/+$/, '') === fileSystemPath.replace(/\/+$/, '');

function describeFailed(association: SdkAssociation): string {
  const { AssociationId, FileSystemPath, DataRepositoryPath, Lifecycle } = association;
  return (
    `data repository association ${AssociationId} of ${FileSystemPath} with ${DataRepositoryPath} is ${Lifecycle}: ` +
    failureReason(association)
  );
}

const repositoryFailed = (association: SdkAssociation, again: number | undefined): DriverError =>
  new DriverError(
    'unavailable',
    `${describeFailed(association)}. Remove the cause (the bucket’s region and policy, its key, the rights of the ` +
      'service-linked role) and delete the association; ' +
      (again !== undefined && Number.isFinite(again)
        ? `it is recreated then, or automatically from ${new Date(again).toISOString()}`
        : 'the volume is ready when all of them are AVAILABLE'),
  );

import type { Cloud, Fault } from '@lustre-csi/cloud-emulator';

/** Codes after which a sidecar assumes that work may still be in progress (code table 1d, first line): it repeats the call
 *  even if the claim is deleted. After any other code it may never retry, and a resource that exists then would leak. */
export const notFinal = { DEADLINE_EXCEEDED: 4, ABORTED: 10, UNAVAILABLE: 14 } as const;

export const troubleCodes = {
  ...notFinal,
  OK: 0,
  INVALID_ARGUMENT: 3,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  OUT_OF_RANGE: 11,
} as const;

/** Purpose of a call of the driver to its cloud. */
export type CloudCall = 'listing' | 'creation' | 'reading' | 'deletion' | 'growth' | 'change';

/** Refusal that each cloud words in its own way. */
export type Refusal = 'forbidden' | 'expired' | 'invalid' | 'quota';

/** Names of those calls in each cloud's journal, and the cloud's words for those refusals. */
export const clouds: Readonly<
  Record<
    Cloud,
    {
      readonly calls: Readonly<Record<CloudCall, string>>;
      readonly refusals: Readonly<Record<Refusal, Pick<Fault, 'status' | 'code' | 'message'>>>;
    }
  >
> = {
  aws: {
    calls: {
      listing: 'DescribeFileSystems',
      creation: 'CreateFileSystem',
      reading: 'DescribeFileSystems',
      deletion: 'DeleteFileSystem',
      growth: 'UpdateFileSystem',
      change: 'UpdateFileSystem',
    },
    refusals: {
      forbidden: { status: 403, code: 'AccessDeniedException', message: 'not authorized to perform it' },
      expired: { status: 401, code: 'ExpiredTokenException', message: 'the security token is expired' },
      invalid: { status: 400, code: 'BadRequest', message: 'the subnet is wrong' },
      quota: { status: 400, code: 'ServiceLimitExceeded', message: 'too many file systems' },
    },
  },
  azure: {
    calls: {
      listing: 'amlFilesystems.listByResourceGroup',
      creation: 'amlFilesystems.createOrUpdate',
      reading: 'amlFilesystems.get',
      deletion: 'amlFilesystems.delete',
      growth: 'expansionJobs.createOrUpdate',
      change: 'amlFilesystems.update',
    },
    refusals: {
      forbidden: { status: 403, code: 'AuthorizationFailed', message: 'no authorization to perform it' },
      expired: { status: 401, code: 'ExpiredAuthenticationToken', message: 'the access token is expired' },
      invalid: { status: 400, code: 'InvalidParameter', message: 'the subnet is wrong' },
      quota: { status: 409, code: 'OperationNotAllowed', message: 'the quota of file systems is used up' },
    },
  },
  google: {
    calls: {
      listing: 'ListInstances',
      creation: 'CreateInstance',
      reading: 'GetInstance',
      deletion: 'DeleteInstance',
      growth: 'UpdateInstance',
      change: 'UpdateInstance',
    },
    refusals: {
      forbidden: { status: 403, code: 'PERMISSION_DENIED', message: 'no permission to perform it' },
      expired: { status: 401, code: 'UNAUTHENTICATED', message: 'the access token is expired' },
      invalid: { status: 400, code: 'INVALID_ARGUMENT', message: 'the network is wrong' },
      quota: { status: 429, code: 'RESOURCE_EXHAUSTED', message: 'the quota of instances is used up' },
    },
  },
  oci: {
    calls: {
      listing: 'ListLustreFileSystems',
      creation: 'CreateLustreFileSystem',
      // Names are not unique in OCI: a deletion lists all file systems, and needs no other lookup.
      reading: 'ListLustreFileSystems',
      deletion: 'DeleteLustreFileSystem',
      growth: 'UpdateLustreFileSystem',
      change: 'UpdateLustreFileSystem',
    },
    refusals: {
      forbidden: {
        status: 404,
        code: 'NotAuthorizedOrNotFound',
        message: 'no authorization, or no resource',
      },
      expired: { status: 401, code: 'NotAuthenticated', message: 'the token is expired' },
      invalid: { status: 400, code: 'InvalidParameter', message: 'the subnet is wrong' },
      quota: { status: 400, code: 'LimitExceeded', message: 'too many file systems' },
    },
  },
};

/** One row: if this call of the driver meets this fault, its caller gets this code (any of several, as the cloud's SDK may
 *  retry successfully); without the fault, the repeated call succeeds. */
export interface TroubleRow {
  readonly row: string;
  readonly rpc: 'createVolume' | 'deleteVolume' | 'controllerExpandVolume' | 'controllerModifyVolume';
  readonly what: string;
  readonly at: CloudCall;
  readonly trouble: Refusal | Pick<Fault, 'kind' | 'when' | 'message'>;
  /** Number of times that the fault occurs. Default: until the call ends. */
  readonly times?: number;
  readonly codes: readonly (keyof typeof troubleCodes)[];
}

const lost = { kind: 'reset', when: 'after' } as const;
const failing = { kind: 'fail-creation', message: 'no luck' } as const;

// prettier-ignore
export const troubleRows: readonly TroubleRow[] = [
  // CreateVolume: rows that failure-rows.ts does not have. A failed lookup proves nothing: never final.
  { row: '1d.CreateVolume.1', rpc: 'createVolume', what: 'the credentials have expired', at: 'listing', trouble: 'expired', codes: ['UNAVAILABLE'] },
  // A definite end is final, and nothing exists.
  { row: '1d.CreateVolume.2', rpc: 'createVolume', what: 'each created file system fails', at: 'creation', trouble: failing, times: 3, codes: ['RESOURCE_EXHAUSTED'] },
  // An open end is never final.
  { row: '1d.CreateVolume.3', rpc: 'createVolume', what: 'the answer to the creation is lost, once', at: 'creation', trouble: lost, times: 1, codes: ['OK', 'UNAVAILABLE'] },
  { row: '1d.CreateVolume.4', rpc: 'createVolume', what: 'the first created file system fails', at: 'creation', trouble: failing, times: 1, codes: ['OK'] },
  // DeleteVolume: only OK is an end.
  { row: '1d.DeleteVolume.1', rpc: 'deleteVolume', what: 'the deletion is forbidden', at: 'deletion', trouble: 'forbidden', codes: ['PERMISSION_DENIED'] },
  { row: '1d.DeleteVolume.2', rpc: 'deleteVolume', what: 'looking the volume up is forbidden', at: 'reading', trouble: 'forbidden', codes: ['UNAVAILABLE'] },
  { row: '1d.DeleteVolume.3', rpc: 'deleteVolume', what: 'the answer to the deletion is lost, once', at: 'deletion', trouble: lost, times: 1, codes: ['OK', 'UNAVAILABLE'] },
  // Expansion: FAILED_PRECONDITION would mean "in use", and is never right here. RESOURCE_EXHAUSTED would not be final: the
  // user could not take the growth back.
  { row: '1d.Expand.1', rpc: 'controllerExpandVolume', what: 'the growth is forbidden', at: 'growth', trouble: 'forbidden', codes: ['PERMISSION_DENIED'] },
  { row: '1d.Expand.2', rpc: 'controllerExpandVolume', what: 'the quota is used up', at: 'growth', trouble: 'quota', codes: ['OUT_OF_RANGE'] },
  { row: '1d.Expand.3', rpc: 'controllerExpandVolume', what: 'the answer to the growth is lost, once', at: 'growth', trouble: lost, times: 1, codes: ['OK', 'UNAVAILABLE'] },
  // Modification: only INVALID_ARGUMENT counts as infeasible.
  { row: '1d.Modify.1', rpc: 'controllerModifyVolume', what: 'the change is forbidden', at: 'change', trouble: 'forbidden', codes: ['PERMISSION_DENIED'] },
  { row: '1d.Modify.2', rpc: 'controllerModifyVolume', what: 'the answer to the change is lost, once', at: 'change', trouble: lost, times: 1, codes: ['OK', 'UNAVAILABLE'] },
];

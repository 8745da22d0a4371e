import type { Fault } from '@lustre-csi/cloud-emulator';

/** Codes after which a sidecar takes it that something may still be under way (code table 1d, first line):
 *  it repeats the call even when the claim is gone. After any other code it may never come back, so that whatever is
 *  left then leaks. */
export const notFinal = { DEADLINE_EXCEEDED: 4, ABORTED: 10, UNAVAILABLE: 14 } as const;

export const troubleCodes = {
  ...notFinal,
  OK: 0,
  INVALID_ARGUMENT: 3,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  OUT_OF_RANGE: 11,
} as const;

/** A call of the driver to its cloud, by what it is for. */
export type CloudCall = 'listing' | 'creation' | 'reading' | 'deletion' | 'growth' | 'change';

/** A refusal that each cloud words in its own way. */
export type Refusal = 'forbidden' | 'expired' | 'invalid' | 'quota';

/** How each cloud names those calls, in the journal, and words those refusals. */
export const clouds: Readonly<
  Record<
    'aws' | 'azure',
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
};

/** One row: where this call of the driver meets this trouble, its caller gets this code (of several: any, as the cloud's
 *  SDK may get over the trouble by itself); with the trouble gone, the repeated call succeeds. */
export interface TroubleRow {
  readonly row: string;
  readonly rpc: 'createVolume' | 'deleteVolume' | 'controllerExpandVolume' | 'controllerModifyVolume';
  readonly what: string;
  readonly at: CloudCall;
  readonly trouble: Refusal | Pick<Fault, 'kind' | 'when' | 'message'>;
  /** How often it is met. Default: for as long as the call goes on. */
  readonly times?: number;
  readonly codes: readonly (keyof typeof troubleCodes)[];
}

const lost = { kind: 'reset', when: 'after' } as const;
const failing = { kind: 'fail-creation', message: 'no luck' } as const;

// prettier-ignore
export const troubleRows: readonly TroubleRow[] = [
  // CreateVolume: what failure-rows.ts does not have. A failed lookup tells nothing: never final.
  { row: '1d.CreateVolume.1', rpc: 'createVolume', what: 'the credentials have expired', at: 'listing', trouble: 'expired', codes: ['UNAVAILABLE'] },
  // A definite end is final, and nothing is there.
  { row: '1d.CreateVolume.2', rpc: 'createVolume', what: 'what is created ends failed, each time', at: 'creation', trouble: failing, times: 3, codes: ['RESOURCE_EXHAUSTED'] },
  // An open end is never final.
  { row: '1d.CreateVolume.3', rpc: 'createVolume', what: 'the answer to the creation is lost, once', at: 'creation', trouble: lost, times: 1, codes: ['OK', 'UNAVAILABLE'] },
  { row: '1d.CreateVolume.4', rpc: 'createVolume', what: 'what is created ends failed, once', at: 'creation', trouble: failing, times: 1, codes: ['OK'] },
  // DeleteVolume: only OK ends it.
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

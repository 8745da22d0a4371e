import type { Emulator } from '@lustre-csi/cloud-emulator';

export type Fault = Parameters<Emulator['faults']['add']>[0];

/** Names of the cloud's operations and errors that the rows use. */
export interface CloudWords {
  readonly listing: string;
  readonly creation: string;
  readonly quota: Partial<Fault>;
  readonly forbidden: Partial<Fault>;
  readonly invalid: Partial<Fault>;
}

/** One row: a failure of the cloud, and the answer of CreateVolume. A final code means to the provisioner that no creation is
 *  in progress: it may then forget a claim that is deleted meanwhile. */
export interface FailureRow {
  readonly row: string;
  readonly what: string;
  readonly fault: (words: CloudWords) => Fault;
  readonly codes: readonly (keyof typeof failureCodes)[];
  /** Number of file systems that may exist, or be in creation, after that answer. */
  readonly leaves: 'nothing' | 'perhaps one' | 'one';
  /** Deadline of the call, if it is longer than the default. Milliseconds. */
  readonly patienceMs?: number;
}

/** gRPC status codes; `true`: final for the provisioner. */
export const failureCodes = {
  INVALID_ARGUMENT: { code: 3, isFinal: true },
  DEADLINE_EXCEEDED: { code: 4, isFinal: false },
  PERMISSION_DENIED: { code: 7, isFinal: true },
  RESOURCE_EXHAUSTED: { code: 8, isFinal: true },
  UNAVAILABLE: { code: 14, isFinal: false },
} as const;

export const cloudWords: Readonly<Record<string, CloudWords>> = {
  aws: {
    listing: 'DescribeFileSystems',
    creation: 'CreateFileSystem',
    quota: { status: 400, code: 'ServiceLimitExceeded' },
    forbidden: { status: 400, code: 'AccessDeniedException' },
    invalid: { status: 400, code: 'BadRequest' },
  },
  azure: {
    listing: 'amlFilesystems.listByResourceGroup',
    creation: 'amlFilesystems.createOrUpdate',
    quota: { status: 409, code: 'QuotaExceeded' },
    forbidden: { status: 403, code: 'AuthorizationFailed' },
    invalid: { status: 400, code: 'InvalidParameter' },
  },
  google: {
    listing: 'ListInstances',
    creation: 'CreateInstance',
    quota: { status: 429, code: 'RESOURCE_EXHAUSTED' },
    forbidden: { status: 403, code: 'PERMISSION_DENIED' },
    invalid: { status: 400, code: 'INVALID_ARGUMENT' },
  },
  oci: {
    listing: 'ListLustreFileSystems',
    creation: 'CreateLustreFileSystem',
    quota: { status: 400, code: 'LimitExceeded' },
    forbidden: { status: 404, code: 'NotAuthorizedOrNotFound' },
    invalid: { status: 400, code: 'InvalidParameter' },
  },
};

const ALWAYS = 1000;

// prettier-ignore
export const failureRows: readonly FailureRow[] = [
  { row: '1d.1', what: 'the lookup is throttled', fault: ({ listing }) => ({ kind: 'throttle', operation: listing, times: ALWAYS }), codes: ['UNAVAILABLE', 'DEADLINE_EXCEEDED'], leaves: 'nothing' },
  { row: '1d.2', what: 'the lookup fails in the cloud', fault: ({ listing }) => ({ kind: 'error', operation: listing, times: ALWAYS }), codes: ['UNAVAILABLE', 'DEADLINE_EXCEEDED'], leaves: 'nothing' },
  { row: '1d.3', what: 'the lookup is forbidden', fault: ({ listing, forbidden }) => ({ kind: 'error', operation: listing, times: ALWAYS, ...forbidden }), codes: ['UNAVAILABLE'], leaves: 'nothing' },
  { row: '1d.4', what: 'the lookup takes longer than the caller waits', fault: ({ listing }) => ({ kind: 'slow', operation: listing, seconds: 3 }), codes: ['DEADLINE_EXCEEDED'], leaves: 'nothing' },
  { row: '1d.5', what: 'the quota is used up', fault: ({ creation, quota }) => ({ kind: 'error', operation: creation, times: ALWAYS, ...quota }), codes: ['RESOURCE_EXHAUSTED'], leaves: 'nothing' },
  { row: '1d.6', what: 'the creation is forbidden', fault: ({ creation, forbidden }) => ({ kind: 'error', operation: creation, times: ALWAYS, ...forbidden }), codes: ['PERMISSION_DENIED'], leaves: 'nothing' },
  { row: '1d.7', what: 'the creation is refused as invalid', fault: ({ creation, invalid }) => ({ kind: 'error', operation: creation, times: ALWAYS, ...invalid }), codes: ['INVALID_ARGUMENT'], leaves: 'nothing' },
  { row: '1d.8', what: 'the creation fails in the cloud before its effect', fault: ({ creation }) => ({ kind: 'error', operation: creation, times: ALWAYS }), codes: ['UNAVAILABLE', 'DEADLINE_EXCEEDED'], leaves: 'nothing' },
  { row: '1d.9', what: 'the creation fails in the cloud after its effect', fault: ({ creation }) => ({ kind: 'error', operation: creation, times: ALWAYS, when: 'after' }), codes: ['UNAVAILABLE', 'DEADLINE_EXCEEDED'], leaves: 'one' },
  { row: '1d.10', what: 'the connection is cut after the effect', fault: ({ creation }) => ({ kind: 'reset', operation: creation, times: ALWAYS, when: 'after' }), codes: ['UNAVAILABLE', 'DEADLINE_EXCEEDED'], leaves: 'one' },
  { row: '1d.11', what: 'the creation never answers', fault: ({ creation }) => ({ kind: 'hang', operation: creation, times: ALWAYS }), codes: ['DEADLINE_EXCEEDED'], leaves: 'perhaps one' },
  { row: '1d.12', what: 'each created file system fails, and is deleted again', fault: ({ creation }) => ({ kind: 'fail-creation', operation: creation, times: ALWAYS }), codes: ['RESOURCE_EXHAUSTED'], leaves: 'nothing', patienceMs: 15_000 },
];

import type { ErrorKind } from '@lustre-csi/core';

/** Meaning of an error of the API. A rule fits where each of its patterns does. */
export interface Rule {
  readonly kind: ErrorKind;
  /** Next step of the operator. */
  readonly next: string;
  /** HTTP status. */
  readonly http?: number;
  /** Canonical status. */
  readonly status?: RegExp;
  /** Reason of the google.rpc.ErrorInfo. */
  readonly reason?: RegExp;
  readonly words?: RegExp;
}

export const roleStep =
  'give the service account of the controller the role of deploy/google-lustre/role-definition.json, or roles/lustre.admin';

const networkStep =
  'set up private services access for the network: an allocated range with a free /23, and its peering with ' +
  'servicenetworking.googleapis.com';

/** Definite refusals of a change. */
export const refusals: readonly Rule[] = [
  {
    kind: 'failed-precondition',
    reason: /^SERVICE_DISABLED$/,
    next: 'enable the API in the project: gcloud services enable lustre.googleapis.com',
  },
  {
    kind: 'failed-precondition',
    words: /billing/i,
    http: 403,
    next: 'enable billing for the project',
  },
  {
    kind: 'permission-denied',
    http: 403,
    next: roleStep,
  },
  {
    kind: 'resource-exhausted',
    words: /quota/i,
    status: /^(RESOURCE_EXHAUSTED|FAILED_PRECONDITION)$/,
    next: 'request a higher quota of Managed Lustre in the zone from Google, or delete instances that are not needed',
  },
  {
    kind: 'resource-exhausted',
    status: /^RESOURCE_EXHAUSTED$/,
    next: 'Google has no capacity for it now, or a quota is used up: choose another zone (allowedTopologies) or throughput, or wait',
  },
  {
    kind: 'aborted',
    status: /^ABORTED$/,
    next: 'another operation on it is in progress; the call is retried automatically',
  },
  {
    kind: 'aborted',
    status: /^FAILED_PRECONDITION$/,
    words: /operation.*(in progress|running)|(conflicting|another|concurrent) operation/i,
    next: 'another operation on it is in progress; the call is retried automatically',
  },
  { kind: 'failed-precondition', reason: /PEER/, next: networkStep },
  {
    kind: 'failed-precondition',
    status: /^FAILED_PRECONDITION$/,
    words: /network|peer|private services|allocated|address/i,
    next: networkStep,
  },
  {
    kind: 'failed-precondition',
    status: /^FAILED_PRECONDITION$/,
    next: 'remove the cause that Google names; mirrors and directory policies of an instance must be deleted before it',
  },
  { kind: 'already-exists', status: /^ALREADY_EXISTS$/, next: 'delete that resource if it is not needed' },
  { kind: 'unavailable', http: 408, next: 'the call is retried automatically' },
  {
    kind: 'invalid-argument',
    status: /^NOT_FOUND$/,
    next: 'a resource that the request refers to does not exist: check network, kmsKey and placementPolicy',
  },
  { kind: 'invalid-argument', http: 400, next: 'correct the StorageClass or the VolumeAttributesClass' },
];

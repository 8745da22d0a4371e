import type { ErrorKind } from '@lustre-csi/core';

/** Meaning of an error of ARM. A rule fits where each of its patterns does. */
export interface Rule {
  readonly kind: ErrorKind;
  /** Next step of the operator. */
  readonly next: string;
  readonly status?: number;
  /** ARM's error code. */
  readonly code?: RegExp;
  readonly words?: RegExp;
}

export const checkGroup =
  'check resource-group-name of the StorageClass and resourceGroup of azure.json; the group must exist';

const quotaStep =
  'request a higher quota of AML file systems in the location from Azure, or delete file systems that are not needed';

const lockStep =
  'remove the lock (`az lock list`, at the file system, its resource group and the subscription), or exempt the file ' +
  'systems of the driver from it';

const subscriptionStep =
  'the subscription accepts no changes: re-enable it (Azure portal, Subscriptions: its state, payment and spending limit)';

/** Refusals that Azure gives to an identity that has the role. Azure sends them with 403, and some with 409. */
const denied: readonly Rule[] = [
  {
    kind: 'permission-denied',
    code: /DenyAssignment/,
    next:
      'a deny assignment forbids it to every identity that it does not exclude: name another resource group, or let the ' +
      'owner of the deny assignment (a managed application, a deployment stack) exclude the identity of the controller',
  },
  {
    kind: 'permission-denied',
    words: /deny assignment/i,
    next: 'exclude the identity of the controller from the deny assignment',
  },
];

/** Meanings of 409. It is not always "busy": only the codes for another operation in progress are retried as such. */
const conflicts: readonly Rule[] = [
  {
    kind: 'failed-precondition',
    code: /^(ScopeLocked|CannotDeleteLocked\w*|ReadOnlyLocked\w*)$/,
    next: lockStep,
  },
  {
    kind: 'failed-precondition',
    status: 409,
    words: /scope\(s\) are locked|remove the lock/i,
    next: lockStep,
  },
  {
    kind: 'failed-precondition',
    code: /^(ReadOnlyDisabledSubscription|DisallowedOperation|Subscription\w*(Disabled|Forbidden|Suspended))$/,
    next: subscriptionStep,
  },
  { kind: 'failed-precondition', status: 409, words: /marked as read.?only/i, next: subscriptionStep },
  {
    kind: 'failed-precondition',
    status: 409,
    code: /^(LocationNotAvailableForResourceGroup|ResourceLocationConflict|InvalidResourceLocation)$/,
    next: 'a resource of that name exists in another location: choose that location or another resource group',
  },
  {
    kind: 'aborted',
    status: 409,
    code: /^(Conflict|RequestConflict|ConflictError|AnotherOperationInProgress|OperationInProgress|ConcurrentOperation\w*|DeploymentActive|OperationPreempted|Retryable\w*|ResourceNotReady|\w*NotInSucceededState|\w*(IsBusy|BeingCreated|BeingUpdated|BeingDeleted))$/,
    next: 'another operation on it is in progress; the call is retried automatically',
  },
  {
    kind: 'aborted',
    status: 409,
    words:
      /(another|an|pending) operation.*(in progress|being performed)|is (currently )?being (created|updated|deleted)/i,
    next: 'another operation on it is in progress; the call is retried automatically',
  },
  {
    kind: 'failed-precondition',
    status: 409,
    next:
      'Azure refuses it in the present state of the resource, its group or the subscription, and names no operation in ' +
      'progress: remove the cause that its message names, and look the code up in the documentation of Azure Resource Manager',
  },
];

/** Definite refusals of a change. */
export const refusals: readonly Rule[] = [
  {
    kind: 'resource-exhausted',
    code: /quota/i,
    next: quotaStep,
  },
  {
    kind: 'resource-exhausted',
    status: 409,
    words: /quota/i,
    next: quotaStep,
  },
  {
    kind: 'resource-exhausted',
    code: /^OperationNotAllowed$/,
    words: /quota/i,
    next: quotaStep,
  },
  {
    kind: 'resource-exhausted',
    code: /^(SkuNotAvailable|ZonalAllocationFailed|AllocationFailed|Overconstrained\w*|InsufficientCapacity)$/,
    next: 'Azure has no capacity for it now: choose another zone, location or SKU, or wait',
  },
  {
    kind: 'resource-exhausted',
    code: /^SubnetIsFull$/,
    next: 'choose a subnet with more free addresses (subnet-name), or free addresses in it',
  },
  {
    kind: 'permission-denied',
    status: 403,
    code: /Policy/,
    next: 'an Azure policy forbids it: change the StorageClass so that it complies, or request an exemption',
  },
  ...denied,
  {
    kind: 'permission-denied',
    status: 403,
    next: 'give the identity of the controller the role of deploy/azure-amlfs/role-definition.json',
  },
  { kind: 'failed-precondition', code: /^ResourceGroupBeingDeleted$/, next: checkGroup },
  {
    kind: 'failed-precondition',
    code: /^MissingSubscriptionRegistration$/,
    next: 'register the resource provider Microsoft.StorageCache in the subscription',
  },
  ...conflicts,
  { kind: 'aborted', status: 412, next: 'it was changed in the meantime; the call is retried automatically' },
  { kind: 'unavailable', status: 408, next: 'the call is retried automatically' },
  { kind: 'invalid-argument', status: 400, next: 'correct the StorageClass or azure.json' },
  {
    kind: 'invalid-argument',
    status: 404,
    next: 'a resource that the request refers to does not exist: check vnet-name, subnet-name and identities',
  },
  { kind: 'invalid-argument', status: 422, next: 'correct the StorageClass or azure.json' },
];

import type { Reply } from '../../world/serve-call.js';

/** An error as Azure Resource Manager and its resource providers answer it: status and `{error:{code,message,target?}}`. */
export class ArmError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: {
      readonly target?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = 'ArmError';
  }

  toReply(): Reply {
    const { target, headers } = this.details;
    return {
      status: this.status,
      ...(headers ? { headers } : {}),
      body: { error: { code: this.code, message: this.message, ...(target ? { target } : {}) } },
      errorCode: this.code,
    };
  }
}

/** Error for a rejected property, in the emulator's words; the real provider's code for it is undocumented. */
export const invalidParameter = (target: string, message: string): ArmError =>
  new ArmError(400, 'InvalidParameter', message, { target });

export const invalidContent = (why: string): ArmError =>
  new ArmError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${why}'.`,
  );

export const resourceNotFound = (type: string, name: string, resourceGroup: string): ArmError =>
  new ArmError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${resourceGroup}' was not found. ` +
      'For more details please go to https://aka.ms/ARMResourceNotFoundFix',
  );

/** Error for a child resource below a parent that does not exist. */
export const parentNotFound = (type: string, parentId: string): ArmError =>
  new ArmError(
    404,
    'ParentResourceNotFound',
    `Failed to perform 'write' on resource(s) of type '${type}', because the parent resource '${parentId}' could ` +
      'not be found.',
  );

export const resourceGroupNotFound = (resourceGroup: string): ArmError =>
  new ArmError(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`);

export const subscriptionNotFound = (subscriptionId: string): ArmError =>
  new ArmError(404, 'SubscriptionNotFound', `The subscription '${subscriptionId}' could not be found.`);

export const propertyChangeNotAllowed = (property: string): ArmError =>
  new ArmError(400, 'PropertyChangeNotAllowed', `Changing property '${property}' is not allowed.`, {
    target: property,
  });

/** Error where another operation holds the resource. */
export const conflict = (message: string): ArmError => new ArmError(409, 'Conflict', message);

/** Quota of the subscription, worded as the provider words it. */
export const quotaExceeded = (maximum: number, inUse: number): ArmError =>
  new ArmError(
    409,
    'OperationNotAllowed',
    'Operation results in exceeding quota limits of resource type AmlFilesystem. ' +
      `Maximum allowed: ${maximum}, Current in use: ${inUse}, Additional requested: 1.`,
  );

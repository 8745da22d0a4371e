import type { StorageCacheManagementClient } from '@azure/arm-storagecache';
import type { HttpMethods } from '@azure/core-rest-pipeline';

/** Answer of ARM, with the body as parsed JSON. */
export interface ArmAnswer {
  readonly status: number;
  readonly body: unknown;
  header(name: string): string | undefined;
}

/** One request of an operation. */
export interface ArmRequest {
  readonly method: HttpMethods;
  /** Path below the endpoint, or an absolute `nextLink`. */
  readonly path: string;
  /** Versions, the newest first: where ARM refuses one as unknown, the next is tried. Without effect on a `nextLink`,
   *  which contains its own. */
  readonly apiVersions: readonly string[];
  readonly body?: object;
}

/** Channel by which operations reach Azure Resource Manager. */
export interface ArmChannel {
  /** The SDK's client, for operations that it covers. */
  readonly client: StorageCacheManagementClient;
  /** Options of the SDK for one call. */
  readonly options: { readonly abortSignal: AbortSignal; readonly requestOptions: { timeout: number } };
  readonly subscriptionId: string;
  /** Sends a request through the SDK's pipeline without changing the JSON in either direction. */
  readonly request: (request: ArmRequest) => Promise<ArmAnswer>;
}

/** One operation of Azure Resource Manager that the driver calls. */
export interface ArmOperation<Input, Output> {
  /** Name in the REST API reference: `AmlFilesystems_Get`. */
  readonly name: string;
  /** Actions that the identity needs, in the spelling of roles: `Microsoft.StorageCache/amlFilesystems/read`. */
  readonly permissions: readonly string[];
  readonly send: (channel: ArmChannel, input: Input) => Promise<Output>;
}

/** Declares an operation that the SDK covers. */
export const sdk = <Input, Output>(operation: ArmOperation<Input, Output>): ArmOperation<Input, Output> =>
  operation;

type Paths<Input> = (subscriptionId: string, input: Input) => string;

/** Declares an operation whose JSON passes unchanged: the SDK's own methods drop every property that its api-version does
 *  not know, and its `begin...` methods poll the operation twice before they return. */
export function rest<Input extends object>(operation: {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly method: HttpMethods;
  readonly apiVersions: readonly string[];
  readonly path: Paths<Input>;
}): ArmOperation<Input, ArmAnswer> {
  const { name, permissions, method, apiVersions, path } = operation;
  return {
    name,
    permissions,
    send: ({ subscriptionId, request }, input) => {
      const { nextLink, body } = input as { nextLink?: string; body?: object };
      return request({
        method,
        apiVersions,
        path: nextLink ?? path(subscriptionId, input),
        ...(body === undefined ? {} : { body }),
      });
    },
  };
}

/** Finds the URL that will show the outcome of the long-running operation that the answer reports as started. */
export const operationUrl = (answer: ArmAnswer): string | undefined =>
  answer.header('azure-asyncoperation') ?? answer.header('location');

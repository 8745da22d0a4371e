import type { StorageCacheManagementClient } from '@azure/arm-storagecache';
import type { HttpMethods } from '@azure/core-rest-pipeline';

/** What ARM answered; the body as it stands in the JSON. */
export interface ArmAnswer {
  readonly status: number;
  readonly body: unknown;
  header(name: string): string | undefined;
}

/** One request of an operation. */
export interface ArmRequest {
  readonly method: HttpMethods;
  /** Below the endpoint, or an absolute `nextLink`. */
  readonly path: string;
  /** Newest first: an Azure that does not know one of them is asked with the next. Of no effect on a `nextLink`,
   *  which has its own. */
  readonly apiVersions: readonly string[];
  readonly body?: object;
}

/** How operations reach Azure Resource Manager. */
export interface ArmChannel {
  /** The SDK's client, for what it covers. */
  readonly client: StorageCacheManagementClient;
  /** The SDK's options of one call. */
  readonly options: { readonly abortSignal: AbortSignal; readonly requestOptions: { timeout: number } };
  readonly subscriptionId: string;
  /** Sends a request with its JSON as it is, both ways, through the SDK's pipeline. */
  readonly request: (request: ArmRequest) => Promise<ArmAnswer>;
}

/** One operation of Azure Resource Manager, as the driver uses it. */
export interface ArmOperation<Input, Output> {
  /** As the REST API reference names it: `AmlFilesystems_Get`. */
  readonly name: string;
  /** All that an identity needs for it, as role definitions spell it: `Microsoft.StorageCache/amlFilesystems/read`. */
  readonly permissions: readonly string[];
  readonly send: (channel: ArmChannel, input: Input) => Promise<Output>;
}

/** An operation that the SDK covers. */
export const sdk = <Input, Output>(operation: ArmOperation<Input, Output>): ArmOperation<Input, Output> =>
  operation;

type Paths<Input> = (subscriptionId: string, input: Input) => string;

/** An operation of which the JSON goes through unchanged: the SDK's own methods drop every property that its
 *  api-version does not know, and its `begin...` methods poll the operation twice before they return. */
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

/** Where the outcome of the long-running operation that an answer has started will be. */
export const operationUrl = (answer: ArmAnswer): string | undefined =>
  answer.header('azure-asyncoperation') ?? answer.header('location');

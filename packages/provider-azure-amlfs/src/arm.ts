import { StorageCacheManagementClient, type ResourceSku } from '@azure/arm-storagecache';
import type { TokenCredential } from '@azure/identity';
import { createSerializer, type CommonClientOptions, type OperationSpec } from '@azure/core-client';
import { defaultRetryPolicy, type HttpMethods } from '@azure/core-rest-pipeline';
import { armRetryPolicy } from './retry-policy.js';

/** What ARM answered; the body as it stands in the JSON. */
export interface ArmAnswer {
  readonly status: number;
  readonly body: unknown;
  header(name: string): string | undefined;
}

/** How long one call may take, in milliseconds. ARM itself answers within seconds; what takes longer is a hanging
 *  connection, and the answer to a change is then read from the cloud's state. */
const CALL_TIMEOUT = 30_000;

export interface SubnetCheck {
  readonly subnetId: string;
  readonly capacityTiB: number;
  readonly skuName: string;
  readonly location: string;
}

export interface ArmOptions {
  readonly subscriptionId: string;
  readonly endpoint: string;
  /** What tokens are asked for. */
  readonly scope: string;
  /** In front of the User-Agent. */
  readonly userAgent: string;
  /** How HTTP requests are sent: TLS, proxy, retries. */
  readonly pipeline: CommonClientOptions;
}

/**
 * Calls of Azure Resource Manager, through the SDK's client. File systems are read and written as the JSON that they
 * are: the SDK's methods drop every property that its api-version does not know, and its `begin...` methods poll
 * the operation twice before they return.
 */
export class Arm {
  readonly #client: StorageCacheManagementClient;

  constructor(
    credential: TokenCredential,
    private readonly options: ArmOptions,
  ) {
    const { subscriptionId, endpoint, scope, userAgent, pipeline } = options;
    this.#client = new StorageCacheManagementClient(credential, subscriptionId, {
      ...pipeline,
      endpoint,
      $host: endpoint,
      credentialScopes: scope,
      userAgentOptions: { userAgentPrefix: userAgent },
    });
    this.#client.pipeline.removePolicy({ name: defaultRetryPolicy().name });
    this.#client.pipeline.addPolicy(armRetryPolicy(pipeline.retryOptions), { phase: 'Retry' });
  }

  /** The path of the file systems of a resource group, or of one of them, without the api-version. */
  fileSystemPath(resourceGroup: string, name?: string): string {
    const all =
      `/subscriptions/${this.options.subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroup)}` +
      `/providers/Microsoft.StorageCache/amlFilesystems`;
    return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
  }

  /** Sends one request and waits for its answer, never for the operation that it starts.
   *  @param path as `fileSystemPath` gives it, or an absolute `nextLink`
   *  @throws what the SDK throws: RestError, AbortError, or an error of @azure/identity */
  async send(method: HttpMethods, path: string, signal: AbortSignal, body?: object): Promise<ArmAnswer> {
    const url = path.includes('api-version=') ? path : `${path}?api-version=${this.#client.apiVersion}`;
    let answer: ArmAnswer | undefined;
    await this.#client.sendOperationRequest(
      {
        body,
        options: {
          abortSignal: signal,
          requestOptions: { timeout: CALL_TIMEOUT },
          onResponse: ({ status, headers, parsedBody }) => {
            answer = { status, body: parsedBody as unknown, header: (name) => headers.get(name) };
          },
        },
      },
      specOf(method, url, body !== undefined),
    );
    if (!answer) throw new Error(`${method} ${url} ended without an answer`);
    return answer;
  }

  /** Every SKU of Microsoft.StorageCache that the subscription can see. */
  async listSkus(): Promise<readonly ResourceSku[]> {
    const skus: ResourceSku[] = [];
    for await (const sku of this.#client.skus.list({ requestOptions: { timeout: CALL_TIMEOUT } })) {
      skus.push(sku);
    }
    return skus;
  }

  /** Asks whether a file system can be created in the subnet. */
  async checkSubnet(check: SubnetCheck, signal: AbortSignal): Promise<void> {
    await this.#client.checkAmlFSSubnets({
      amlFilesystemSubnetInfo: {
        filesystemSubnet: check.subnetId,
        storageCapacityTiB: check.capacityTiB,
        sku: { name: check.skuName },
        location: check.location,
      },
      abortSignal: signal,
      requestOptions: { timeout: CALL_TIMEOUT },
    });
  }

  /** What a long-running operation failed of: `CODE: message`; undefined if it has not failed. */
  async failureOf(location: string, operationId: string, signal: AbortSignal): Promise<string | undefined> {
    const { error } = await this.#client.ascOperations.get(location, operationId, {
      abortSignal: signal,
      requestOptions: { timeout: CALL_TIMEOUT },
    });
    return error && [error.code, error.message].filter((words) => words).join(': ');
  }
}

const serializer = createSerializer();

/** A request whose JSON goes through unchanged, both ways. */
function specOf(httpMethod: HttpMethods, path: string, hasBody: boolean): OperationSpec {
  return {
    path,
    httpMethod,
    responses: { 200: {}, 201: {}, 202: {}, 204: {}, default: {} },
    ...(hasBody
      ? {
          requestBody: { parameterPath: 'body', mapper: { serializedName: 'body', type: { name: 'any' } } },
          contentType: 'application/json; charset=utf-8',
          mediaType: 'json',
        }
      : {}),
    serializer,
  };
}

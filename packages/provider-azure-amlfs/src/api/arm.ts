import { StorageCacheManagementClient } from '@azure/arm-storagecache';
import type { TokenCredential } from '@azure/identity';
import {
  createSerializer,
  type CommonClientOptions,
  type OperationSpec,
  type RawResponseCallback,
} from '@azure/core-client';
import { defaultRetryPolicy, isRestError } from '@azure/core-rest-pipeline';
import { Slots, unobserved, untilAborted, type CloudRequests } from '@lustre-csi/core';
import type { ArmAnswer, ArmChannel, ArmOperation, ArmRequest } from './arm-operation.js';
import { inOperation, requestObserver } from './observe-requests.js';
import { armRetryPolicy } from './retry-policy.js';

/** Limit for one call, in milliseconds. ARM answers within seconds; a longer call is a hanging connection, and the state
 *  of the cloud then shows the outcome of a change. */
const CALL_TIMEOUT = 30_000;

/** Calls at once. The pipeline opens a connection for each and keeps it; ARM allows far fewer calls a second. */
const MAX_CONNECTIONS = 50;

export interface ArmOptions {
  readonly subscriptionId: string;
  readonly endpoint: string;
  /** Scope of requested tokens. */
  readonly scope: string;
  /** Prefix of the User-Agent. */
  readonly userAgent: string;
  /** Options of HTTP requests: TLS, proxy, retries. */
  readonly pipeline: CommonClientOptions;
  /** Observer of all requests. Absent: none. */
  readonly requests?: CloudRequests | undefined;
}

/** Calls Azure Resource Manager through the SDK's client. It is the only access to it, so that every call is one of the
 *  operations from which the role definition is generated. */
export class Arm {
  readonly #client: StorageCacheManagementClient;
  readonly #slots = new Slots(MAX_CONNECTIONS);

  constructor(
    credential: TokenCredential,
    private readonly options: ArmOptions,
  ) {
    const { subscriptionId, endpoint, scope, userAgent, pipeline, requests = unobserved } = options;
    this.#client = new StorageCacheManagementClient(credential, subscriptionId, {
      ...pipeline,
      endpoint,
      $host: endpoint,
      credentialScopes: scope,
      userAgentOptions: { userAgentPrefix: userAgent },
    });
    this.#client.pipeline.removePolicy({ name: defaultRetryPolicy().name });
    this.#client.pipeline.addPolicy(armRetryPolicy(pipeline.retryOptions), { phase: 'Retry' });
    this.#client.pipeline.addPolicy(requestObserver(requests), { afterPhase: 'Retry' });
  }

  /** Sends the request of an operation and waits for the answer, never for the long-running operation that it starts.
   *  Ends with the signal in any case: the SDK ignores it while it waits for a token.
   *  @throws the SDK's RestError, AbortError, or an error of @azure/identity; and the reason of the signal */
  async call<Input, Output>(
    operation: ArmOperation<Input, Output>,
    input: Input,
    signal: AbortSignal,
  ): Promise<Output> {
    const options = { abortSignal: signal, requestOptions: { timeout: CALL_TIMEOUT } };
    const channel: ArmChannel = {
      client: this.#client,
      options,
      subscriptionId: this.options.subscriptionId,
      request: (request) => this.#request(request, options),
    };
    const send = (): Promise<Output> =>
      untilAborted(
        inOperation(operation.name, () => operation.send(channel, input)),
        signal,
      );
    return this.#slots.run(send, signal);
  }

  async #request(request: ArmRequest, options: ArmChannel['options']): Promise<ArmAnswer> {
    const { path, apiVersions } = request;
    if (path.includes('api-version=')) return this.#send(request, path, options);
    const [newest, ...older] = apiVersions;
    try {
      return await this.#send(request, `${path}?api-version=${newest}`, options);
    } catch (error) {
      // ARM refused the version before it looked at the request: sovereign clouds get new versions later.
      if (older.length === 0 || !isUnknownVersion(error)) throw error;
      return this.#request({ ...request, apiVersions: older }, options);
    }
  }

  async #send({ method, body }: ArmRequest, url: string, options: ArmChannel['options']): Promise<ArmAnswer> {
    let answer: ArmAnswer | undefined;
    const onResponse: RawResponseCallback = ({ status, headers, parsedBody }) => {
      answer = { status, body: parsedBody as unknown, header: (name) => headers.get(name) };
    };
    await this.#client.sendOperationRequest(
      { body, options: { ...options, onResponse } },
      specOf(method, url, body !== undefined),
    );
    if (!answer) throw new Error(`${method} ${url} ended without an answer`);
    return answer;
  }
}

/** Reports whether ARM refused the api-version. */
const isUnknownVersion = (error: unknown): boolean =>
  isRestError(error) && /^(NoRegisteredProviderFound|InvalidApiVersionParameter)$/.test(error.code ?? '');

const serializer = createSerializer();

/** Builds a request whose JSON passes unchanged in both directions. */
function specOf(httpMethod: ArmRequest['method'], path: string, hasBody: boolean): OperationSpec {
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

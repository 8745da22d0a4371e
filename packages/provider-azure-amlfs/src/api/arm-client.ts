import { StorageCacheManagementClient } from '@azure/arm-storagecache';
import type { TokenCredential } from '@azure/identity';
import {
  createSerializer,
  type CommonClientOptions,
  type OperationSpec,
  type RawResponseCallback,
} from '@azure/core-client';
import { defaultRetryPolicy } from '@azure/core-rest-pipeline';
import { unobserved, type CloudRequests } from '@lustre-csi/core';
import type { ArmAnswer, ArmChannel, ArmRequest } from './arm-operation.js';
import { requestObserver } from './observe-requests.js';
import { armRetryPolicy } from './retry-policy.js';

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

/** Client of the SDK with the policies of the driver. Its module loads the SDK. */
export class ArmClient {
  readonly sdk: StorageCacheManagementClient;

  constructor(credential: TokenCredential, options: ArmOptions) {
    const { subscriptionId, endpoint, scope, userAgent, pipeline, requests = unobserved } = options;
    this.sdk = new StorageCacheManagementClient(credential, subscriptionId, {
      ...pipeline,
      endpoint,
      $host: endpoint,
      credentialScopes: scope,
      userAgentOptions: { userAgentPrefix: userAgent },
    });
    this.sdk.pipeline.removePolicy({ name: defaultRetryPolicy().name });
    this.sdk.pipeline.addPolicy(armRetryPolicy(pipeline.retryOptions), { phase: 'Retry' });
    this.sdk.pipeline.addPolicy(requestObserver(requests), { afterPhase: 'Retry' });
  }

  /** Sends one request. @throws as a call of `Arm` */
  async send({ method, body }: ArmRequest, url: string, options: ArmChannel['options']): Promise<ArmAnswer> {
    let answer: ArmAnswer | undefined;
    const onResponse: RawResponseCallback = ({ status, headers, parsedBody }) => {
      answer = { status, body: parsedBody as unknown, header: (name) => headers.get(name) };
    };
    await this.sdk.sendOperationRequest(
      { body, options: { ...options, onResponse } },
      specOf(method, url, body !== undefined),
    );
    if (!answer) throw new Error(`${method} ${url} ended without an answer`);
    return answer;
  }
}

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

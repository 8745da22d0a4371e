import { AsyncLocalStorage } from 'node:async_hooks';
import type { CommonClientOptions } from '@azure/core-client';
import type { PipelinePolicy, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { unobserved, type CloudRequestEnd, type CloudRequests } from '@lustre-csi/core';
import { defaultHttpClient } from './default-http-client.js';

/** Name under which requests for tokens are reported, whichever service gives them. */
const GET_TOKEN = 'GetToken';

type Send = (request: PipelineRequest) => Promise<PipelineResponse>;

/** Operation that sends the requests: the SDK's pipeline does not know its name. */
const operations = new AsyncLocalStorage<string>();

/** Runs an operation whose requests are reported under its name. */
export const inOperation = <T>(name: string, run: () => Promise<T>): Promise<T> => operations.run(name, run);

/** Policy that reports each HTTP request; to be added inside of the retries. */
export const requestObserver = (requests: CloudRequests): PipelinePolicy => {
  const attempts = new WeakMap<PipelineRequest, number>();
  return {
    name: 'requestObserver',
    sendRequest: (request, next) => {
      const attempt = (attempts.get(request) ?? 0) + 1;
      attempts.set(request, attempt);
      return observed(requests.sent(operations.getStore() ?? request.method, attempt), next, request);
    },
  };
};

/** Options whose HTTP client reports each request as one for a token; for credentials. */
export function withObservedTokens(
  options: CommonClientOptions,
  requests: CloudRequests = unobserved,
): CommonClientOptions {
  const client = options.httpClient ?? defaultHttpClient();
  const send: Send = (request) => client.sendRequest(request);
  return {
    ...options,
    httpClient: {
      sendRequest: (request) => observed(requests.sent(GET_TOKEN, 1), send, request),
    },
  };
}

async function observed(
  ended: (end: CloudRequestEnd) => void,
  send: Send,
  request: PipelineRequest,
): Promise<PipelineResponse> {
  try {
    const response = await send(request);
    ended(endOf(response));
    return response;
  } catch (error) {
    ended({ code: failureOf(error) });
    throw error;
  }
}

function endOf({ status, headers }: PipelineResponse): CloudRequestEnd {
  const requestId = headers.get('x-ms-request-id') ?? headers.get('x-ms-correlation-request-id');
  return {
    code: status < 400 ? 'OK' : String(status),
    ...(status === 429 ? { throttled: true } : {}),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** Failure without an answer. */
function failureOf(error: unknown): string {
  const { name = '', code = '' } = error as { readonly name?: string; readonly code?: string };
  if (name === 'AbortError') return 'aborted';
  return /TIMEDOUT|TIMEOUT/i.test(code) || name === 'TimeoutError' ? 'timeout' : 'network';
}

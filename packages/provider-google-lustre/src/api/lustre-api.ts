import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '@lustre-csi/core';
import type { AccessTokens } from './access-token.js';
import { errorOf, MalformedAnswerError, parseJson } from './api-error.js';
import type { HttpAnswer, HttpRequest, SendHttp } from './http-request.js';
import type { ApiRequest, LustreOperation } from './lustre-operation.js';
import { RetryPolicy } from './retry-policy.js';

/** Limit for one request, in milliseconds. The API answers within seconds; a longer one is a hanging connection. */
const REQUEST_TIMEOUT = 30_000;

export interface LustreApiOptions {
  /** Origin of the API. */
  readonly endpoint: string;
  readonly userAgent: string;
  readonly retries?: RetryPolicy;
  readonly clock?: Pick<Clock, 'after'>;
}

/** Error of a request that has no answer in time. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError';
}

/** Calls the Managed Lustre API (lustre.googleapis.com, v1). It is the only access to it, so that every call is one of
 *  the operations from which the role is generated. */
export class LustreApi {
  readonly #retries: RetryPolicy;
  readonly #clock: Pick<Clock, 'after'>;

  constructor(
    private readonly send: SendHttp,
    private readonly tokens: AccessTokens,
    private readonly options: LustreApiOptions,
  ) {
    this.#retries = options.retries ?? new RetryPolicy();
    this.#clock = options.clock ?? systemClock;
  }

  /** Sends the request of an operation, and waits for the answer, never for the long-running operation that it starts.
   *  @throws ApiError, TokenError, MalformedAnswerError, errors of the connection, and the reason of the signal */
  async call<Input>(operation: LustreOperation<Input>, input: Input, signal: AbortSignal): Promise<object> {
    const requestId = operation.isChange ? randomUUID() : undefined;
    const request = operation.request(input);
    const answer = await this.#retries.run(() => this.#authorized(request, requestId, signal), signal);
    if (answer.status >= 300) throw errorOf(answer, requestId);
    const body = parseJson(answer.text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
    throw new MalformedAnswerError(
      `Google sent a malformed answer to ${operation.name}: it is no JSON object (HTTP ${answer.status}, request id ${requestId ?? 'unknown'})`,
    );
  }

  /** Sends a request with a token, and once again with a new one where the API refuses it. */
  async #authorized(
    request: ApiRequest,
    requestId: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const token = await this.tokens.get(signal);
    const answer = await this.#bounded(this.#httpRequest(request, requestId, token), signal);
    if (answer.status !== 401) return answer;
    this.tokens.refused(token);
    const fresh = await this.tokens.get(signal);
    return this.#bounded(this.#httpRequest(request, requestId, fresh), signal);
  }

  async #bounded(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const ended = new AbortController();
    const forward = (): void => ended.abort(signal.reason);
    const late = new RequestTimeoutError(`no answer within ${REQUEST_TIMEOUT / 1000} s`);
    const callOff = this.#clock.after(REQUEST_TIMEOUT, () => ended.abort(late));
    signal.addEventListener('abort', forward, { once: true });
    if (signal.aborted) forward();
    try {
      return await this.send(request, ended.signal);
    } catch (error) {
      // The sender reports an abort of its own: the reason says who gave up.
      throw ended.signal.aborted ? ended.signal.reason : error;
    } finally {
      callOff();
      signal.removeEventListener('abort', forward);
    }
  }

  #httpRequest(
    { method, path, query, body }: ApiRequest,
    requestId: string | undefined,
    token: string,
  ): HttpRequest {
    const url = new URL(`${this.options.endpoint}/v1/${path}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    if (requestId !== undefined) url.searchParams.set('requestId', requestId);
    const text = body === undefined ? undefined : JSON.stringify(body);
    return {
      method,
      url,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'user-agent': this.options.userAgent,
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
      },
      ...(text === undefined ? {} : { body: text }),
    };
  }
}

import { randomBytes } from 'node:crypto';
import { pause, type Clock } from '@lustre-csi/core';
import type { Credentials } from './credentials.js';
import type { HttpAnswer, HttpExchange, HttpRequest } from './http-exchange.js';
import { MalformedAnswer, OciError } from './oci-error.js';
import type { OciOperation, OciService } from './oci-operations.js';
import { signRequest } from './request-signing.js';

/** Input of an operation. */
export interface OciInput {
  /** OCID in the path. */
  readonly id?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Answer of an operation, with the body as parsed JSON; undefined where it has none. */
export interface OciAnswer {
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
}

export interface OciApiParts {
  readonly send: HttpExchange;
  readonly credentials: Credentials;
  /** Address of a service, without a path. */
  readonly endpoint: (service: OciService) => Promise<URL>;
  readonly userAgent: string;
  readonly clock: Clock;
}

/** Calls that are sent at most for one, those included that fail. */
const MAX_CALLS = 4;
/** Pause before the second call, in milliseconds; each further one is twice as long. */
const FIRST_PAUSE = 500;
const MAX_PAUSE = 10_000;

/** The APIs of OCI, signed by the identity of the controller. */
export class OciApi {
  constructor(private readonly parts: OciApiParts) {}

  /**
   * Calls an operation. Throttled calls, server errors and cut connections are repeated; every call can be: creations carry a
   * retry token, and changes the version that they change.
   * @throws OciError, MalformedAnswer, CredentialsError, or the error of the connection
   */
  async call(operation: OciOperation, input: OciInput, signal: AbortSignal): Promise<OciAnswer> {
    const requestId = randomBytes(16).toString('hex').toUpperCase();
    for (let calls = 1; ; calls += 1) {
      signal.throwIfAborted();
      try {
        return await this.#send(operation, input, requestId, signal);
      } catch (error) {
        if (signal.aborted || calls === MAX_CALLS || !isRepeatable(error)) throw error;
        const wait = waitBefore(error, calls);
        if (wait > MAX_PAUSE) throw error;
        await pause(this.parts.clock, wait, signal);
      }
    }
  }

  /** Reads all pages of a listing. @throws as `call` */
  async all(operation: OciOperation, input: OciInput, signal: AbortSignal): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    const seen = new Set<string>();
    let page: string | undefined;
    do {
      const answer = await this.call(operation, { ...input, query: { ...input.query, page } }, signal);
      items.push(...itemsIn(answer.body));
      page = answer.header('opc-next-page');
      if (page !== undefined && seen.has(page)) throw new MalformedAnswer('its pages do not end');
      if (page !== undefined) seen.add(page);
    } while (page !== undefined);
    return items;
  }

  async #send(
    operation: OciOperation,
    input: OciInput,
    requestId: string,
    signal: AbortSignal,
  ): Promise<OciAnswer> {
    const request = await this.#request(operation, input, requestId);
    const key = await this.parts.credentials.key();
    signal.throwIfAborted();
    const answer = await this.parts.send(signRequest(request, key), signal);
    // A session may have ended before its time: once, another one is opened.
    if (answer.status !== 401 || !this.parts.credentials.discard(key)) return read(answer);
    const renewed = await this.parts.credentials.key();
    return read(await this.parts.send(signRequest(request, renewed), signal));
  }

  async #request(
    { method, path, service }: OciOperation,
    input: OciInput,
    requestId: string,
  ): Promise<HttpRequest> {
    const { id = '', query = {}, headers = {}, body } = input;
    const endpoint = await this.parts.endpoint(service);
    const url = new URL(path.replace('{id}', encodeURIComponent(id)), endpoint);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value);
    return {
      method,
      url,
      headers: {
        accept: 'application/json',
        'user-agent': this.parts.userAgent,
        'opc-request-id': requestId,
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  }
}

/** @throws OciError for an error, MalformedAnswer for a body that is no JSON */
function read(answer: HttpAnswer): OciAnswer {
  const requestId = answer.header('opc-request-id') ?? '';
  const { status, header } = answer;
  if (status < 200 || status >= 300) throw errorIn(answer, requestId);
  if (answer.body.trim() === '') return { body: undefined, header };
  try {
    return { body: JSON.parse(answer.body) as unknown, header };
  } catch {
    throw new MalformedAnswer(`the answer is no JSON (HTTP ${status}, request id ${requestId})`);
  }
}

function errorIn({ status, body, header }: HttpAnswer, requestId: string): OciError {
  const { code, message } = errorBody(body);
  const seconds = Number(header('retry-after') ?? NaN);
  const retryAfter = Number.isFinite(seconds) ? [seconds] : [];
  const words = message || body.slice(0, 300) || 'the answer has no body';
  return new OciError(status, code, words, requestId, ...retryAfter);
}

function errorBody(body: string): { readonly code: string; readonly message: string } {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  try {
    const { code, message } = JSON.parse(body) as { readonly code?: unknown; readonly message?: unknown };
    return { code: text(code), message: text(message) };
  } catch {
    return { code: '', message: '' };
  }
}

/** Items of a page: `{items: []}`, or a list alone. @throws MalformedAnswer */
function itemsIn(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  const { items } = (body ?? {}) as { readonly items?: unknown };
  if (Array.isArray(items)) return items;
  throw new MalformedAnswer('the answer is no page of a listing');
}

const repeatable = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);

function isRepeatable(error: unknown): boolean {
  if (error instanceof OciError) return error.status === 429 || error.status >= 500;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && repeatable.has(code);
}

function waitBefore(error: unknown, calls: number): number {
  const told = error instanceof OciError ? error.retryAfter : undefined;
  if (told !== undefined) return told * 1000;
  // Half of it is random, so that throttled callers do not come back together.
  return FIRST_PAUSE * 2 ** (calls - 1) * (0.5 + Math.random() / 2);
}

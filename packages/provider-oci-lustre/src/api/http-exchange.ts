import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { NetworkAgents } from '@lustre-csi/core/network';

/** HTTP request of this provider. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

export interface HttpOptions {
  /** Agents of the environment's proxies and authorities. */
  readonly agents?: NetworkAgents | undefined;
  /** Authorities in PEM, in place of the usual ones. */
  readonly ca?: string | undefined;
  /** Limit for an answer, in milliseconds. */
  readonly timeout?: number;
}

/** Sends a request and reads the whole answer.
 *  @throws Error where no answer comes, and the reason of the signal */
export type HttpExchange = (request: HttpRequest, signal?: AbortSignal) => Promise<HttpAnswer>;

const TIMEOUT = 30_000;
/** Limit for the body of an answer, in bytes: a page of a listing has some hundred kilobytes at most. */
const MAX_BODY = 16 * 1024 * 1024;

/** Creates the exchange. It uses node:http, since the agents of the environment are agents of that. */
export const httpExchange =
  ({ agents, ca, timeout = TIMEOUT }: HttpOptions = {}): HttpExchange =>
  ({ method, url, headers, body }, signal) =>
    new Promise((resolve, reject) => {
      const isTls = url.protocol === 'https:';
      const send = isTls ? tlsRequest : plainRequest;
      const agent = isTls ? agents?.https : agents?.http;
      const options = {
        method,
        headers,
        ...(agent && ca === undefined ? { agent } : {}),
        ...(isTls && ca !== undefined ? { ca } : {}),
        ...(signal ? { signal } : {}),
      };
      const call = send(url, options, (response) => {
        readBody(response).then(
          (text) => resolve(answerOf(response, text)),
          (error: unknown) => reject(error as Error),
        );
      });
      const late = setTimeout(() => call.destroy(new Error(`no answer within ${timeout / 1000} s`)), timeout);
      call.on('error', (error) => reject((signal?.aborted ? signal.reason : error) as Error));
      call.on('close', () => clearTimeout(late));
      call.end(body);
    });

const answerOf = (response: IncomingMessage, body: string): HttpAnswer => ({
  status: response.statusCode ?? 0,
  header: (name) => {
    const value = response.headers[name];
    return Array.isArray(value) ? value[0] : value;
  },
  body,
});

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error(`the answer has more than ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

import { request as sendPlain, type IncomingMessage } from 'node:http';
import { request as sendSecure } from 'node:https';
import type { NetworkAgents } from '@lustre-csi/core/network';

/** Request with a body that is complete. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  header(name: string): string | undefined;
}

/** Sends requests, and returns the answer of any status. */
export type SendHttp = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/** Creates a sender over `node:http` and `node:https`: `fetch` of Node.js 20 has no proxies.
 *  @param agents proxies and authorities; absent: those of Node.js */
export const httpSender =
  (agents?: NetworkAgents): SendHttp =>
  ({ method, url, headers, body }, signal) =>
    new Promise((resolve, reject) => {
      const isSecure = url.protocol === 'https:';
      const agent = isSecure ? agents?.https : agents?.http;
      const options = { method, headers: { ...headers }, signal, ...(agent ? { agent } : {}) };
      const receive = (message: IncomingMessage): void => void read(message).then(resolve, reject);
      const sent = isSecure ? sendSecure(url, options, receive) : sendPlain(url, options, receive);
      sent.once('error', reject);
      sent.end(body);
    });

async function read(message: IncomingMessage): Promise<HttpAnswer> {
  message.setEncoding('utf8');
  let text = '';
  for await (const part of message) text += String(part);
  return {
    status: message.statusCode ?? 0,
    text,
    header: (name) => {
      const value = message.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}

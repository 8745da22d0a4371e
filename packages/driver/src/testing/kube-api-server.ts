import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { selfSigned } from './self-signed.js';

/** Method and path of a request: `GET /api/v1/nodes/n`. */
export type ApiRequest = `${string} ${string}`;

/** Answers in place of the server; false: the server answers. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean;

/** API server with TLS that knows GET, and PATCH with `test` and `remove`. */
export interface KubeApiServer {
  readonly port: number;
  /** Certificate of the authority, PEM. */
  readonly ca: string;
  /** Objects, by the path of the API. */
  readonly objects: Map<string, object>;
  /** Requests with the right token, in order. */
  readonly asked: ApiRequest[];
  intercept(by: Interception | undefined): void;
  stop(): Promise<void>;
}

/** Starts an API server on loopback.
 *  @param token token of the service account, which each request has to carry */
export async function startKubeApiServer(token: string): Promise<KubeApiServer> {
  const certificate = selfSigned('a cluster');
  const objects = new Map<string, object>();
  const asked: ApiRequest[] = [];
  let interception: Interception | undefined;
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '', method = '', headers } = request;
    if (headers.authorization !== `Bearer ${token}`) return refuse(response, 401, 'Unauthorized');
    asked.push(`${method} ${url}`);
    if (interception?.(request, response)) return;
    const found = objects.get(url);
    if (!found) return refuse(response, 404, `${url} not found`);
    if (method === 'GET') return answer(response, 200, found);
    if (headers['content-type'] !== 'application/json-patch+json') return refuse(response, 415, 'no patch');
    const patched = structuredClone(found);
    if (!apply(patched, JSON.parse(await bodyOf(request)) as readonly Operation[])) {
      return refuse(response, 422, 'the server rejected our request due to an error in our request');
    }
    objects.set(url, patched);
    answer(response, 200, patched);
  };
  const server = createServer(
    { key: certificate.key, cert: certificate.cert },
    (request, response) => void respond(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ca: certificate.cert,
    objects,
    asked,
    intercept: (by) => void (interception = by),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with a `Status`, as the API server does when it refuses. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  answer(response, status, { kind: 'Status', message, code: status });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** Applies a JSON patch (RFC 6902) to list elements.
 *  @returns false if a test fails; the object is then partly changed */
function apply(object: object, operations: readonly Operation[]): boolean {
  return operations.every(({ op, path, value }) => {
    const keys = path.split('/').slice(1);
    const index = Number(keys.pop());
    const list = keys.reduce<unknown>(
      (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
      object,
    );
    if (!Array.isArray(list) || !Number.isInteger(index) || index >= list.length) return false;
    if (op === 'test') return isDeepStrictEqual(list[index], value);
    if (op === 'remove') return list.splice(index, 1).length === 1;
    return false;
  });
}

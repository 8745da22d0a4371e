import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { API_ADDRESS } from '../cluster/addresses.js';
import type { NodeDirectory } from '../cluster/node-directory.js';
import { pathOf, type ApiObject } from './resources.js';

const POLL_MS = 150;
const NOT_FOUND = 404;

/** Answer of the API server that is not a success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The API server of the cluster, for its administrator. */
export class KubernetesApi {
  readonly #agent: Agent;

  constructor(node: NodeDirectory) {
    const [ca, cert, key] = ['ca.crt', 'admin.crt', 'admin.key'].map((name) => readFileSync(node.key(name)));
    this.#agent = new Agent({ keepAlive: true, ca, cert, key });
  }

  /** Creates or changes objects by server-side apply. */
  async apply(...objects: readonly ApiObject[]): Promise<void> {
    for (const object of objects) {
      const { name, namespace } = object.metadata;
      const path = `${pathOf(object.kind, name, namespace)}?fieldManager=suite&force=true`;
      await this.#call('PATCH', path, JSON.stringify(object), 'application/apply-patch+yaml');
    }
  }

  /** Changes fields of an object by a merge patch. */
  async patch(kind: string, name: string, change: unknown, namespace?: string): Promise<void> {
    const type = 'application/merge-patch+json';
    await this.#call('PATCH', pathOf(kind, name, namespace), JSON.stringify(change), type);
  }

  /** Reads an object; undefined where there is none. */
  async find<T extends ApiObject>(kind: string, name: string, namespace?: string): Promise<T | undefined> {
    try {
      return JSON.parse(await this.#call('GET', pathOf(kind, name, namespace))) as T;
    } catch (error) {
      if (error instanceof ApiError && error.status === NOT_FOUND) return undefined;
      throw error;
    }
  }

  /** Lists objects of a namespace, or of the cluster where the kind has none. */
  async list<T extends ApiObject>(kind: string, namespace?: string, query = ''): Promise<readonly T[]> {
    const path = `${pathOf(kind, '', namespace)}${query === '' ? '' : `?${query}`}`;
    return (JSON.parse(await this.#call('GET', path)) as { readonly items: readonly T[] }).items;
  }

  /** Deletes an object, if it exists. */
  async delete(kind: string, name: string, namespace?: string): Promise<void> {
    try {
      await this.#call('DELETE', pathOf(kind, name, namespace));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === NOT_FOUND)) throw error;
    }
  }

  /** Deletes all objects of a kind in a namespace. */
  async deleteAll(kind: string, namespace: string): Promise<void> {
    await this.#call('DELETE', pathOf(kind, '', namespace));
  }

  /** Reads a path that is not an object: logs, metrics, the summary of kubelet. */
  text(path: string): Promise<string> {
    return this.#call('GET', path);
  }

  /** Sends a body to a path: evictions and other subresources. */
  post(path: string, body: unknown): Promise<string> {
    return this.#call('POST', path, JSON.stringify(body));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #call(method: string, path: string, body?: string, type = 'application/json'): Promise<string> {
    const answer = await this.#send(method, path, body, type);
    if (answer.status < 300) return answer.body;
    throw new ApiError(answer.status, `${method} ${path}: ${answer.status} ${messageIn(answer.body)}`);
  }

  #send(method: string, path: string, body: string | undefined, type: string): Promise<Answer> {
    const headers =
      body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host: API_ADDRESS, method, path, headers };
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function messageIn(body: string): string {
  try {
    return (JSON.parse(body) as { readonly message?: string }).message ?? body;
  } catch {
    return body;
  }
}

/**
 * Polls until a value appears. Errors of the API server count as "not yet": it may be down in a test.
 *
 * @throws Error with the description and the last error, or what `state` describes, after the time limit
 */
export async function until<T>(
  description: string,
  seconds: number,
  probe: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${description}`, { cause: last });
    await delay(POLL_MS);
  }
}

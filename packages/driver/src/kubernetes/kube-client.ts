import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { messageOf } from '@lustre-csi/core';

/** Address of the cluster's API, and the files with its authority and this client's token. */
export interface KubeEndpoint {
  readonly host: string;
  readonly port: number;
  /** PEM file of the authority that signs the API server's certificate. */
  readonly caFile: string;
  /** File of the service account's token. Kubelet renews it, so it is read for each request. */
  readonly tokenFile: string;
}

/** A request to the API. */
interface Call {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly path: string;
  /** A JSON patch, or an object. */
  readonly body?: string;
}

/** An answer of the API server that is no success. */
export class KubeApiError extends Error {
  override readonly name = 'KubeApiError';

  constructor(
    /** HTTP status. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const REQUEST_MS = 5_000;
/** Longest answer, in bytes: etcd stores objects of up to 1.5 MiB. */
const LARGEST_ANSWER = 8 * 1024 * 1024;

const contentTypes = { PATCH: 'application/json-patch+json', POST: 'application/json' } as const;

/** Client that reads and patches objects of the Kubernetes API, over persistent connections. */
export class KubeClient {
  #agent: Promise<Agent> | undefined;

  constructor(
    private readonly endpoint: KubeEndpoint,
    private readonly requestMs = REQUEST_MS,
  ) {}

  /** Reads the object at a path of the API, as JSON.
   *  @throws KubeApiError if the server refuses; Error if it cannot be reached or its answer is no JSON */
  async get(path: string, signal: AbortSignal): Promise<unknown> {
    return JSON.parse(await this.#answer({ method: 'GET', path }, signal)) as unknown;
  }

  /** Reads the text at a path of the API, such as the log of a container.
   *  @throws as get */
  async text(path: string, signal: AbortSignal): Promise<string> {
    return this.#answer({ method: 'GET', path }, signal);
  }

  /** Sends an object that the server evaluates and does not store, such as a SelfSubjectAccessReview.
   *  @returns the evaluated object
   *  @throws as get */
  async evaluate(path: string, object: object, signal: AbortSignal): Promise<unknown> {
    const call = { method: 'POST', path, body: JSON.stringify(object) } as const;
    return JSON.parse(await this.#answer(call, signal)) as unknown;
  }

  /** Creates an object in the collection at a path of the API.
   *  @returns the stored object
   *  @throws as get; KubeApiError 409 if it exists */
  async create(path: string, object: object, signal: AbortSignal): Promise<unknown> {
    const call = { method: 'POST', path, body: JSON.stringify(object) } as const;
    return JSON.parse(await this.#answer(call, signal)) as unknown;
  }

  /** Applies a JSON patch (RFC 6902) to the object at a path. It may be sent twice where a connection breaks: the patch has
   *  to test the values that it changes.
   *  @returns the patched object
   *  @throws as get; KubeApiError 422 if a `test` fails */
  async patch(path: string, operations: readonly object[], signal: AbortSignal): Promise<unknown> {
    const call = { method: 'PATCH', path, body: JSON.stringify(operations) } as const;
    return JSON.parse(await this.#answer(call, signal)) as unknown;
  }

  async #answer(call: Call, signal: AbortSignal): Promise<string> {
    // No AbortSignal.timeout: inside of AbortSignal.any it may be collected before it fires (Node.js 20).
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.requestMs);
    const limited = AbortSignal.any([signal, late.signal]);
    try {
      return await this.#once(call, limited).catch(async (error: NodeJS.ErrnoException) => {
        // The cluster may have changed its authority since the file was read.
        if (isUntrusted(error)) await this.close();
        // The server may close a persistent connection in the moment of its use.
        else if (error.code !== 'ECONNRESET') throw error;
        return this.#once(call, limited);
      });
    } catch (error) {
      throw this.#readable(error, call, signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    (await this.#agent)?.destroy();
    this.#agent = undefined;
  }

  async #once(call: Call, signal: AbortSignal): Promise<string> {
    const token = (await readFile(this.endpoint.tokenFile, 'utf8')).trim();
    const { status, text } = await this.#send(call, token, await this.#connections(), signal);
    if (status === 200 || status === 201) return text;
    throw new KubeApiError(status, `${call.method} ${call.path}: ${status} ${messageIn(text)}`);
  }

  /** Reads the authority once its file exists: a file that is missing at first does no lasting harm. */
  async #connections(): Promise<Agent> {
    this.#agent ??= readFile(this.endpoint.caFile, 'utf8').then(
      (ca) => new Agent({ ca, keepAlive: true, maxSockets: 8 }),
    );
    try {
      return await this.#agent;
    } catch (error) {
      this.#agent = undefined;
      throw error;
    }
  }

  #send(
    { method, path, body }: Call,
    token: string,
    agent: Agent,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { host, port } = this.endpoint;
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json, */*;q=0.8',
      ...(body === undefined || method === 'GET'
        ? {}
        : { 'content-type': contentTypes[method], 'content-length': Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, method, path, headers, agent, signal }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > LARGEST_ANSWER) sent.destroy(new Error(`${method} ${path}: the answer is too long`));
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Error that names the server. Node.js reports a timeout as an abort without a cause, and OpenSSL does not name the server. */
  #readable(error: unknown, { method, path }: Call, signal: AbortSignal): unknown {
    const { host, port, caFile } = this.endpoint;
    if (isUntrusted(error)) {
      return new Error(
        `${method} ${path}: the certificate of the API server ${host}:${port} is not signed by the authority in ${caFile} ` +
          `(${messageOf(error)}). Kubelet renews that file from the ConfigMap kube-root-ca.crt: check that, and the server that ` +
          `answers at this address`,
        { cause: error },
      );
    }
    if (!(error instanceof Error) || error.name !== 'AbortError') return error;
    if (signal.aborted) return signal.reason;
    return new Error(
      `${method} ${path}: the API server ${host}:${port} did not answer in ${this.requestMs / 1000} s`,
    );
  }
}

/** Codes of certificates that cannot be verified (Node.js, tls: X509 certificate error codes). */
const untrusted: readonly unknown[] = [
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

const isUntrusted = (error: unknown): boolean =>
  error instanceof Error && untrusted.includes((error as NodeJS.ErrnoException).code);

/** Message of a `Status` object of the API, or the text. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // A proxy in between has answered.
  }
  return text.slice(0, 200);
}

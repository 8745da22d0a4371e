import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { ConfigurationError, type Settings } from '@lustre-csi/core';

/** Where the cluster's API is, and with what to prove who asks. */
export interface KubeEndpoint {
  readonly host: string;
  readonly port: number;
  /** PEM file of the authority that the API server's certificate is checked against. */
  readonly caFile: string;
  /** The service account's token: kubelet renews the file, so that it is read for each request. */
  readonly tokenFile: string;
}

/** The API server's answer was no success. */
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

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const REQUEST_MS = 5_000;
/** etcd takes objects of up to 1.5 MiB. */
const LARGEST_ANSWER = 8 * 1024 * 1024;

/** The API of the cluster in which this process is a pod.
 *  @throws ConfigurationError outside of a pod */
export function inClusterEndpoint(settings: Pick<Settings, 'environment'>): KubeEndpoint {
  const host = settings.environment('KUBERNETES_SERVICE_HOST');
  const port = Number(settings.environment('KUBERNETES_SERVICE_PORT') ?? '443');
  if (!host || !Number.isInteger(port)) {
    throw new ConfigurationError(
      '--kata-aware needs the Kubernetes API, and KUBERNETES_SERVICE_HOST is not set: run the node plugin as a pod with a ' +
        'service account, or leave the flag out',
    );
  }
  return { host, port, caFile: `${SERVICE_ACCOUNT}/ca.crt`, tokenFile: `${SERVICE_ACCOUNT}/token` };
}

/** Reads objects from the Kubernetes API, over connections that are kept. */
export class KubeClient {
  #agent: Promise<Agent> | undefined;

  constructor(
    private readonly endpoint: KubeEndpoint,
    private readonly requestMs = REQUEST_MS,
  ) {}

  /** The object at a path of the API, as JSON.
   *  @throws KubeApiError if the server refuses; Error if it cannot be reached or answers no JSON */
  async get(path: string, signal: AbortSignal): Promise<unknown> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.requestMs)]);
    try {
      return await this.#get(path, limited).catch((error: NodeJS.ErrnoException) => {
        // A kept connection may have been closed by the server in the moment of its use.
        if (error.code === 'ECONNRESET') return this.#get(path, limited);
        throw error;
      });
    } catch (error) {
      throw this.#readable(error, path, signal);
    }
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    (await this.#agent)?.destroy();
    this.#agent = undefined;
  }

  async #get(path: string, signal: AbortSignal): Promise<unknown> {
    const token = (await readFile(this.endpoint.tokenFile, 'utf8')).trim();
    const { status, text } = await this.#send(path, token, await this.#connections(), signal);
    if (status === 200) return JSON.parse(text) as unknown;
    throw new KubeApiError(status, `GET ${path}: ${status} ${messageIn(text)}`);
  }

  /** The authority is read once it is there; a file that is missing at first heals. */
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
    path: string,
    token: string,
    agent: Agent,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { host, port } = this.endpoint;
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, path, headers, agent, signal }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > LARGEST_ANSWER) sent.destroy(new Error(`GET ${path}: the answer is too long`));
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  /** A time that has run out is an abort for Node, with a message that says nothing. */
  #readable(error: unknown, path: string, signal: AbortSignal): unknown {
    if (!(error instanceof Error) || error.name !== 'AbortError') return error;
    if (signal.aborted) return signal.reason;
    const { host, port } = this.endpoint;
    return new Error(
      `GET ${path}: the API server ${host}:${port} did not answer in ${this.requestMs / 1000} s`,
    );
  }
}

/** What a `Status` object of the API says. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // A proxy in between has answered.
  }
  return text.slice(0, 200);
}

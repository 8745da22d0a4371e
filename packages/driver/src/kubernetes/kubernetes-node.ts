import { messageOf } from '@lustre-csi/core';
import { KubeApiError, type KubeClient } from './kube-client.js';
import { listAt, textAt } from './object-fields.js';

/** An operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'test' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** Fields of a Node object that the driver uses. */
export interface NodeFacts {
  /** `spec.providerID`. */
  readonly providerId?: string;
  /** `spec.taints`, as the API returned them. */
  readonly taints: readonly unknown[];
}

/** A Node object that could not be read or changed; the message names the next step. */
export class NodeApiError extends Error {
  override readonly name = 'NodeApiError';

  constructor(
    message: string,
    /** HTTP status; absent if the server was not reached. */
    readonly status: number | undefined,
    options: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}

/** A node in the Kubernetes API: its Node and CSINode objects. */
export class KubernetesNode {
  constructor(
    private readonly client: Pick<KubeClient, 'get' | 'patch'>,
    /** `metadata.name`. */
    readonly name: string,
  ) {}

  /** Reads the Node object; needs `get` on nodes.
   *  @throws NodeApiError */
  async read(signal: AbortSignal): Promise<NodeFacts> {
    const found = await this.#call('get', 'nodes', signal, () => this.client.get(this.#path, signal));
    const providerId = textAt(found, 'spec', 'providerID');
    return { ...(providerId === undefined ? {} : { providerId }), taints: listAt(found, 'spec', 'taints') };
  }

  /** Applies all operations to the Node object, or none; needs `patch` on nodes.
   *  @throws NodeApiError with status 422 if a `test` of the patch fails, 409 if another change was faster */
  async patch(operations: readonly PatchOperation[], signal: AbortSignal): Promise<void> {
    await this.#call('patch', 'nodes', signal, () => this.client.patch(this.#path, operations, signal));
  }

  /** Names of the CSI drivers that kubelet has registered on this node; needs `get` on csinodes.storage.k8s.io.
   *  @throws NodeApiError */
  async registeredDrivers(signal: AbortSignal): Promise<readonly string[]> {
    const path = `/apis/storage.k8s.io/v1/csinodes/${encodeURIComponent(this.name)}`;
    try {
      const found = await this.#call('get', 'csinodes.storage.k8s.io', signal, () =>
        this.client.get(path, signal),
      );
      return listAt(found, 'spec', 'drivers').flatMap((driver) => textAt(driver, 'name') ?? []);
    } catch (error) {
      // Kubelet creates the object for the first driver of a node.
      if (error instanceof NodeApiError && error.status === 404) return [];
      throw error;
    }
  }

  get #path(): string {
    return `/api/v1/nodes/${encodeURIComponent(this.name)}`;
  }

  async #call<T>(verb: string, resource: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted) throw error;
      const status = error instanceof KubeApiError ? error.status : undefined;
      const next = this.#nextStep(error, verb, resource);
      throw new NodeApiError(`${messageOf(error)}; ${next}`, status, { cause: error });
    }
  }

  #nextStep(error: unknown, verb: string, resource: string): string {
    if (error instanceof KubeApiError) {
      if (error.status === 401 || error.status === 403)
        return `give the service account ${verb} on ${resource} (deploy/README.md has the ClusterRole)`;
      if (error.status === 404)
        return `is ${this.name} the name of the node? Set CSI_NODE_NAME from spec.nodeName (downward API)`;
    }
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      return 'the pod has no service account token: automountServiceAccountToken must not be false';
    return 'check that the pod reaches the API server';
  }
}

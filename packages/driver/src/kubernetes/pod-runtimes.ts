import { DriverError } from '@lustre-csi/core';
import { KubeApiError, type KubeClient } from './kube-client.js';
import { textAt } from './object-fields.js';

/** Runtime of a pod, as the cluster reports it. */
interface Runtime {
  readonly uid: string;
  readonly runtimeClass?: string;
  readonly handler?: string;
  readonly annotation?: string;
  readonly guestRefusal?: string;
}

/** Looks up pods and their RuntimeClasses in the Kubernetes API; needs `get` on pods and on runtimeclasses (node.k8s.io). */
export class KubernetesPodRuntimes {
  constructor(
    private readonly client: Pick<KubeClient, 'get'>,
    /** Key of the annotation of RuntimeClasses. */
    private readonly annotation: string,
    /** Finds what a pod lacks for volumes that its guest mounts. Default: nothing. */
    private readonly guestRefusal: (pod: unknown) => string | undefined = () => undefined,
  ) {}

  /** Looks up the runtime of a pod.
   *  @throws DriverError unavailable, naming the permission or object that is missing */
  async handlerOf(
    pod: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<Runtime> {
    const what = `pod ${pod.namespace}/${pod.name}`;
    const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}`;
    const found = await this.#read(path, what, signal);
    const uid = textAt(found, 'metadata', 'uid');
    if (uid === undefined) throw unreadable(what, 'its answer has no metadata.uid');
    const runtimeClass = textAt(found, 'spec', 'runtimeClassName');
    if (runtimeClass === undefined) return { uid };
    const refusal = this.guestRefusal(found);
    return {
      ...{ uid, runtimeClass, ...(await this.#classOf(runtimeClass, signal)) },
      ...(refusal === undefined ? {} : { guestRefusal: refusal }),
    };
  }

  async #classOf(name: string, signal: AbortSignal): Promise<Pick<Runtime, 'handler' | 'annotation'>> {
    const what = `RuntimeClass ${name}`;
    const path = `/apis/node.k8s.io/v1/runtimeclasses/${encodeURIComponent(name)}`;
    const found = await this.#read(path, what, signal);
    const handler = textAt(found, 'handler');
    if (handler === undefined) throw unreadable(what, 'its answer has no handler');
    const annotation = textAt(found, 'metadata', 'annotations', this.annotation);
    return { handler, ...(annotation === undefined ? {} : { annotation }) };
  }

  async #read(path: string, what: string, signal: AbortSignal): Promise<unknown> {
    try {
      return await this.client.get(path, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      throw unreadable(what, (error as Error).message, error);
    }
  }
}

function unreadable(what: string, why: string, cause?: unknown): DriverError {
  return new DriverError(
    'unavailable',
    `${what} cannot be read from the Kubernetes API: ${why}; ${nextStep(cause)} The volume is not published until it is known ` +
      `whether the pod's runtime would lose the data (--kata-aware); kubelet retries automatically`,
    { cause },
  );
}

function nextStep(cause: unknown): string {
  const status = cause instanceof KubeApiError ? cause.status : undefined;
  if (status === 403 || status === 401) {
    return "give the node plugin's service account get on pods and on runtimeclasses.node.k8s.io (ClusterRole and binding).";
  }
  if (status === 404) return 'it was deleted, or does not exist yet.';
  return 'check that the node reaches the API server.';
}

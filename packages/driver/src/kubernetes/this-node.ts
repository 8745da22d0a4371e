import type { OrchestratedNode, Settings } from '@lustre-csi/core';
import { inClusterEndpoint } from './in-cluster-endpoint.js';
import type { KubernetesNode } from './kubernetes-node.js';

/** The node with this name, in the cluster in which this process is a pod. The client is loaded here, and only in a pod.
 *  @param neededBy what asks, as the message names it
 *  @throws ConfigurationError outside of a pod */
export async function kubernetesNode(
  settings: Pick<Settings, 'environment'>,
  name: string,
  neededBy: string,
): Promise<KubernetesNode> {
  const endpoint = inClusterEndpoint(settings, neededBy);
  const [{ KubeClient }, { KubernetesNode }] = await Promise.all([
    import('./kube-client.js'),
    import('./kubernetes-node.js'),
  ]);
  return new KubernetesNode(new KubeClient(endpoint), name);
}

/** What Kubernetes knows of the node that this process runs on, for providers. Nothing is loaded or asked before one does. */
export function orchestratedNode(settings: Pick<Settings, 'environment'>, name: string): OrchestratedNode {
  return {
    providerId: async () => {
      const node = await kubernetesNode(settings, name, 'its providerID');
      return (await node.read(new AbortController().signal)).providerId;
    },
  };
}

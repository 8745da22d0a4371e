import type { OrchestratedNode, Settings } from '@lustre-csi/core';
import { inClusterEndpoint } from './in-cluster-endpoint.js';
import type { KubernetesNode } from './kubernetes-node.js';

/** Finds the node with this name, in the cluster in which this process is a pod. Loads the client, in a pod only.
 *  @param neededBy flag or command that needs the API, as the message names it
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

/** The node that this process runs on, as Kubernetes knows it, for providers. Loads and requests nothing before the first
 *  use. */
export function orchestratedNode(settings: Pick<Settings, 'environment'>, name: string): OrchestratedNode {
  return {
    providerId: async () => {
      const node = await kubernetesNode(settings, name, 'its providerID');
      return (await node.read(new AbortController().signal)).providerId;
    },
  };
}

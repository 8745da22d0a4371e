import type { Log, Settings } from '@lustre-csi/core';
import { ClusterEvents } from './cluster-events.js';
import { inClusterEndpoint } from './in-cluster-endpoint.js';

/** Events of the cluster in which this process is a pod; undefined where `--events` does not request them. Loads the client
 *  with the first event.
 *  @throws ConfigurationError outside of a pod */
export function eventsOfCluster(
  settings: Settings,
  { driverName, nodeId, log }: { readonly driverName: string; readonly nodeId: string; readonly log: Log },
): ClusterEvents | undefined {
  if (settings.flag('events') !== 'true') return undefined;
  const endpoint = inClusterEndpoint(settings, '--events');
  const client = async () => {
    const { KubeClient } = await import('./kube-client.js');
    return new KubeClient(endpoint);
  };
  let loaded: ReturnType<typeof client> | undefined;
  return new ClusterEvents({
    ...{ component: driverName, host: nodeId, log },
    client: () => (loaded ??= client()),
  });
}

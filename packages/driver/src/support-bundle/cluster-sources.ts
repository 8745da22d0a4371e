import type { KubeClient } from '../kubernetes/kube-client.js';
import { listAll } from '../kubernetes/list-all.js';
import { listAt, textAt } from '../kubernetes/object-fields.js';
import type { Source } from './sources.js';

/** Cluster of which a bundle is made. */
export interface BundledCluster {
  readonly kube: Pick<KubeClient, 'get' | 'text'>;
  readonly driverName: string;
  readonly namespace: string;
  /** Last lines of each log. */
  readonly logLines: number;
}

const STORAGE = '/apis/storage.k8s.io/v1';

/** Objects of the cluster that concern the driver. No Secret is read. */
export function objectSources({ kube, driverName, namespace }: BundledCluster): readonly Source[] {
  const own = `/namespaces/${encodeURIComponent(namespace)}`;
  const list = (name: string, path: string, keep: (item: unknown) => boolean = () => true): Source => ({
    name: `cluster/${name}.json`,
    collect: async (signal) => (await listAll(kube, path, signal)).filter(keep),
  });
  const isOfDriver =
    (...path: readonly string[]) =>
    (item: unknown): boolean =>
      textAt(item, ...path) === driverName;
  return [
    { name: 'cluster/version.json', collect: (signal) => kube.get('/version', signal) as Promise<object> },
    {
      name: 'cluster/csidriver.json',
      collect: (signal) => kube.get(`${STORAGE}/csidrivers/${driverName}`, signal) as Promise<object>,
    },
    list('csinodes', `${STORAGE}/csinodes`),
    list('nodes', '/api/v1/nodes'),
    list('storageclasses', `${STORAGE}/storageclasses`, isOfDriver('provisioner')),
    list('persistentvolumes', '/api/v1/persistentvolumes', isOfDriver('spec', 'csi', 'driver')),
    list(
      'persistentvolumeclaims',
      '/api/v1/persistentvolumeclaims',
      isOfDriver('metadata', 'annotations', 'volume.kubernetes.io/storage-provisioner'),
    ),
    list('volumeattachments', `${STORAGE}/volumeattachments`, isOfDriver('spec', 'attacher')),
    list('pods', `/api/v1${own}/pods`),
    list('events', `/api/v1${own}/events`),
    list('events-of-claims', '/api/v1/events?fieldSelector=involvedObject.kind%3DPersistentVolumeClaim'),
    list('daemonsets', `/apis/apps/v1${own}/daemonsets`),
    list('deployments', `/apis/apps/v1${own}/deployments`),
    list('leases', `/apis/coordination.k8s.io/v1${own}/leases`),
  ];
}

/** Logs of the pods of the driver, present and previous ones of containers that have restarted. */
export async function* logSources(cluster: BundledCluster): AsyncIterable<Source> {
  const { kube, namespace } = cluster;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const pods = await listAll(kube, path, new AbortController().signal).catch((): readonly unknown[] => []);
  for (const pod of pods.filter((each) => JSON.stringify(each).includes(cluster.driverName))) {
    const name = textAt(pod, 'metadata', 'name') ?? '';
    for (const status of [
      ...listAt(pod, 'status', 'initContainerStatuses'),
      ...listAt(pod, 'status', 'containerStatuses'),
    ]) {
      const container = textAt(status, 'name') ?? '';
      yield logOf(cluster, `${path}/${encodeURIComponent(name)}`, name, container, false);
      if (hasRestarted(status))
        yield logOf(cluster, `${path}/${encodeURIComponent(name)}`, name, container, true);
    }
  }
}

const hasRestarted = (status: unknown): boolean =>
  Number((status as { restartCount?: unknown }).restartCount) > 0;

function logOf(
  { kube, logLines }: BundledCluster,
  path: string,
  pod: string,
  container: string,
  isPrevious: boolean,
): Source {
  const query = `container=${encodeURIComponent(container)}&tailLines=${logLines}&timestamps=true${isPrevious ? '&previous=true' : ''}`;
  return {
    name: `logs/${pod}/${container}${isPrevious ? '.previous' : ''}.log`,
    collect: (signal) => kube.text(`${path}/log?${query}`, signal),
  };
}

type Json = Record<string, unknown>;

/** Objects of a cluster with a peer pod that mounts volumes of a driver, without a defect, by path of the API. */
export function peerPodObjects(driver: string): ReadonlyMap<string, Json> {
  const runtimeClass = {
    metadata: { name: 'kata-remote', annotations: { [`${driver}/volume-mode`]: 'guest' } },
    handler: 'kata-remote',
  };
  const kataConfig = {
    spec: { enablePeerPods: true },
    status: {
      conditions: [{ type: 'InProgress', status: 'False' }],
      kataNodes: { installed: ['node-1'] },
    },
  };
  const data = {
    CLOUD_PROVIDER: 'azure',
    AZURE_SUBNET_ID: '/subscriptions/1/subnets/machines',
    AZURE_NSG_ID: '/subscriptions/1/nsg',
    AZURE_IMAGE_ID: '/subscriptions/1/image',
    AZURE_REGION: 'westeurope',
    AZURE_RESOURCE_GROUP: 'machines',
  };
  const settings = '/api/v1/namespaces/openshift-sandboxed-containers-operator/configmaps/peer-pods-cm';
  return new Map<string, Json>([
    ['/apis/node.k8s.io/v1/runtimeclasses', { items: [runtimeClass] }],
    ['/apis/kataconfiguration.openshift.io/v1/kataconfigs', { items: [kataConfig] }],
    [settings, { data }],
    ['/api/v1/pods', { items: [peerPod(driver)] }],
    ['/api/v1/events?fieldSelector=reason%3DFailedCreate', { items: [] }],
  ]);
}

const peerPod = (driver: string): Json => ({
  metadata: { name: 'trainer', namespace: 'training' },
  spec: {
    runtimeClassName: 'kata-remote',
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'hand-off', csi: { driver, volumeAttributes: { handOff: 'true' } } },
    ],
    initContainers: [{ name: 'lustre', volumeMounts: [{ name: 'hand-off' }] }],
  },
  status: { initContainerStatuses: [{ name: 'lustre', started: true, state: { running: {} } }] },
});

import { sidecarImage, type SuiteVersions } from '../versions.js';
import type { ApiObject } from '../api/resources.js';
import { programOf } from '../cluster/plan.js';
import { driverRepository } from '../images/suite-images.js';
import { RELEASE_NAMESPACE } from '../release/releases.js';
import { simulationValues } from '../release/simulation.js';
import type { SuiteCluster } from '../release/suite-cluster.js';

/** Go driver, with the names of its objects and the values of the chart that replace it. */
export interface Predecessor {
  readonly driver: string;
  /** Value `compatibility` of the chart. */
  readonly compatibility: string;
  readonly daemonSet: string;
  readonly account: string;
  readonly role: string;
  readonly fsGroupPolicy: string;
  readonly podInfoOnMount: boolean;
  /** Keys of volumeAttributes that its PersistentVolumes have. */
  readonly attributes: readonly string[];
}

export const awsPredecessor: Predecessor = {
  driver: 'fsx.csi.aws.com',
  compatibility: 'aws-fsx-csi-driver',
  daemonSet: 'fsx-csi-node',
  account: 'fsx-csi-node-sa',
  role: 'fsx-csi-node-role',
  fsGroupPolicy: 'ReadWriteOnceWithFSType',
  podInfoOnMount: false,
  attributes: ['dnsname', 'mountname'],
};

export const azurePredecessor: Predecessor = {
  driver: 'azurelustre.csi.azure.com',
  compatibility: 'azurelustre-csi-driver',
  daemonSet: 'csi-azurelustre-node',
  account: 'csi-azurelustre-node-sa',
  role: 'csi-azurelustre-node-secret-role',
  fsGroupPolicy: 'File',
  podInfoOnMount: true,
  attributes: ['mgs-ip-address', 'fs-name'],
};

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  fields: Record<string, unknown>,
): ApiObject => ({
  apiVersion,
  kind,
  metadata: {
    name,
    ...(kind.startsWith('Cluster') || kind === 'CSIDriver' ? {} : { namespace: RELEASE_NAMESPACE }),
  },
  ...fields,
});

/** Objects of the Go driver's node plugin and its CSIDriver, in the shape of its manifests: the registrar is an ordinary container,
 *  and there is no directory for state. A stand-in runs in place of its image. */
export function predecessorObjects(
  cluster: SuiteCluster,
  versions: SuiteVersions,
  predecessor: Predecessor,
): readonly ApiObject[] {
  const { driver, account, role, fsGroupPolicy, podInfoOnMount } = predecessor;
  return [
    object('storage.k8s.io/v1', 'CSIDriver', driver, {
      spec: { attachRequired: false, podInfoOnMount, fsGroupPolicy },
    }),
    object('v1', 'ServiceAccount', account, {}),
    object('rbac.authorization.k8s.io/v1', 'ClusterRole', role, {
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'patch'] }],
    }),
    object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', `${account}-binding`, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: RELEASE_NAMESPACE }],
    }),
    daemonSet(cluster, versions, predecessor),
  ];
}

function daemonSet(cluster: SuiteCluster, versions: SuiteVersions, predecessor: Predecessor): ApiObject {
  const { daemonSet: name, account, driver } = predecessor;
  const simulated = simulationValues(cluster.node);
  const kubelet = '/var/lib/kubelet';
  return object('apps/v1', 'DaemonSet', name, {
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          serviceAccountName: account,
          hostNetwork: true,
          priorityClassName: 'system-node-critical',
          tolerations: [{ operator: 'Exists' }],
          containers: [driverContainer(predecessor, simulated.volumeMounts), registrar(versions, driver)],
          volumes: [
            { name: 'kubelet-dir', hostPath: { path: kubelet, type: 'Directory' } },
            {
              name: 'plugin-dir',
              hostPath: { path: `${kubelet}/plugins/${driver}/`, type: 'DirectoryOrCreate' },
            },
            {
              name: 'registration-dir',
              hostPath: { path: `${kubelet}/plugins_registry/`, type: 'Directory' },
            },
            { name: 'program', hostPath: { path: programOf(cluster.plan, 'predecessor'), type: 'File' } },
            ...simulated.volumes,
          ],
        },
      },
    },
  });
}

const driverContainer = ({ driver }: Predecessor, simulated: readonly unknown[]): unknown => ({
  name: 'plugin',
  image: `${driverRepository}:v0.1.0`,
  command: ['/predecessor', `--driver-name=${driver}`, '--nodeid=$(CSI_NODE_NAME)'],
  env: [{ name: 'CSI_NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
  securityContext: { privileged: true },
  volumeMounts: [
    { name: 'kubelet-dir', mountPath: '/var/lib/kubelet', mountPropagation: 'Bidirectional' },
    { name: 'plugin-dir', mountPath: '/csi' },
    { name: 'program', mountPath: '/predecessor', readOnly: true },
    ...simulated,
  ],
});

const registrar = (versions: SuiteVersions, driver: string): unknown => ({
  name: 'node-driver-registrar',
  image: sidecarImage(versions, 'nodeDriverRegistrar'),
  args: [
    '--csi-address=/csi/csi.sock',
    `--kubelet-registration-path=/var/lib/kubelet/plugins/${driver}/csi.sock`,
  ],
  volumeMounts: [
    { name: 'plugin-dir', mountPath: '/csi' },
    { name: 'registration-dir', mountPath: '/registration' },
  ],
});

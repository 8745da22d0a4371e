import { API_ADDRESS, NODE_ADDRESS, NODE_NAME } from './addresses.js';
import type { NodeDirectory } from './node-directory.js';
import { programOf, type ClusterPlan } from './plan.js';

/** Process of the cluster that is restarted when it ends. */
export interface Component {
  readonly name: string;
  readonly command: readonly string[];
}

const CLIENT_URL = 'http://127.0.0.1:2379';
const PEER_URL = 'http://127.0.0.1:2380';

/** Components that need no API server. */
export const baseComponents = (node: NodeDirectory, plan: ClusterPlan): readonly Component[] => [
  {
    name: 'etcd',
    // In memory: the cluster ends with the machine's processes anyway.
    command: [
      'etcd',
      '--data-dir=/run/etcd',
      `--listen-client-urls=${CLIENT_URL}`,
      `--advertise-client-urls=${CLIENT_URL}`,
      `--listen-peer-urls=${PEER_URL}`,
      `--initial-advertise-peer-urls=${PEER_URL}`,
      `--initial-cluster=default=${PEER_URL}`,
    ],
  },
  { name: 'containerd', command: ['containerd', '--config', node.config('containerd.toml')] },
  apiServer(node, plan),
];

const apiServer = (node: NodeDirectory, plan: ClusterPlan): Component => ({
  name: 'kube-apiserver',
  command: [
    programOf(plan, 'kube-apiserver'),
    `--etcd-servers=${CLIENT_URL}`,
    '--secure-port=443',
    '--bind-address=0.0.0.0',
    `--advertise-address=${NODE_ADDRESS}`,
    `--service-cluster-ip-range=${API_ADDRESS.replace(/\d+$/, '0')}/24`,
    `--tls-cert-file=${node.key('apiserver.crt')}`,
    `--tls-private-key-file=${node.key('apiserver.key')}`,
    `--client-ca-file=${node.key('ca.crt')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${node.key('service-accounts.pub')}`,
    `--service-account-signing-key-file=${node.key('service-accounts.key')}`,
    `--kubelet-client-certificate=${node.key('admin.crt')}`,
    `--kubelet-client-key=${node.key('admin.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    '--v=1',
  ],
});

function controlPlane(
  node: NodeDirectory,
  plan: ClusterPlan,
  name: string,
  flags: readonly string[],
): Component {
  const kubeconfig = node.kubeconfig(name);
  return {
    name,
    command: [
      programOf(plan, name),
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      '--v=1',
      ...flags,
    ],
  };
}

/** Components that need the API server. */
export const clusterComponents = (node: NodeDirectory, plan: ClusterPlan): readonly Component[] => [
  controlPlane(node, plan, 'kube-controller-manager', [
    `--service-account-private-key-file=${node.key('service-accounts.key')}`,
    `--root-ca-file=${node.key('ca.crt')}`,
    '--use-service-account-credentials=true',
  ]),
  controlPlane(node, plan, 'kube-scheduler', []),
  {
    name: 'kubelet',
    command: [
      programOf(plan, 'kubelet'),
      `--config=${node.config('kubelet.json')}`,
      `--kubeconfig=${node.kubeconfig('kubelet')}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NODE_ADDRESS}`,
      '--v=2',
    ],
  },
];

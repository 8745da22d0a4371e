import { writeFileSync } from 'node:fs';
import { cniPlugins } from '../machine.js';
import type { NodeDirectory } from './node-directory.js';
import type { ClusterPlan } from './plan.js';

/** Writes the configuration files of containerd, of the pods' network and of kubelet. */
export function writeConfigurations(node: NodeDirectory, plan: ClusterPlan): void {
  writeFileSync(node.config('containerd.toml'), containerdConfig(node, plan.pauseImage));
  writeFileSync(node.network('10-bridge.conflist'), JSON.stringify(networkConfig(node)));
  writeFileSync(node.config('kubelet.json'), JSON.stringify(kubeletConfig(node)));
}

// restrict_oom_score_adj: a machine that is itself a container may lack CAP_SYS_RESOURCE.
const containerdConfig = (node: NodeDirectory, pauseImage: string): string => `version = 2
root = "${node.containerd()}"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata-remote]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins}"
    conf_dir = "${node.network()}"
`;

const networkConfig = (node: NodeDirectory): Record<string, unknown> => ({
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      isDefaultGateway: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: `${node.path}/cni-data`,
        ranges: [[{ subnet: '10.244.0.0/16', rangeStart: '10.244.1.1' }]],
      },
    },
  ],
});

const kubeletConfig = (node: NodeDirectory): Record<string, unknown> => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: node.key('ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  cgroupDriver: 'cgroupfs',
  failCgroupV1: false,
  failSwapOn: false,
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  podLogsDir: node.podLogs(),
  resolvConf: node.resolvConf(),
  clusterDNS: ['10.96.0.10'],
  // The disk of the machine is not the cluster's.
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  serializeImagePulls: false,
  syncFrequency: '10s',
  volumeStatsAggPeriod: '10s',
});

import type { FlagDefinition } from '@lustre-csi/core';
import { nodeFlags } from './node-flags.js';

/** The driver's own flags. Providers add theirs. `--help` and docs/reference are rendered from this table. */
export const driverFlags: readonly FlagDefinition[] = [
  {
    name: 'driver-name',
    aliases: ['drivername'],
    type: 'string',
    valueName: 'NAME',
    environment: 'LUSTRE_CSI_DRIVER_NAME',
    description: 'the CSI driver to be: selects the provider',
  },
  {
    name: 'mode',
    type: 'string',
    valueName: 'MODE',
    default: 'all',
    description: 'controller, node or all: which CSI services this process serves',
  },
  {
    name: 'endpoint',
    type: 'string',
    valueName: 'URL',
    environment: 'CSI_ENDPOINT',
    description: 'where to listen: unix:///path/csi.sock, or tcp://host:port for development',
  },
  {
    name: 'node-id',
    aliases: ['nodeid'],
    type: 'string',
    valueName: 'ID',
    environment: 'CSI_NODE_NAME',
    description: 'the name of this node; without it KUBE_NODE_NAME, then the host name',
  },
  {
    name: 'state-dir',
    type: 'string',
    valueName: 'DIR',
    environment: 'LUSTRE_CSI_STATE_DIR',
    description:
      'where the node service records what it has mounted; must outlive the process, not the machine. ' +
      'Default /run/lustre-csi/DRIVER-NAME',
  },
  {
    name: 'cluster-id',
    type: 'string',
    valueName: 'ID',
    environment: 'LUSTRE_CSI_CLUSTER_ID',
    description: 'tells the file systems of this cluster from those of others in the same account (a tag)',
  },
  {
    name: 'metrics-address',
    type: 'string',
    valueName: 'HOST:PORT',
    description: 'where to serve Prometheus metrics, at /metrics; not given: nowhere',
  },
  {
    name: 'shutdown-grace-seconds',
    type: 'string',
    valueName: 'N',
    default: '25',
    description: 'how long SIGTERM lets calls that are being served go on',
  },
  {
    name: 'log-level',
    type: 'string',
    valueName: 'LEVEL',
    default: 'info',
    description: 'debug, info, warn or error',
  },
  ...nodeFlags,
  { name: 'help', type: 'boolean', description: 'print this and exit' },
  { name: 'version', type: 'boolean', description: 'print the version and exit' },
];

/** A flag of the Go drivers that this one replaces and that it does not need: accepted, so that their manifests
 *  work unchanged. */
export interface LegacyFlag {
  readonly name: string;
  readonly type: 'string' | 'boolean';
  /** What the log says when it is set; absent: nothing is lost, nothing is said. */
  readonly warning?: string;
  /** Values that cannot be honoured and are refused, with the reason. */
  readonly refuse?: { readonly value: string; readonly reason: string };
}

const mock = {
  value: 'true',
  reason:
    'the driver has no mock mode: run it against lustre-cloud-emulator (@lustre-csi/cloud-emulator), which needs ' +
    'no switch in the driver',
};

const onOneStream = 'logs are JSON lines on standard output; --log-level says how much';

/** klog and the logging of Kubernetes components: whatever a manifest says of them changes nothing that matters. */
const klogFlags: readonly LegacyFlag[] = [
  ...[
    'logtostderr',
    'alsologtostderr',
    'add_dir_header',
    'skip_headers',
    'skip_log_headers',
    'one_output',
    'log-json-split-stream',
    'log-text-split-stream',
  ].map((name) => ({ name, type: 'boolean' as const, warning: onOneStream })),
  ...[
    'stderrthreshold',
    'vmodule',
    'log_backtrace_at',
    'log_dir',
    'log_file',
    'log_file_max_size',
    'log-flush-frequency',
    'log-json-info-buffer-size',
    'log-text-info-buffer-size',
  ].map((name) => ({ name, type: 'string' as const, warning: onOneStream })),
];

export const legacyFlags: readonly LegacyFlag[] = [
  { name: 'v', type: 'string' },
  { name: 'logging-format', type: 'string', warning: 'logs are always JSON, one object a line' },
  ...klogFlags,
  { name: 'working-mount-dir', type: 'string', warning: 'the driver needs no working mounts of its own' },
  { name: 'enable-azurelustre-mock-mount', type: 'boolean', refuse: mock },
  { name: 'enable-azurelustre-mock-dyn-prov', type: 'boolean', refuse: mock },
];

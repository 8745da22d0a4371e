import type { FlagDefinition } from '@lustre-csi/core';
import { nodeFlags } from './node-flags.js';

/** Flags of the driver; providers add theirs. `--help` and docs/reference are rendered from this table. */
export const driverFlags: readonly FlagDefinition[] = [
  {
    name: 'driver-name',
    aliases: ['drivername'],
    type: 'string',
    valueName: 'NAME',
    environment: 'LUSTRE_CSI_DRIVER_NAME',
    description: 'name of the CSI driver to run: selects the provider',
  },
  {
    name: 'mode',
    type: 'string',
    valueName: 'MODE',
    default: 'all',
    description: 'CSI services that this process serves: controller, node or all',
  },
  {
    name: 'endpoint',
    type: 'string',
    valueName: 'URL',
    environment: 'CSI_ENDPOINT',
    description: 'address to listen at: unix:///path/csi.sock, or tcp://host:port for development',
  },
  {
    name: 'node-id',
    aliases: ['nodeid'],
    type: 'string',
    valueName: 'ID',
    environment: 'CSI_NODE_NAME',
    description: 'name of this node. Default: KUBE_NODE_NAME, then the host name',
  },
  {
    name: 'state-dir',
    type: 'string',
    valueName: 'DIR',
    environment: 'LUSTRE_CSI_STATE_DIR',
    description:
      'directory in which the node service records its mounts; must outlive the process, not the machine. ' +
      'Default: /run/lustre-csi/DRIVER-NAME',
  },
  {
    name: 'cluster-id',
    type: 'string',
    valueName: 'ID',
    environment: 'LUSTRE_CSI_CLUSTER_ID',
    description:
      'name of this cluster, a tag that distinguishes its file systems from those of other clusters in the same account. ' +
      'Default: see --detect-cluster-id',
  },
  {
    name: 'detect-cluster-id',
    type: 'boolean',
    default: 'true',
    description:
      'without --cluster-id, a controller in a pod uses the uid of the namespace kube-system. Needs the right to get that ' +
      'namespace',
  },
  {
    name: 'metrics-address',
    aliases: ['http-endpoint'],
    type: 'string',
    valueName: 'HOST:PORT',
    description: 'address at which Prometheus metrics are served, at /metrics. Default: no metrics',
  },
  {
    name: 'events',
    type: 'boolean',
    description:
      'report as events of the cluster what no call does: lost targets, stuck processes and overdue mounts of a node, and ' +
      'orphans (--orphan-check-interval). Needs the right to get, create and patch events in the namespace default',
  },
  {
    name: 'orphan-check-interval',
    type: 'string',
    valueName: 'SECONDS',
    description:
      'interval at which a controller looks for file systems that neither a PersistentVolume nor a claim refers to, and reports ' +
      'their number as a metric; at least 300. It changes nothing. Needs the rights of the command orphans. Default: never',
  },
  {
    name: 'health-address',
    type: 'string',
    valueName: 'HOST:PORT',
    description:
      'address at which the driver serves its health over HTTP: at /healthz and /livez that it answers calls, at /readyz that ' +
      'volumes can be mounted, too. Default: no health',
  },
  {
    name: 'shutdown-grace-seconds',
    type: 'string',
    valueName: 'N',
    default: '25',
    description: 'seconds that calls in progress may continue after SIGTERM',
  },
  {
    name: 'max-waiting-calls',
    type: 'string',
    valueName: 'N',
    description:
      'calls of CreateVolume, and calls of DeleteVolume, that wait for the cloud at once; further ones end early with ' +
      'DEADLINE_EXCEEDED while their work continues, so that they free the threads of the sidecar. Set it below the ' +
      '--worker-threads of external-provisioner. Default: no limit',
  },
  {
    name: 'log-level',
    type: 'string',
    valueName: 'LEVEL',
    default: 'info',
    description: 'least level of log lines: debug, info, warn or error',
  },
  {
    name: 'logging-format',
    type: 'string',
    valueName: 'FORMAT',
    default: 'json',
    description: 'format of log lines on standard output: json, one object a line, or text, for people',
  },
  {
    name: 'tracing',
    aliases: ['enable-otel-tracing'],
    type: 'boolean',
    description:
      'send traces of calls, requests to the cloud and mounts to a collector of OpenTelemetry, by OTLP over HTTP as JSON. Reads ' +
      'OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES',
  },
  ...nodeFlags,
  { name: 'help', aliases: ['h'], type: 'boolean', description: 'print this text and exit' },
  { name: 'version', type: 'boolean', description: 'print the version and exit' },
];

/** A flag of the Go drivers that this driver replaces: accepted, so that their manifests work unchanged. */
export interface LegacyFlag {
  readonly name: string;
  readonly type: 'string' | 'boolean';
  /** Effect that it has here, in words for the reference page; absent: none. */
  readonly effect?: string;
  /** Warning in the log when it is set; absent: no function is lost, and no warning is needed. */
  readonly warning?: string;
  /** Value that cannot be honoured and is refused, or the only one that can be honoured, with the reason. */
  readonly refuse?: (Readonly<Record<'value', string>> | Readonly<Record<'otherThan', string>>) & {
    readonly reason: string;
  };
}

const mock = {
  value: 'true',
  reason:
    'the driver has no mock mode: run it against lustre-cloud-emulator (@lustre-csi/cloud-emulator), which needs ' +
    'no switch in the driver',
};

const onOneStream =
  'logs are on standard output; --log-level selects their level, and --logging-format their format';

/** Flags of klog and of the logging of Kubernetes components. None of them has an effect here. */
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
    'legacy_stderr_threshold_behavior',
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

/** Flags of lustre-csi-driver of Google, and of the installer of its client. */
const googleFlags: readonly LegacyFlag[] = [
  {
    name: 'controller',
    type: 'boolean',
    effect: '`--mode controller`, unless `--mode` is given; `--mode all` with `--node`',
  },
  {
    name: 'node',
    type: 'boolean',
    effect: '`--mode node`, unless `--mode` is given; `--mode all` with `--controller`',
  },
  {
    name: 'metrics-path',
    type: 'string',
    refuse: { otherThan: '/metrics', reason: 'metrics are served at /metrics alone' },
  },
  {
    name: 'enable-label-controller',
    type: 'boolean',
    warning: 'instances get their labels when they are created, and no controller adds them later',
  },
  {
    name: 'leader-election-namespace',
    type: 'string',
    warning: 'the driver elects no leader; the sidecars have a flag of that name for themselves',
  },
  { name: 'disable-kmod-install', type: 'boolean', warning: 'the driver installs no Lustre client' },
  { name: 'disable-multi-nic', type: 'boolean', warning: 'the driver configures no networks of LNet' },
];

export const legacyFlags: readonly LegacyFlag[] = [
  { name: 'v', type: 'string', effect: '`4` and above: `--log-level debug`' },
  ...klogFlags,
  ...googleFlags,
  { name: 'feature-gates', type: 'string', warning: 'the driver has no feature gates' },
  { name: 'working-mount-dir', type: 'string', warning: 'the driver needs no working mounts' },
  { name: 'enable-azurelustre-mock-mount', type: 'boolean', refuse: mock },
  { name: 'enable-azurelustre-mock-dyn-prov', type: 'boolean', refuse: mock },
];

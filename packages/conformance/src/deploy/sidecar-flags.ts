// Flags of the sidecars in the versions of deploy/versions.yaml, from their main.go. Deprecated ones are left out.

const common = ['csi-address', 'v', 'version', 'http-endpoint', 'metrics-path', 'automaxprocs'];
const elected = [
  ...common,
  'leader-election',
  'leader-election-namespace',
  'leader-election-lease-duration',
  'leader-election-renew-deadline',
  'leader-election-retry-period',
  'leader-election-labels',
  'kube-api-qps',
  'kube-api-burst',
  'timeout',
];
const retried = ['retry-interval-start', 'retry-interval-max', 'feature-gates'];

const flags: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    'csi-provisioner': [
      ...elected,
      ...retried,
      'worker-threads',
      'volume-name-prefix',
      'volume-name-uuid-length',
      'extra-create-metadata',
      'default-fstype',
      'strict-topology',
      'immediate-topology',
      'prevent-volume-mode-conversion',
      'enable-capacity',
      'capacity-ownerref-level',
      'capacity-poll-interval',
      'cloning-protection-threads',
      'controller-publish-readonly',
      'snapshot-orphan-sweep-interval',
    ],
    'csi-resizer': [
      ...elected,
      ...retried,
      'workers',
      'resync-period',
      'handle-volume-inuse-error',
      'extra-modify-metadata',
    ],
    'csi-snapshotter': [
      ...elected,
      ...retried,
      'worker-threads',
      'resync-period',
      'snapshot-name-prefix',
      'extra-create-metadata',
    ],
    'csi-health-monitor': [
      ...elected,
      'monitor-interval',
      'list-volumes-interval',
      'volume-list-add-interval',
      'node-list-add-interval',
      'enable-node-watcher',
      'worker-threads',
      'resync',
    ],
    'liveness-probe': [...common, 'probe-timeout'],
    'node-driver-registrar': [
      ...common,
      'kubelet-registration-path',
      'plugin-registration-path',
      'timeout',
      'enable-pprof',
    ],
  }),
);

/** Reports that a sidecar, by the name of its container, has a flag. */
export const isSidecarFlag = (sidecar: string, flag: string): boolean =>
  flags.get(sidecar)?.includes(flag) ?? false;

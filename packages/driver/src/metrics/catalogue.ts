import { unreadyReasons } from '../health/unready-reasons.js';

/** Values of a label: a closed list, or the description of a set that stays small. */
export type LabelValues = readonly string[] | string;

/** Declaration of a metric: what is registered, documented and used in alerts and dashboards. */
export interface MetricDeclaration {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
  /** Processes that serve it. */
  readonly of: 'all' | 'controller' | 'node';
  /** Upper bounds of a histogram's buckets, in seconds. */
  readonly buckets?: readonly number[];
}

/** Buckets of csi-lib-utils: one dashboard fits all CSI drivers. */
const CALL_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];
const REQUEST_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const MOUNT_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120];

const METHODS = 'paths of the RPCs of CSI: `/csi.v1.Controller/CreateVolume`';
const DRIVER_NAME = 'name of the CSI driver';
const PROVIDER = 'standard name of the driver of the cloud: `fsx.csi.aws.com`';
const OPERATIONS =
  "operations of the cloud's API that the driver calls: `CreateFileSystem`, `AmlFilesystems_Get`; `GetCredentials` and `GetToken`";
const CODES =
  '`OK`; error codes of AWS that the driver knows (`ThrottlingException`); else the HTTP status (`429`); `network`, `timeout`, `aborted` without an answer';
const PROVIDER_OPERATION = { provider: PROVIDER, operation: OPERATIONS };
const PENDING = {
  operation: ['create', 'delete', 'expand', 'modify'],
  kind: ['file-system', 'directory', 'snapshot'],
};
const ERRNOS =
  'names of errnos (`ENODEV`); `timeout`, `cancelled`, `busy`, `not-started` (the server is down), `other`';
const CHANGES = ['mount', 'bind', 'unmount'];

const ofCalls = {
  operations: {
    name: 'csi_plugin_operations_seconds',
    type: 'histogram',
    help: 'Duration of CSI calls, by method and gRPC status code.',
    labels: {
      driver_name: DRIVER_NAME,
      method_name: METHODS,
      grpc_status_code: 'gRPC codes as Go spells them: `DeadlineExceeded`',
    },
    of: 'all',
    buckets: CALL_BUCKETS,
  },
  callsInFlight: {
    name: 'lustre_csi_calls_in_flight',
    type: 'gauge',
    help: 'CSI calls in progress.',
    labels: { method_name: METHODS },
    of: 'all',
  },
  buildInfo: {
    name: 'lustre_csi_build_info',
    type: 'gauge',
    help: 'Version of the driver; always 1.',
    labels: {
      version: 'one',
      driver_name: DRIVER_NAME,
      provider: PROVIDER,
      mode: ['controller', 'node', 'all'],
    },
    of: 'all',
  },
} as const satisfies Readonly<Record<string, MetricDeclaration>>;

const ofController = {
  cloudRequests: {
    name: 'lustre_csi_cloud_request_duration_seconds',
    type: 'histogram',
    help: 'Duration of HTTP requests to the cloud, repetitions included, by operation and result.',
    labels: { ...PROVIDER_OPERATION, code: CODES },
    of: 'controller',
    buckets: REQUEST_BUCKETS,
  },
  cloudThrottles: {
    name: 'lustre_csi_cloud_throttles_total',
    type: 'counter',
    help: 'Requests that the cloud refused because there were too many.',
    labels: PROVIDER_OPERATION,
    of: 'controller',
  },
  cloudRetries: {
    name: 'lustre_csi_cloud_retries_total',
    type: 'counter',
    help: 'Requests that repeat a failed one of the same call.',
    labels: PROVIDER_OPERATION,
    of: 'controller',
  },
  pendingOperations: {
    name: 'lustre_csi_pending_operations',
    type: 'gauge',
    help: 'Volumes and snapshots whose creation, deletion or change was requested and is not complete.',
    labels: PENDING,
    of: 'controller',
  },
  pendingAge: {
    name: 'lustre_csi_oldest_pending_age_seconds',
    type: 'gauge',
    help: 'Time since the first call for the oldest operation that is not complete, as far as this process has seen it; 0 if there is none.',
    labels: PENDING,
    of: 'controller',
  },
  trashVolumes: {
    name: 'lustre_csi_trash_volumes',
    type: 'gauge',
    help: 'Deleted directory volumes whose content is not removed yet, as of the last look at the trash.',
    labels: {},
    of: 'controller',
  },
  trashAge: {
    name: 'lustre_csi_trash_oldest_age_seconds',
    type: 'gauge',
    help: 'Time since the deletion of the oldest volume in the trash; 0 if there is none.',
    labels: {},
    of: 'controller',
  },
  leader: {
    name: 'lustre_csi_leader',
    type: 'gauge',
    help: 'Whether the provisioner beside this process leads (1), as its Lease says. No series outside of a cluster.',
    labels: {},
    of: 'controller',
  },
  orphans: {
    name: 'lustre_csi_orphans',
    type: 'gauge',
    help: 'File systems of the driver that neither a PersistentVolume nor a claim refers to, as of the last check. Only with --orphan-check-interval, on the replica that leads.',
    labels: { provider: PROVIDER },
    of: 'controller',
  },
} as const satisfies Readonly<Record<string, MetricDeclaration>>;

const node = <const Type extends MetricDeclaration['type'], const Labels extends MetricDeclaration['labels']>(
  name: string,
  type: Type,
  help: string,
  labels: Labels,
) => ({ name: `lustre_csi_node_${name}`, type, help, labels, of: 'node' as const });

const ofNode = {
  publications: node(
    'publications',
    'gauge',
    'Volumes that are published on this node, each at one target.',
    {},
  ),
  clientMounts: node(
    'client_mounts',
    'gauge',
    'Lustre clients that the driver has mounted for pods to share.',
    {},
  ),
  overdueMounts: node(
    'overdue_mounts',
    'gauge',
    'Mounts that take longer than 15 seconds: their servers do not answer.',
    {},
  ),
  stuckProcesses: node(
    'stuck_processes',
    'gauge',
    'Processes of the driver that are stuck in the kernel because a server does not answer (state D).',
    {},
  ),
  stuckAge: node(
    'stuck_process_age_seconds',
    'gauge',
    'Age of the oldest stuck process; 0 if there is none.',
    {},
  ),
  lostTargets: node(
    'lost_target_seconds',
    'gauge',
    'Time for which a Lustre client has had no connection to a target (OST or MDT) of a volume, from one minute on.',
    { target: 'names of lost targets: `fsname-OST0001`; none while all are connected' },
  ),
  escalations: node(
    'unmount_escalations_total',
    'counter',
    'Volumes that were unmounted by force (umount -f) or lazily (umount -l), as the settings allow.',
    { means: ['force', 'lazy'] },
  ),
  changes: {
    ...node(
      'mount_duration_seconds',
      'histogram',
      'Duration of changes of the mount table: mounts of Lustre clients, bind mounts, unmounts; failed ones included.',
      { operation: CHANGES },
    ),
    buckets: MOUNT_BUCKETS,
  },
  changeErrors: node(
    'mount_errors_total',
    'counter',
    'Failed changes of the mount table, by errno or cause.',
    {
      operation: CHANGES,
      errno: ERRNOS,
    },
  ),
  ready: node('ready', 'gauge', 'Whether the node can mount Lustre (1), as /readyz reports.', {}),
  unready: node('unready', 'gauge', 'Reasons for which the node cannot mount: 1 for each that applies.', {
    reason: unreadyReasons,
  }),
  startupTaint: node(
    'startup_taint',
    'gauge',
    'Whether the startup taint was on the node (1) at the last look of the driver at it.',
    {},
  ),
  clientInfo: node(
    'client_info',
    'gauge',
    'Releases of the Lustre client on the node; always 1. Empty: unknown, or not installed.',
    {
      module_version: 'release of the kernel module',
      userland_version: 'release of mount.lustre in the container',
      kernel: 'release of the kernel',
    },
  ),
} as const satisfies Readonly<Record<string, MetricDeclaration>>;

/** All metrics of the driver. */
export const metricCatalogue = { ...ofCalls, ...ofController, ...ofNode } as const;

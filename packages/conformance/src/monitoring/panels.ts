/** Curve of a panel: an expression, and the name of its series with labels in braces, as Grafana writes it. */
export interface Curve {
  readonly expression: string;
  readonly legend: string;
}

/** Panel of the dashboard. */
export interface Panel {
  readonly title: string;
  readonly kind: 'timeseries' | 'stat' | 'table';
  /** Grafana's name of the unit: `s`, `reqps`, `short`. */
  readonly unit: string;
  readonly description: string;
  readonly curves: readonly Curve[];
}

/** Panels under one title. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Selector of the series of the chosen releases; further matchers go into the braces. */
const of = (name: string, ...matchers: readonly string[]): string =>
  `${name}{${['namespace=~"$namespace"', 'job=~"$job"', ...matchers].join(', ')}}`;

const rate = (series: string): string => `rate(${series}[$__rate_interval])`;
const sumBy = (labels: string, expression: string): string => `sum by (${labels}) (${expression})`;
const maxBy = (labels: string, expression: string): string => `max by (${labels}) (${expression})`;

/** Quantile of a histogram. */
const quantile = (share: number, name: string, by: string, ...matchers: readonly string[]): string =>
  `histogram_quantile(${share}, ${sumBy(`le, ${by}`, rate(of(`${name}_bucket`, ...matchers)))})`;

const timeseries = (
  title: string,
  unit: string,
  description: string,
  ...curves: readonly (readonly [expression: string, legend: string])[]
): Panel => ({
  ...{ title, kind: 'timeseries', unit, description },
  curves: curves.map(([expression, legend]) => ({ expression, legend })),
});

const stat = (title: string, unit: string, description: string, expression: string, legend = ''): Panel => ({
  ...{ title, kind: 'stat', unit, description },
  curves: [{ expression, legend }],
});

const CALLS = 'csi_plugin_operations_seconds';
const REQUESTS = 'lustre_csi_cloud_request_duration_seconds';
const CHANGES = 'lustre_csi_node_mount_duration_seconds';

/** Rows of the dashboard. */
export const rows: readonly Row[] = [
  {
    title: 'Overview',
    panels: [
      stat(
        'Controllers',
        'short',
        'Replicas of the controller that are scraped.',
        `count(${of('lustre_csi_build_info', 'mode=~"controller|all"')})`,
      ),
      stat(
        'Leading',
        'short',
        'Replicas whose provisioner leads; one is right.',
        `sum(${of('lustre_csi_leader')})`,
      ),
      stat(
        'Nodes',
        'short',
        'Node plugins that are scraped.',
        `count(${of('lustre_csi_build_info', 'mode=~"node|all"')})`,
      ),
      stat(
        'Nodes that cannot mount',
        'short',
        'Nodes with a reason not to mount.',
        `count(${of('lustre_csi_node_ready')} == 0) or vector(0)`,
      ),
      stat(
        'Published volumes',
        'short',
        'Volumes at their targets, on all nodes.',
        `sum(${of('lustre_csi_node_publications')})`,
      ),
      stat(
        'Orphans',
        'short',
        'File systems that no claim uses; needs --orphan-check-interval.',
        `max(${of('lustre_csi_orphans')})`,
      ),
    ],
  },
  {
    title: 'Volumes',
    panels: [
      timeseries('Pending operations', 'short', 'Creations, deletions and changes that are not complete.', [
        maxBy('operation, kind', of('lustre_csi_pending_operations')),
        '{{operation}} {{kind}}',
      ]),
      timeseries(
        'Age of the oldest pending operation',
        's',
        'A managed file system usually takes 10 to 20 minutes.',
        [maxBy('operation, kind', of('lustre_csi_oldest_pending_age_seconds')), '{{operation}} {{kind}}'],
      ),
      timeseries('Trash', 'short', 'Deleted directory volumes whose content is not removed yet.', [
        maxBy('namespace', of('lustre_csi_trash_volumes')),
        'volumes',
      ]),
      timeseries('Age of the oldest trash', 's', 'Time since the deletion of the volume.', [
        maxBy('namespace', of('lustre_csi_trash_oldest_age_seconds')),
        'oldest',
      ]),
    ],
  },
  {
    title: 'CSI calls',
    panels: [
      timeseries('Calls by method', 'reqps', 'Calls of the sidecars and of kubelet.', [
        sumBy('method_name', rate(of(`${CALLS}_count`))),
        '{{method_name}}',
      ]),
      timeseries(
        'Failed calls by code',
        'reqps',
        'DeadlineExceeded and Aborted are normal: the work continues, and the caller repeats the call.',
        [
          sumBy('method_name, grpc_status_code', rate(of(`${CALLS}_count`, 'grpc_status_code!="OK"'))),
          '{{method_name}} {{grpc_status_code}}',
        ],
      ),
      timeseries('Duration of calls, 50 %', 's', 'Median by method.', [
        quantile(0.5, CALLS, 'method_name'),
        '{{method_name}}',
      ]),
      timeseries('Duration of calls, 95 %', 's', '95th percentile by method.', [
        quantile(0.95, CALLS, 'method_name'),
        '{{method_name}}',
      ]),
      timeseries('Calls in progress', 'short', 'Calls that have no answer yet.', [
        sumBy('method_name', of('lustre_csi_calls_in_flight')),
        '{{method_name}}',
      ]),
    ],
  },
  {
    title: 'Cloud',
    panels: [
      timeseries('Requests by operation', 'reqps', "HTTP requests to the cloud's API.", [
        sumBy('operation', rate(of(`${REQUESTS}_count`))),
        '{{operation}}',
      ]),
      timeseries('Failed requests', 'reqps', 'By operation and code.', [
        sumBy('operation, code', rate(of(`${REQUESTS}_count`, 'code!="OK"'))),
        '{{operation}} {{code}}',
      ]),
      timeseries('Duration of requests, 95 %', 's', '95th percentile by operation.', [
        quantile(0.95, REQUESTS, 'operation'),
        '{{operation}}',
      ]),
      timeseries(
        'Throttled and repeated requests',
        'reqps',
        'Refused because there were too many, and repetitions for any reason.',
        [sumBy('operation', rate(of('lustre_csi_cloud_throttles_total'))), 'throttled {{operation}}'],
        [sumBy('operation', rate(of('lustre_csi_cloud_retries_total'))), 'repeated {{operation}}'],
      ),
    ],
  },
  {
    title: 'Nodes',
    panels: [
      timeseries(
        'Reasons not to mount',
        'short',
        'Number of nodes by reason.',
        [sumBy('reason', of('lustre_csi_node_unready')), '{{reason}}'],
        [`sum(${of('lustre_csi_node_startup_taint')})`, 'startup taint'],
      ),
      timeseries('Duration of mounts, 95 %', 's', 'Mounts of clients, bind mounts, unmounts.', [
        quantile(0.95, CHANGES, 'operation'),
        '{{operation}}',
      ]),
      timeseries('Failed mounts', 'cps', 'By operation and errno.', [
        sumBy('operation, errno', rate(of('lustre_csi_node_mount_errors_total'))),
        '{{operation}} {{errno}}',
      ]),
      timeseries(
        'Stuck',
        'short',
        'Overdue mounts, processes in state D, and unmounts by force or lazily.',
        [`sum(${of('lustre_csi_node_overdue_mounts')})`, 'overdue mounts'],
        [`sum(${of('lustre_csi_node_stuck_processes')})`, 'stuck processes'],
        [sumBy('means', of('lustre_csi_node_unmount_escalations_total')), 'unmounts: {{means}}'],
      ),
      timeseries('Age of stuck processes', 's', 'Oldest process in state D of each node.', [
        maxBy('pod', of('lustre_csi_node_stuck_process_age_seconds')),
        '{{pod}}',
      ]),
      timeseries('Lost targets', 's', 'Time without a connection to an OST or MDT.', [
        maxBy('target', of('lustre_csi_node_lost_target_seconds')),
        '{{target}}',
      ]),
      timeseries(
        'Clients and volumes',
        'short',
        'Shared Lustre clients, and volumes at their targets.',
        [`sum(${of('lustre_csi_node_client_mounts')})`, 'shared clients'],
        [`sum(${of('lustre_csi_node_publications')})`, 'published volumes'],
      ),
      {
        ...{ title: 'Lustre clients', kind: 'table', unit: 'short' },
        description: 'Nodes by release of the module, of mount.lustre and of the kernel.',
        curves: [
          {
            expression: `count by (module_version, userland_version, kernel) (${of('lustre_csi_node_client_info')})`,
            legend: '',
          },
        ],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      timeseries('Memory', 'bytes', 'Resident set of each process.', [
        maxBy('pod', of('process_resident_memory_bytes')),
        '{{pod}}',
      ]),
      timeseries('CPU', 'short', 'Cores used by each process.', [
        sumBy('pod', rate(of('process_cpu_seconds_total'))),
        '{{pod}}',
      ]),
    ],
  },
];

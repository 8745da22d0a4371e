import { targetName, targets } from '../client/lustre-targets.js';

/** Client of a file system that is mounted on this node. */
export interface MountedClient {
  readonly fsname: string;
  /** As in `lfs getname`. */
  readonly instance: string;
  /** NID of the server. */
  readonly nid: string;
  /** Indexes of the storage targets that are gone. */
  readonly deadTargets: readonly number[];
}

/** Value of a parameter, and the values that it takes; absent: read-only. */
export interface Parameter {
  readonly value: string;
  readonly range?: readonly [least: number, most: number];
}

/** Parameters that can be set, with their defaults. */
const ofDevice = {
  llite: {
    max_cached_mb: [7936, 0, 1_048_576],
    max_read_ahead_mb: [256, 0, 1_048_576],
    max_read_ahead_per_file_mb: [256, 0, 1_048_576],
    max_read_ahead_whole_mb: [64, 0, 1_048_576],
    statahead_max: [128, 0, 8192],
    fast_read: [1, 0, 1],
  },
  osc: {
    max_rpcs_in_flight: [8, 1, 256],
    max_pages_per_rpc: [1024, 1, 4096],
    max_dirty_mb: [2000, 1, 2047],
    checksums: [1, 0, 1],
  },
  mdc: { max_rpcs_in_flight: [8, 1, 512], max_mod_rpcs_in_flight: [7, 1, 511] },
  lock: { lru_size: [0, 0, 1_000_000], lru_max_age: [3_900_000, 0, Number.MAX_SAFE_INTEGER] },
} as const;

type Settable = Readonly<Record<string, readonly [value: number, least: number, most: number]>>;

/** All parameters of a client, by their names with dots. */
export function parametersOf(client: MountedClient): ReadonlyMap<string, Parameter> {
  const { fsname, instance } = client;
  const parameters = new Map<string, Parameter>();
  const add = (device: string, settable: Settable): void => {
    for (const [name, [value, ...range]] of Object.entries(settable)) {
      parameters.set(`${device}.${name}`, { value: String(value), range });
    }
  };
  add(`llite.${fsname}-${instance}`, ofDevice.llite);
  for (const [kind, type, indexes] of [
    ['mdc', 'MDT', targets.metadata],
    ['osc', 'OST', targets.storage],
  ] as const) {
    for (const index of indexes) {
      const target = targetName(fsname, type, index);
      const name = `${target}-${kind}-${instance}`;
      const isDead = kind === 'osc' && client.deadTargets.includes(index);
      add(`${kind}.${name}`, ofDevice[kind]);
      add(`ldlm.namespaces.${name}`, ofDevice.lock);
      for (const [key, value] of states(name, target, isDead ? 'DISCONN' : 'FULL', client.nid))
        parameters.set(`${kind}.${name}.${key}`, { value });
    }
  }
  return parameters;
}

/** Parameters that show a client's connection to a target. */
const states = (
  name: string,
  target: string,
  state: string,
  nid: string,
): readonly (readonly [key: string, value: string])[] => [
  [
    'import',
    [
      'import:',
      `    name: ${name}`,
      `    target: ${target}_UUID`,
      `    state: ${state}`,
      '    import_flags: [ replayable, pingable, connect_tried ]',
      '    connection:',
      `       failover_nids: [ "${nid}" ]`,
      `       current_connection: ${state === 'FULL' ? `"${nid}"` : '<none>'}`,
      '       connection_attempts: 1',
    ].join('\n'),
  ],
  ['state', `current_state: ${state}\nstate_history:\n - [ ${bootSeconds}, ${state} ]`],
];

/** Time of the last change of every connection, in Unix seconds. */
const bootSeconds = Math.floor(Date.now() / 1000 - process.uptime());

/** Names that match a pattern of lctl: `*` is any text without a dot. */
export function matching(pattern: string, names: Iterable<string>): readonly string[] {
  const expression = pattern
    .replaceAll('/', '.')
    .split('*')
    .map((part) => part.replace(/[.\\+?^${}()|[\]]/g, String.raw`\$&`))
    .join('[^.]*');
  return [...names].filter((name) => new RegExp(`^${expression}$`).test(name));
}

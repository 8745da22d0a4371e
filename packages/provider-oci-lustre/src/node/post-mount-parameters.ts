import { DriverError } from '@lustre-csi/core';

/** Parameters of Oracle's driver for `lctl set_param` after the mount: a JSON array of objects, as in
 *  `[{"*.*.*MDT*.lru_size": 11200}]`. */
export type PostMountParameters = readonly Readonly<Record<string, string | number | boolean>>[];

/** Subsystem of a parameter, for a name that Oracle's spelling begins with wildcards only. */
const subsystems: ReadonlyMap<string, string> = new Map(
  Object.entries({
    lru_size: 'ldlm.namespaces',
    lru_max_age: 'ldlm.namespaces',
    max_cached_mb: 'llite',
    max_read_ahead_mb: 'llite',
    max_read_ahead_per_file_mb: 'llite',
    max_read_ahead_whole_mb: 'llite',
    statahead_max: 'llite',
    fast_read: 'llite',
    max_pages_per_rpc: 'osc',
    max_dirty_mb: 'osc',
    checksums: 'osc',
    max_mod_rpcs_in_flight: 'mdc',
  }),
);

/** Parameter of all clients of a node, such as `at_history`. */
const OF_THE_NODE = /^[a-z][a-z0-9_]*$/;

/** Translates the parameters to `clientTuning`, which the node engine checks against its list and sets on this one client.
 *  Those of the whole node are left out: one volume must not change the clients of others.
 *  @throws Error with a message that says what is wrong */
export function toClientTuning(text: string): string {
  return entriesIn(text)
    .filter(([key]) => !OF_THE_NODE.test(key))
    .map(([key, value]) => `${keyOf(key)}=${value}`)
    .join(',');
}

/** Names of the parameters that `toClientTuning` leaves out. @throws Error with a message that says what is wrong */
export const parametersOfTheNode = (text: string): readonly string[] =>
  entriesIn(text)
    .map(([key]) => key)
    .filter((key) => OF_THE_NODE.test(key));

const entriesIn = (text: string): readonly (readonly [string, string | number | boolean])[] =>
  parse(text).flatMap((each) => Object.entries(each));

function parse(text: string): PostMountParameters {
  const value = jsonIn(text);
  const isLegal =
    Array.isArray(value) &&
    value.every((item: unknown) => typeof item === 'object' && item !== null && !Array.isArray(item)) &&
    value
      .flatMap((item: object) => Object.values(item) as unknown[])
      .every((each) => /^(string|number|boolean)$/.test(typeof each));
  if (!isLegal) throw new Error('it is no JSON array of objects with plain values');
  return value as PostMountParameters;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('it is no JSON');
  }
}

/** Key with its subsystem in place of the wildcards before the device: `ldlm.namespaces.*MDT*.lru_size`. */
function keyOf(key: string): string {
  const [, device = '', name = ''] = /^(?:\*\.)+([^.]*\*[^.]*)\.([a-z0-9_]+)$/.exec(key) ?? [];
  if (name === '') return key;
  const subsystem = subsystems.get(name) ?? subsystemOf(device, name);
  if (subsystem !== undefined) return `${subsystem}.${device}.${name}`;
  throw new Error(`"${key}" does not name the part of the client: write it, such as osc.*.${name}`);
}

/** Subsystem of a name that OSCs and MDCs have, by the kind of the servers. */
function subsystemOf(device: string, name: string): string | undefined {
  if (name !== 'max_rpcs_in_flight') return undefined;
  if (device.includes('OST')) return 'osc';
  return device.includes('MDT') ? 'mdc' : undefined;
}

/** Same as `toClientTuning`, for a key of the volume context or of a StorageClass.
 *  @throws DriverError invalid-argument naming the key */
export function clientTuningIn(key: string, text: string): string {
  try {
    return toClientTuning(text);
  } catch (error) {
    throw new DriverError(
      'invalid-argument',
      `${key} is ${JSON.stringify(text.slice(0, 200))}: ${(error as Error).message}; legal: a JSON array of parameters of ` +
        'the Lustre client, such as [{"*.*.*MDT*.lru_size": 11200}]',
    );
  }
}

import { ConfigurationError } from '../../errors/configuration-error.js';
import { DriverError } from '../../errors/driver-error.js';

/** Parameter of a Lustre client, in the form that `lctl set_param` takes. */
export interface TuningParameter {
  /** Key with a wildcard for the client's devices: `llite.*.max_cached_mb`. */
  readonly key: string;
  readonly value: string;
}

/** Parameters that volumes may set by default: they affect memory and requests of one client alone. */
export const defaultTuningAllow: readonly string[] = [
  'llite.*.max_cached_mb',
  'llite.*.max_read_ahead_mb',
  'llite.*.max_read_ahead_per_file_mb',
  'llite.*.max_read_ahead_whole_mb',
  'llite.*.statahead_max',
  'llite.*.fast_read',
  'osc.*.max_rpcs_in_flight',
  'osc.*.max_pages_per_rpc',
  'osc.*.max_dirty_mb',
  'osc.*.checksums',
  'mdc.*.max_rpcs_in_flight',
  'mdc.*.max_mod_rpcs_in_flight',
  'ldlm.namespaces.*.lru_size',
  'ldlm.namespaces.*.lru_max_age',
];

/** Wildcard of the setting: volumes may set every parameter. */
const EVERYTHING = '*';

/** Literal parts, one part that stands for the client's devices and ends with a wildcard, and the parameter's name. */
const KEY = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*\.[A-Za-z0-9_*-]*\*(?:\.[a-z][a-z0-9_]*)+$/;
const VALUE = /^[A-Za-z0-9][A-Za-z0-9._:+-]*$/;
const EXAMPLE = '"llite.*.max_cached_mb=2048,osc.*.max_rpcs_in_flight=16"';

/** Parses the volume context's `clientTuning`: `KEY=VALUE`, separated by commas; empty: none.
 *  @throws DriverError invalid-argument naming the part that is wrong */
export function parseClientTuning(text: string): readonly TuningParameter[] {
  if (text.trim() === '') return [];
  const parameters = text.split(',').map((part) => parseParameter(part.trim()));
  const seen = new Set<string>();
  for (const { key } of parameters) {
    if (seen.has(key)) throw invalid(key, 'is given twice');
    seen.add(key);
  }
  return parameters;
}

function parseParameter(part: string): TuningParameter {
  const [key = '', value = '', ...rest] = part.split('=');
  if (rest.length > 0 || value === '' || !VALUE.test(value)) {
    throw invalid(part, `is not KEY=VALUE with a plain value, such as ${EXAMPLE}`);
  }
  if (!KEY.test(key)) {
    throw invalid(
      part,
      `does not name a parameter of the mount's own client: write a "*" for its devices, such as ${EXAMPLE}`,
    );
  }
  return { key, value };
}

/** @throws DriverError invalid-argument naming the keys that are not allowed and those that are */
export function refuseDenied(parameters: readonly TuningParameter[], allow: readonly string[]): void {
  const denied = parameters.map(({ key }) => key).filter((key) => !isAllowed(key, allow));
  if (denied.length === 0) return;
  throw new DriverError(
    'invalid-argument',
    `clientTuning: ${denied.join(', ')} may not be set by volumes of this cluster; allowed are ` +
      `${allow.join(', ') || 'none'}. The operator can allow more with --client-tuning-allow`,
  );
}

/** Returns true if the list allows a key. `ldlm.namespaces.*.lru_size` also allows it for some of the devices (`ldlm.namespaces.*mdc*.lru_size`). */
function isAllowed(key: string, allow: readonly string[]): boolean {
  return allow.some((entry) => entry === EVERYTHING || entry === key || entry === forAllDevices(key));
}

/** The devices are a whole part of the key: a search that begins within parts takes quadratic time. */
const forAllDevices = (key: string): string => key.replace(/\.[A-Za-z0-9_*-]*\*/, '.*');

/** Parses the setting that lists the parameters that volumes may set: keys separated by commas, or `*` for everything.
 *  @throws ConfigurationError naming the entry that is wrong */
export function parseTuningAllow(text: string): readonly string[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const wrong = entries.find((entry) => entry !== EVERYTHING && !KEY.test(entry));
  if (wrong === undefined) return entries;
  throw new ConfigurationError(
    `--client-tuning-allow: "${wrong}" is not a parameter of Lustre clients: write names such as ` +
      `llite.*.max_cached_mb, separated by commas, or * for everything`,
  );
}

/**
 * Narrows a parameter to the devices of one client: their names end with the instance of the mount (lfs-getname(1)), as
 * in `llite.lustrefs-ffff937009271000` and `osc.lustrefs-OST0000-osc-ffff937009271000`.
 */
export function forInstance({ key, value }: TuningParameter, instance: string): string {
  return `${key.replace(/\*(?=\.)(?!.*\*)/, `*${instance}`)}=${value}`;
}

const invalid = (part: string, why: string): DriverError =>
  new DriverError('invalid-argument', `clientTuning: ${JSON.stringify(part)} ${why}`);

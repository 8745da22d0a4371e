import { isAtLeast, type ClientVersion } from '../client-version.js';

/** One component of a layout, as `lfs getstripe` shows it. */
interface Component {
  readonly end: bigint;
  readonly count: string;
  readonly size: bigint;
  readonly pattern: string;
  readonly offset: string;
}

const MIB = 1024n * 1024n;
const END_OF_FILE = -1n;
/** Stripe size by default: that of the measured file systems. */
const defaultSize = (version: ClientVersion): bigint => (isAtLeast(version, '2.17') ? MIB : 4n * MIB);

/** Output of `lfs getstripe -d` for the layout options with which it was set; none: the file system's default. */
export function layoutText(options: readonly string[], version: ClientVersion): string {
  const components = componentsOf(options, version);
  if (!options.includes('-E')) return components.map((component) => stripe(component)).join('');
  const rest = components.map((component, index) => {
    const start = index === 0 ? 0n : (components[index - 1]?.end ?? 0n);
    return [
      '    lcme_id:             N/A',
      '    lcme_mirror_id:      N/A',
      '    lcme_flags:          0',
      `    lcme_extent.e_start: ${start}`,
      `    lcme_extent.e_end:   ${component.end === END_OF_FILE ? 'EOF' : component.end}`,
      `      ${stripe(component)}`,
    ].join('\n');
  });
  return [
    '  lcm_layout_gen:    0',
    '  lcm_mirror_count:  1',
    `  lcm_entry_count:   ${components.length}`,
    rest.join('\n\n'),
  ].join('\n');
}

const stripe = ({ count, size, pattern, offset }: Component): string =>
  `stripe_count:  ${count} stripe_size:   ${size} pattern:       ${pattern} stripe_offset: ${offset}`;

/** Each `-E` begins a component; what is not set is as in the one before. */
function componentsOf(options: readonly string[], version: ClientVersion): readonly Component[] {
  const components: Component[] = [];
  let current: Component = {
    ...{ end: END_OF_FILE, count: '1', size: defaultSize(version), offset: '-1' },
    pattern: isAtLeast(version, '2.17') ? 'raid0' : '0',
  };
  let isBegun = false;
  for (let index = 0; index < options.length; index += 2) {
    const [option = '', value = ''] = [options[index], options[index + 1]];
    if (option === '-E') {
      if (isBegun) components.push(current);
      isBegun = true;
      current = { ...current, end: bytesOf(value) };
    } else current = { ...current, ...change(option, value) };
  }
  return [...components, current];
}

function change(option: string, value: string): Partial<Component> {
  switch (option) {
    case '-c':
      return { count: value };
    case '-S':
      return { size: bytesOf(value) };
    case '-L':
      return { pattern: value, ...(value === 'mdt' ? { count: '0' } : {}) };
    case '-i':
    case '-o':
      return { offset: value };
    default:
      return {};
  }
}

/** Bytes unless a suffix says otherwise; `-1` and `eof`: the end of the file. */
function bytesOf(text: string): bigint {
  const [, digits, unit = ''] = /^(\d+)([kKmMgGtT]?)/.exec(text) ?? [];
  if (digits === undefined) return END_OF_FILE;
  return BigInt(digits) << (10n * BigInt(' kmgt'.indexOf(unit.toLowerCase() || ' ')));
}

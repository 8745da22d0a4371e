import { parseArgs } from 'node:util';
import { messageOf, parseMountSource } from '@lustre-csi/core';

/** Command line of the suite. */
export interface SuiteOptions {
  /** Absent: the suite is skipped. */
  readonly source?: string;
  readonly hostName?: string;
  readonly unreachable: string;
  /** Hosts of servers, as ssh(1) takes them. */
  readonly ssh: readonly string[];
  readonly freeze?: string;
  readonly thaw?: string;
  /** JavaScript file of the driver to check. */
  readonly driver?: string;
  readonly output: 'text' | 'json';
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly list: boolean;
  readonly help: boolean;
}

/** Command line that cannot be used; the message names the flag. */
export class UsageError extends Error {}

interface Flag {
  readonly value?: string;
  readonly multiple?: true;
  readonly about: string;
}

/** The one list of flags: parsed, and printed as help. */
const flags = {
  source: {
    value: 'SOURCE',
    about: 'file system, NID[,NID...][:NID...]:/FSNAME[/SUBDIR]; absent: skip the suite',
  },
  'host-name': { value: 'NAME', about: 'host name of the first NID, for the checks of sources with names' },
  unreachable: {
    value: 'NID',
    about: 'NID of the checks of a server that never answers; none: skip them (192.0.2.1@tcp)',
  },
  ssh: {
    value: 'HOST',
    multiple: true,
    about: 'server on which to run commands as root; once for each server of the file system',
  },
  freeze: { value: 'COMMAND', about: 'shell command that makes all servers stop answering this machine' },
  thaw: { value: 'COMMAND', about: 'shell command that ends this' },
  driver: { value: 'FILE', about: 'JavaScript file of another driver with the provider generic.lustre-csi' },
  output: { value: 'FORMAT', about: 'text or json (text)' },
  only: {
    value: 'ID',
    multiple: true,
    about: 'run these checks: ids or their beginnings, separated by commas',
  },
  skip: { value: 'ID', multiple: true, about: 'leave these checks out, in the same way' },
  list: { about: 'print the ids of the checks and end' },
  help: { about: 'print this and end' },
} as const satisfies Readonly<Record<string, Flag>>;

type FlagName = keyof typeof flags;

interface FlagValues {
  readonly texts: ReadonlyMap<FlagName, readonly string[]>;
  readonly set: ReadonlySet<FlagName>;
}

/** Reads the command line. @throws UsageError */
export function parseOptions(args: readonly string[]): SuiteOptions {
  const { texts, set } = readFlags(args);
  const one = (name: FlagName): string | undefined => texts.get(name)?.at(-1);
  const many = (name: FlagName): readonly string[] =>
    (texts.get(name) ?? []).flatMap((text) => text.split(',')).filter((text) => text !== '');
  const optional = <Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> =>
    (value === undefined ? {} : { [key]: value }) as Partial<Record<Key, string>>;
  const options: SuiteOptions = {
    ...optional('source', one('source')),
    ...optional('hostName', one('host-name')),
    ...optional('freeze', one('freeze')),
    ...optional('thaw', one('thaw')),
    ...optional('driver', one('driver')),
    unreachable: one('unreachable') ?? '192.0.2.1@tcp',
    ssh: many('ssh'),
    output: outputFormat(one('output') ?? 'text'),
    only: many('only'),
    skip: many('skip'),
    list: set.has('list'),
    help: set.has('help'),
  };
  return checked(options);
}

/** Help text: the flags, one a line. */
export function helpText(): string {
  const rows = Object.entries<Flag>(flags).map(
    ([name, { value, about }]) => [`--${name}${value ? ` ${value}` : ''}`, about] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    'npm run test:lustre -- --source SOURCE [FLAG...]',
    '',
    'Checks the driver on this machine, with its Lustre client and the servers of SOURCE.',
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    'Exit status: 0 no check failed, also where the suite is skipped; 1 a check failed; 2 wrong command line.',
  ].join('\n');
}

function readFlags(args: readonly string[]): FlagValues {
  const options = Object.fromEntries(
    Object.entries<Flag>(flags).map(([name, { value }]) => [
      name,
      value ? { type: 'string' as const, multiple: true as const } : { type: 'boolean' as const },
    ]),
  );
  try {
    const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
    const entries = Object.entries(values) as [FlagName, string[] | boolean][];
    return {
      texts: new Map(
        entries.flatMap(([name, value]) => (Array.isArray(value) ? [[name, value] as const] : [])),
      ),
      set: new Set(entries.filter(([, value]) => value === true).map(([name]) => name)),
    };
  } catch (error) {
    throw new UsageError(messageOf(error).split('. ', 1)[0]);
  }
}

function outputFormat(text: string): 'text' | 'json' {
  if (text === 'text' || text === 'json') return text;
  throw new UsageError(`--output must be text or json, not "${text}"`);
}

function checked(options: SuiteOptions): SuiteOptions {
  const { source, freeze, thaw, ssh } = options;
  if ((freeze === undefined) !== (thaw === undefined)) {
    throw new UsageError('--freeze and --thaw belong together: give both');
  }
  const wrongHost = ssh.find((host) => host.startsWith('-'));
  if (wrongHost !== undefined) throw new UsageError(`--ssh must name a host, not "${wrongHost}"`);
  if (source === undefined) return options;
  try {
    parseMountSource(source);
  } catch (error) {
    throw new UsageError(`--source: ${messageOf(error)}`);
  }
  return options;
}

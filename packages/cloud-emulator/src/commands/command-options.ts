import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ClientBehaviour } from '../mount/client-settings.js';
import {
  clientVersions,
  defaultClientVersion,
  defaultWaitScale,
  isClientVersion,
  type ClientVersion,
} from '../mount/client-version.js';
import type { EmulatorOptions } from '../emulator.js';
import { defaultDurations } from '../world/world.js';
import type { Durations } from '../world/world.js';
import { UsageError } from './usage-error.js';

/** Options of `serve` and `exec`. */
export interface CommandOptions {
  readonly durations: Partial<Durations>;
  /** Items of a page of a listing. */
  readonly pageSize?: number;
  readonly awsPort: number;
  readonly azurePort: number;
  /** Directory of azure.json and ca.pem; absent: a temporary one. Absolute. */
  readonly directory?: string;
  /** Directory in which the simulated mount.lustre looks for file systems. Absolute. */
  readonly lustreRegistry?: string;
  /** The simulated Lustre client. */
  readonly client: Partial<ClientBehaviour>;
}

interface Flag {
  readonly value: string;
  readonly about: string;
}

/** List of all flags, for the parser and for the help. */
const flags = {
  'create-seconds': { value: 'N', about: `duration of a creation (${defaultDurations.createSeconds})` },
  'delete-seconds': { value: 'N', about: `duration of a deletion (${defaultDurations.deleteSeconds})` },
  'update-seconds': { value: 'N', about: `duration of an update (${defaultDurations.updateSeconds})` },
  'token-seconds': {
    value: 'N',
    about: `time for which FSx remembers a ClientRequestToken (${defaultDurations.tokenSeconds})`,
  },
  'page-size': { value: 'N', about: 'items of a page of a listing, at most (5)' },
  'aws-port': { value: 'PORT', about: 'HTTP port of the AWS APIs and the control API (a free one)' },
  'azure-port': { value: 'PORT', about: 'HTTPS port of the Azure APIs (a free one)' },
  directory: { value: 'DIR', about: 'directory for azure.json and ca.pem (a temporary directory)' },
  'lustre-registry': {
    value: 'DIR',
    about: 'where the clouds publish their file systems to the simulated mount.lustre',
  },
  'lustre-version': {
    value: 'VERSION',
    about: `release of the simulated Lustre client: ${clientVersions.join(', ')} (${defaultClientVersion})`,
  },
  'lustre-wait-scale': {
    value: 'FACTOR',
    about: `factor for the minutes that mounts wait for dead servers (${defaultWaitScale})`,
  },
} as const satisfies Readonly<Record<string, Flag>>;

type FlagName = keyof typeof flags;

/** Reads the flags. @throws {@link UsageError} that names the flag. */
export function parseCommandOptions(args: readonly string[]): CommandOptions {
  const values = parseFlags(args);
  const seconds = (name: FlagName): number | undefined =>
    parseNumber(name, values[name], { must: 'a number of seconds, fractions allowed', least: 0 });
  const port = (name: FlagName): number =>
    parseNumber(name, values[name], { must: 'a port from 0 to 65535', least: 0, most: 65535, whole: true }) ??
    0;
  return defined({
    durations: defined({
      createSeconds: seconds('create-seconds'),
      deleteSeconds: seconds('delete-seconds'),
      updateSeconds: seconds('update-seconds'),
      tokenSeconds: seconds('token-seconds'),
    }),
    pageSize: parseNumber('page-size', values['page-size'], {
      must: 'a whole number from 1',
      least: 1,
      whole: true,
    }),
    awsPort: port('aws-port'),
    azurePort: port('azure-port'),
    directory: directory('directory', values.directory),
    lustreRegistry: directory('lustre-registry', values['lustre-registry']),
    client: defined({
      version: clientVersion(values['lustre-version']),
      waitScale: parseNumber('lustre-wait-scale', values['lustre-wait-scale'], {
        must: 'a factor from 0',
        least: 0,
      }),
    }),
  });
}

/** Options of both clouds for the page size. */
export const pagesOf = ({ pageSize }: CommandOptions): Pick<EmulatorOptions, 'aws' | 'azure'> =>
  pageSize === undefined ? {} : { aws: { pageSize }, azure: { pageSize } };

/** The flags, one a line, for `--help`. */
export function optionsHelp(): string {
  const rows = Object.entries(flags).map(([name, flag]) => [`--${name} ${flag.value}`, flag.about] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

function parseFlags(args: readonly string[]): Partial<Record<FlagName, string>> {
  const options = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The sentences behind the first are advice that is wrong here.
    throw new UsageError(`${message.split('. ', 1)[0] ?? ''} (see --help; a COMMAND goes behind --)`);
  }
}

interface NumberRule {
  readonly must: string;
  readonly least: number;
  readonly most?: number;
  readonly whole?: boolean;
}

function parseNumber(name: string, text: string | undefined, rule: NumberRule): number | undefined {
  if (text === undefined) return undefined;
  const number = /^[0-9]*\.?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  const fits = number >= rule.least && number <= (rule.most ?? Number.MAX_SAFE_INTEGER);
  if (!fits || (rule.whole && !Number.isInteger(number))) {
    throw new UsageError(`--${name} must be ${rule.must}, not '${text}'`);
  }
  return number;
}

function clientVersion(text: string | undefined): ClientVersion | undefined {
  if (text === undefined || isClientVersion(text)) return text;
  throw new UsageError(`--lustre-version must be one of ${clientVersions.join(', ')}, not '${text}'`);
}

function directory(name: string, text: string | undefined): string | undefined {
  if (text === '') throw new UsageError(`--${name} must name a directory`);
  return text === undefined ? undefined : resolve(text);
}

type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** Leaves undefined members out, so that a default can take their place. */
const defined = <T extends object>(values: T): Defined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;

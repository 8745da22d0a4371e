import { hostname } from 'node:os';
import {
  ConfigurationError,
  type FlagDefinition,
  type ProviderPlugin,
  type Settings,
} from '@lustre-csi/core';
import { ProviderRegistry, parseEndpoint, type Endpoint } from '@lustre-csi/core/server';
import { readCommandLine, type CommandLine } from './arguments.js';
import { commandGrammars, commands, flagsOfCommand, type Command } from './command-flags.js';
import type { DriverDefinition } from '../driver-definition.js';
import type { LogFormat } from '../logger.js';
import { driverFlags, legacyFlags } from './flags.js';
import { legacyWarnings, withStatedMode } from './legacy-flags.js';
import { withDefaultOf } from './replaced-defaults.js';
import { servedArguments } from './served-arguments.js';

export type Mode = 'controller' | 'node' | 'all';

/** Checked settings of a driver that serves. This module is the only reader of the arguments and the environment. */
export interface Config {
  readonly plugin: ProviderPlugin;
  readonly mode: Mode;
  readonly endpoint: Endpoint;
  readonly nodeId: string;
  readonly stateDir: string;
  readonly clusterId: string;
  readonly shutdownGraceMs: number;
  readonly logLevel: string;
  readonly logFormat: LogFormat;
  /** Calls that wait for the cloud at once; absent: no limit. */
  readonly maxWaitingCalls?: number;
  /** Messages about flags that have no effect any more. */
  readonly warnings: readonly string[];
  /** Values of all flags, and the environment: for the provider. */
  readonly settings: Settings;
}

/** Checked settings of a command that runs beside the driver. */
export type CommandConfig = Omit<Config, 'mode' | 'endpoint' | 'shutdownGraceMs' | 'warnings'>;

/** Checked settings of a command that calls the driver. */
export type ProbeConfig = CommandConfig & Pick<Config, 'mode' | 'endpoint'>;

/** Checked settings of a command that examines the driver, and what follows the name of the command. */
export type ToolConfig = CommandConfig & {
  readonly mode: Mode;
  /** Address of the driver; absent: unknown. */
  readonly endpoint?: Endpoint;
  readonly operands: readonly string[];
};

/** Commands that examine. */
export type Tool = 'doctor' | 'preflight' | 'support-bundle';

/** Request of the command line: to serve, to run a command, or to print a text. */
export type Invocation =
  | { readonly kind: 'serve'; readonly config: Config }
  | { readonly kind: 'readiness-probe'; readonly config: ProbeConfig }
  | { readonly kind: Tool; readonly config: ToolConfig }
  | { readonly kind: Exclude<Command, 'readiness-probe' | Tool>; readonly config: CommandConfig }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

export type { Command };

type Environment = Readonly<Record<string, string | undefined>>;

/** Arguments and environment of a process. Default: those of this process. */
export interface ProcessInput {
  /** Arguments without the program. */
  readonly argv?: readonly string[] | undefined;
  readonly environment?: Environment | undefined;
  /** Arguments of the driver that serves beside this process. */
  readonly served?: readonly string[] | undefined;
}

/** Reads and checks the arguments and the environment.
 *  @throws ConfigurationError one line that names the setting */
export function readConfig(
  { name: executableName, providers, replaces }: Pick<DriverDefinition, 'name' | 'providers' | 'replaces'>,
  { argv = process.argv.slice(2), environment = process.env, served }: ProcessInput = {},
): Invocation {
  const command = commands.find((name) => name === argv[0]);
  const flags = [...allFlags(providers), ...flagsOfCommand(command)].map((flag) =>
    withDefaultOf(replaces, flag),
  );
  const args = argumentsOf(command, argv, served);
  const takesOperands = command !== undefined && commandGrammars[command]?.operands !== undefined;
  const line = readCommandLine(args, [...flags, ...legacyFlags], executableName, takesOperands);
  if (line.values.get('help') === 'true') return { kind: 'help' };
  if (line.values.get('version') === 'true') return { kind: 'version' };
  const settings = settingsOf(flags, withStatedMode(line.values), environment);
  const plugin = selectProvider(new ProviderRegistry(providers), settings);
  return invocationOf(command, commandConfig(plugin, settings, line.values), line);
}

/** Arguments of a command, behind those of the driver that serves where they count too. */
function argumentsOf(
  command: Command | undefined,
  argv: readonly string[],
  served: readonly string[] | undefined,
): readonly string[] {
  if (command === undefined) return argv;
  const own = argv.slice(1);
  return commandGrammars[command]?.likeServed ? [...(served ?? servedArguments()), ...own] : own;
}

function invocationOf(
  command: Command | undefined,
  common: CommandConfig,
  { values, operands }: CommandLine,
): Invocation {
  const { settings } = common;
  switch (command) {
    case undefined:
      return { kind: 'serve', config: Object.freeze(servingConfig(common, values)) };
    case 'readiness-probe':
      return { kind: command, config: { ...common, ...servedAt(settings) } };
    case 'doctor':
    case 'preflight':
    case 'support-bundle':
      return { kind: command, config: { ...common, ...examinedAt(settings), operands } };
    default:
      return { kind: command, config: common };
  }
}

const servingConfig = (common: CommandConfig, given: ReadonlyMap<string, string>): Config => ({
  ...common,
  ...servedAt(common.settings),
  shutdownGraceMs: seconds(common.settings, 'shutdown-grace-seconds') * 1000,
  warnings: legacyWarnings(given),
});

function servedAt(settings: Settings): Pick<Config, 'mode' | 'endpoint'> {
  return {
    mode: modeOf(settings.flag('mode') ?? 'all'),
    endpoint: parseEndpoint(required(settings, 'endpoint', 'unix:///path/csi.sock (or set CSI_ENDPOINT)')),
  };
}

function examinedAt(settings: Settings): Pick<ToolConfig, 'mode' | 'endpoint'> {
  const mode = modeOf(settings.flag('mode') ?? 'all');
  return settings.flag('endpoint') ? servedAt(settings) : { mode };
}

function commandConfig(
  plugin: ProviderPlugin,
  settings: Settings,
  given: ReadonlyMap<string, string>,
): CommandConfig {
  return {
    plugin,
    nodeId: settings.flag('node-id') || settings.environment('KUBE_NODE_NAME') || hostname(),
    stateDir: settings.flag('state-dir') ?? `/run/lustre-csi/${plugin.driverName}`,
    clusterId: settings.flag('cluster-id') ?? '',
    logLevel: logLevelOf(settings, given.get('v')),
    logFormat: logFormatOf(settings),
    ...maxWaitingCallsOf(settings),
    settings,
  };
}

/** Selects by `--driver-name`, which a single provider does not need. */
function selectProvider(registry: ProviderRegistry, settings: Settings): ProviderPlugin {
  const { names } = registry;
  const only = names.length === 1 ? names[0] : undefined;
  const chosen =
    settings.flag('driver-name') || only || required(settings, 'driver-name', `one of ${names.join(', ')}`);
  return registry.named(chosen, settings);
}

/** Flags of the driver and of all providers; a flag that several providers share is listed once. */
export function allFlags(plugins: readonly ProviderPlugin[]): readonly FlagDefinition[] {
  const all = [...driverFlags, ...plugins.flatMap((plugin) => plugin.flags)];
  return [...new Map(all.map((flag) => [flag.name, flag])).values()];
}

function settingsOf(
  flags: readonly FlagDefinition[],
  given: ReadonlyMap<string, string>,
  environment: Environment,
): Settings {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const variable = (name: string | undefined): string | undefined =>
    (name !== undefined && environment[name]) || undefined;
  return {
    flag: (name) => given.get(name) ?? variable(byName.get(name)?.environment) ?? byName.get(name)?.default,
    environment: variable,
  };
}

function required(settings: Settings, name: string, legal: string): string {
  const value = settings.flag(name);
  if (!value) throw new ConfigurationError(`--${name} is missing: write ${legal}`);
  return value;
}

function maxWaitingCallsOf(settings: Settings): Pick<Config, 'maxWaitingCalls'> {
  const value = settings.flag('max-waiting-calls') ?? '';
  if (value === '') return {};
  if (/^[1-9][0-9]{0,5}$/.test(value)) return { maxWaitingCalls: Number(value) };
  throw new ConfigurationError(`--max-waiting-calls is "${value}": write a number from 1 to 999999`);
}

function modeOf(value: string): Mode {
  if (value === 'controller' || value === 'node' || value === 'all') return value;
  throw new ConfigurationError(`--mode is "${value}": write controller, node or all`);
}

function seconds(settings: Settings, name: string): number {
  const value = settings.flag(name) ?? '';
  if (!/^[0-9]+$/.test(value) || Number(value) > LONGEST_TIMER_SECONDS) {
    throw new ConfigurationError(
      `--${name} is "${value}": write a number of seconds, at most ${LONGEST_TIMER_SECONDS}`,
    );
  }
  return Number(value);
}

/** Limit of timers of Node.js: they count milliseconds in 31 bits, and fire at once above that. */
const LONGEST_TIMER_SECONDS = 2_147_483;

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'];

/** Verbosity (`-v` of the Go drivers) from which klog shows each step. */
const DEBUG_VERBOSITY = 4;

function logLevelOf(settings: Settings, verbosity: string | undefined): string {
  if (verbosity !== undefined && Number(verbosity) >= DEBUG_VERBOSITY) return 'debug';
  const level = settings.flag('log-level') ?? 'info';
  if (!LOG_LEVELS.includes(level)) {
    throw new ConfigurationError(`--log-level is "${level}": write ${LOG_LEVELS.join(', ')}`);
  }
  return level;
}

function logFormatOf(settings: Settings): LogFormat {
  const format = settings.flag('logging-format');
  if (format === 'json' || format === 'text') return format;
  throw new ConfigurationError(`--logging-format is "${format ?? ''}": write json or text`);
}

import { hostname } from 'node:os';
import {
  ConfigurationError,
  type FlagDefinition,
  type ProviderPlugin,
  type Settings,
} from '@lustre-csi/core';
import { ProviderRegistry, parseEndpoint, type Endpoint } from '@lustre-csi/core/server';
import { readArguments } from './arguments.js';
import type { DriverDefinition } from '../driver-definition.js';
import { driverFlags, legacyFlags } from './flags.js';

export type Mode = 'controller' | 'node' | 'all';

/** Everything that the process was started with, checked. The only reader of argv and the environment. */
export interface Config {
  readonly plugin: ProviderPlugin;
  readonly mode: Mode;
  readonly endpoint: Endpoint;
  readonly nodeId: string;
  readonly stateDir: string;
  readonly clusterId: string;
  readonly shutdownGraceMs: number;
  readonly logLevel: string;
  /** What the log has to say about flags that no longer mean anything. */
  readonly warnings: readonly string[];
  /** For the provider: its own flags and the environment. */
  readonly settings: Settings;
}

/** What a command needs that works beside the driver. */
export type CommandConfig = Omit<Config, 'mode' | 'endpoint' | 'shutdownGraceMs' | 'warnings'>;

/** `--help` and `--version` ask for text, not for a driver. */
export type Invocation =
  | { readonly kind: 'serve'; readonly config: Config }
  | { readonly kind: Command; readonly config: CommandConfig }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

/** What there is beside serving. aws-fsx-csi-driver has the first one, too. */
const commands = ['pre-stop-hook', 'orphans'] as const;

export type Command = (typeof commands)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** What a process is started with; absent: that of this process. */
export interface ProcessInput {
  /** Arguments alone, without the program. */
  readonly argv?: readonly string[] | undefined;
  readonly environment?: Environment | undefined;
}

/** Reads and checks the arguments and the environment.
 *  @throws ConfigurationError one line that names the setting */
export function readConfig(
  { name: executableName, providers }: Pick<DriverDefinition, 'name' | 'providers'>,
  { argv = process.argv.slice(2), environment = process.env }: ProcessInput = {},
): Invocation {
  const flags = allFlags(providers);
  const command = commands.find((name) => name === argv[0]);
  const given = readArguments(command ? argv.slice(1) : argv, [...flags, ...legacyFlags], executableName);
  if (given.get('help') === 'true') return { kind: 'help' };
  if (given.get('version') === 'true') return { kind: 'version' };
  const settings = settingsOf(flags, given, environment);
  const plugin = selectProvider(new ProviderRegistry(providers), settings);
  const common = commandConfig(plugin, settings, given);
  if (command) return { kind: command, config: common };
  const config: Config = {
    ...common,
    mode: modeOf(settings.flag('mode') ?? 'all'),
    endpoint: parseEndpoint(required(settings, 'endpoint', 'unix:///path/csi.sock (or set CSI_ENDPOINT)')),
    shutdownGraceMs: seconds(settings, 'shutdown-grace-seconds') * 1000,
    warnings: legacyWarnings(given),
  };
  return { kind: 'serve', config: Object.freeze(config) };
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

/** The driver's flags and those of every provider; a flag that several providers share is listed once. */
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

/** Timers of Node.js count milliseconds in 31 bits, and fire at once where that is not enough. */
const LONGEST_TIMER_SECONDS = 2_147_483;

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'];

/** `-v 4` of the Go drivers is where klog starts to show each step. */
const DEBUG_VERBOSITY = 4;

function logLevelOf(settings: Settings, verbosity: string | undefined): string {
  if (verbosity !== undefined && Number(verbosity) >= DEBUG_VERBOSITY) return 'debug';
  const level = settings.flag('log-level') ?? 'info';
  if (!LOG_LEVELS.includes(level)) {
    throw new ConfigurationError(`--log-level is "${level}": write ${LOG_LEVELS.join(', ')}`);
  }
  return level;
}

function legacyWarnings(given: ReadonlyMap<string, string>): readonly string[] {
  const warnings: string[] = [];
  for (const { name, warning, refuse } of legacyFlags) {
    const value = given.get(name);
    if (value === undefined) continue;
    if (refuse && value === refuse.value)
      throw new ConfigurationError(`--${name}=${value}: ${refuse.reason}`);
    if (warning && value !== 'false' && value !== 'json') warnings.push(`--${name}: ${warning}`);
  }
  return warnings;
}

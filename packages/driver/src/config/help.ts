import type { FlagDefinition } from '@lustre-csi/core';
import type { DriverDefinition } from '../driver-definition.js';
import { commandGrammars } from './command-flags.js';
import type { Tool } from './config.js';
import { driverFlags } from './flags.js';
import { withDefaultOf } from './replaced-defaults.js';

const WIDTH = 100;
const INDENT = 34;

/** Text of `--help`, from the same tables that the flags are read with. */
export function helpText({
  name,
  providers,
  replaces,
}: Pick<DriverDefinition, 'name' | 'providers' | 'replaces'>): string {
  const choice = providers.length === 1 || replaces ? '' : ' --driver-name NAME';
  const endpoint = replaces ? '' : ' --endpoint unix:///path/csi.sock';
  const drivers = providers.map((plugin) => `  ${plugin.driverName.padEnd(INDENT - 2)}${plugin.title}`);
  return [
    `${name}${choice}${endpoint} [--mode controller|node|all] [flags]`,
    `${name} orphans [flags]: lists file systems that no PersistentVolume and no claim refers to; changes nothing`,
    `${name} pre-stop-hook [flags]: on a node that is being drained, exits once all volumes are unmounted`,
    `${name} readiness-probe [flags]: succeeds if the driver answers and, unless --mode is controller, can mount`,
    ...examining.map(([command, purpose]) => `${name} ${usageOf(command)}: ${purpose}`),
    '',
    'A CSI driver for managed Lustre file systems.',
    '',
    'Drivers:',
    ...drivers,
    '',
    'Flags:',
    ...driverFlags.map((flag) => flagLines(withDefaultOf(replaces, flag))),
    '',
    ...providers.flatMap(({ title, driverName, flags }) =>
      flags.length === 0 ? [] : [`Flags of ${title} (${driverName}):`, ...flags.map(flagLines), ''],
    ),
    ...Object.entries(commandGrammars).flatMap(([command, { flags }]) => [
      `Flags of ${command}:`,
      ...flags.map(flagLines),
      '',
    ]),
  ].join('\n');
}

/** Commands that examine, with their purpose. */
const examining: readonly (readonly [Tool, string])[] = [
  [
    'doctor',
    'examines the node, the controller and the cluster, or explains why a claim or a pod waits; changes nothing',
  ],
  ['preflight', 'examines StorageClasses of files or of the cluster before claims use them; creates nothing'],
  ['support-bundle', 'writes a tar.gz of logs, objects and state, without secrets, to standard output'],
];

function usageOf(command: Tool): string {
  const operands = commandGrammars[command]?.operands;
  return [command, ...(operands === undefined ? [] : [operands]), '[flags]'].join(' ');
}

function flagLines(flag: FlagDefinition): string {
  const value = flag.type === 'boolean' ? '' : ` ${flag.valueName ?? 'VALUE'}`;
  const notes = [
    flag.environment ? `environment: ${flag.environment}` : undefined,
    flag.default ? `default: ${flag.default}` : undefined,
  ].filter((note) => note !== undefined);
  const text = notes.length > 0 ? `${flag.description} (${notes.join('; ')})` : flag.description;
  const head = `  --${flag.name}${value}`.padEnd(INDENT);
  const separator = head.length > INDENT ? `\n${' '.repeat(INDENT)}` : '';
  return `${head}${separator}${wrap(text).join(`\n${' '.repeat(INDENT)}`)}`;
}

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= WIDTH - INDENT) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

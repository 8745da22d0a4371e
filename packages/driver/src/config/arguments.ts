import { parseArgs } from 'node:util';
import { ConfigurationError, messageOf } from '@lustre-csi/core';

/** Name and type of a flag on the command line. */
export interface KnownFlag {
  readonly name: string;
  readonly type: 'string' | 'boolean';
  readonly aliases?: readonly string[];
}

/** Values of flags by their proper name, and the arguments that belong to no flag. */
export interface CommandLine {
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** Reads `--name value`, `--name=value`, and the other spellings of Go's flag package: one dash instead of two, and booleans
 *  with a value (`--flag=false`).
 *  @param takesOperands false: an argument that belongs to no flag is an error
 *  @throws ConfigurationError naming the argument */
export function readCommandLine(
  argv: readonly string[],
  flags: readonly KnownFlag[],
  executableName: string,
  takesOperands: boolean,
): CommandLine {
  const byName = new Map(
    flags.flatMap((flag) => [flag.name, ...(flag.aliases ?? [])].map((name) => [name, flag])),
  );
  const args = argv.map((argument) => normalise(argument, byName));
  const options = Object.fromEntries([...byName.keys()].map((name) => [name, { type: 'string' as const }]));
  let values: Record<string, string | undefined>;
  let operands: string[];
  try {
    ({ values, positionals: operands } = parseArgs({
      args,
      options,
      strict: true,
      allowPositionals: takesOperands,
    }));
  } catch (error) {
    throw new ConfigurationError(`${messageOf(error).split('. ')[0]}: see ${executableName} --help`);
  }
  const read = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) read.set(byName.get(name)?.name ?? name, value);
  }
  return { values: read, operands };
}

/** Reads flags alone. @returns values by the proper name of their flag
 *  @throws ConfigurationError naming the argument */
export const readArguments = (
  argv: readonly string[],
  flags: readonly KnownFlag[],
  executableName: string,
): ReadonlyMap<string, string> => readCommandLine(argv, flags, executableName, false).values;

function normalise(argument: string, flags: ReadonlyMap<string, KnownFlag>): string {
  const [, name, value] = /^--?([A-Za-z][A-Za-z0-9_-]*)(=.*)?$/s.exec(argument) ?? [];
  if (name === undefined) return argument;
  const flag = flags.get(name);
  if (flag?.type === 'boolean' && value === undefined) return `--${name}=true`;
  return `--${name}${value ?? ''}`;
}

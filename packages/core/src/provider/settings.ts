/** A command-line flag: how it is read, and its line in `--help`. */
export interface FlagDefinition {
  /** Without the dashes: `extra-tags`. */
  readonly name: string;
  readonly type: 'string' | 'boolean';
  readonly description: string;
  /** Other spellings: those of the drivers that this one replaces. */
  readonly aliases?: readonly string[];
  /** The environment variable that is read when the flag is not given. */
  readonly environment?: string;
  readonly default?: string;
  /** Placeholder of the value in the help: `URL`. */
  readonly valueName?: string;
}

/** Arguments and environment of the process. Read in one place, `driver/config.ts`; no other code looks at argv or
 *  env. */
export interface Settings {
  /** The value of a flag, its environment variable or its default. */
  flag(name: string): string | undefined;
  /** An environment variable; undefined if it is unset or empty. */
  environment(name: string): string | undefined;
}

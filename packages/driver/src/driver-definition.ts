import type { ProviderPlugin } from '@lustre-csi/core';
import type { Container } from 'inversify';

/** Go driver whose executable this driver stands in for, under the executable's name, with its defaults. */
export interface ReplacedExecutable {
  /** Default of `--driver-name`. */
  readonly driverName: string;
  /** Default of `--endpoint`. */
  readonly endpoint: string;
  /** Renders the output of `--version`, in the format of that executable. */
  readonly versionText: (version: string) => string;
}

/** Definition of a driver: name and version of its executable, its providers, and replacements of standard parts. */
export interface DriverDefinition {
  /** Name of the executable, in the help text, in `--version` and before its errors. */
  readonly name: string;
  /** Version of the executable, as GetPluginInfo and the cloud's user agent show it. */
  readonly version: string;
  /** Providers to choose from with `--driver-name`; a single one needs no choice. */
  readonly providers: readonly ProviderPlugin[];
  /** Executable of another driver that this one stands in for; absent: none. */
  readonly replaces?: ReplacedExecutable;
  /** Replaces parts in the container before they are used. */
  readonly configure?: (container: Container) => void | Promise<void>;
}

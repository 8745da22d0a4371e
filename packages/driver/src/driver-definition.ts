import type { ProviderPlugin } from '@lustre-csi/core';
import type { Container } from 'inversify';

/** Definition of a driver: name and version of its executable, its providers, and replacements of standard parts. */
export interface DriverDefinition {
  /** Name of the executable, in the help text, in `--version` and before its errors. */
  readonly name: string;
  /** Version of the executable, as GetPluginInfo and the cloud's user agent show it. */
  readonly version: string;
  /** Providers to choose from with `--driver-name`; a single one needs no choice. */
  readonly providers: readonly ProviderPlugin[];
  /** Replaces parts in the container before they are used. */
  readonly configure?: (container: Container) => void | Promise<void>;
}

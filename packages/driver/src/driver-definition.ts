import type { ProviderPlugin } from '@lustre-csi/core';
import type { Container } from 'inversify';

/** The driver that an executable is: its name and version, its providers, and what differs from the standard parts. */
export interface DriverDefinition {
  /** Name of the executable, in the help text, in `--version` and before its own errors. */
  readonly name: string;
  /** Version of the executable, as GetPluginInfo and the cloud's user agent show it. */
  readonly version: string;
  /** Providers to choose from with `--driver-name`; a single one needs no choice. */
  readonly providers: readonly ProviderPlugin[];
  /** Replaces parts in the container, before any of them is used. */
  readonly configure?: (container: Container) => void | Promise<void>;
}

import { ConfigurationError } from '../errors/configuration-error.js';
import type { ProviderPlugin } from './provider-plugin.js';
import type { Settings } from './settings.js';

/** CSI: the name of a plugin, GetPluginInfo; it also has to end with a letter. */
const DRIVER_NAME = /^[a-zA-Z][A-Za-z0-9-._]{0,61}[a-zA-Z]$/;

/** The providers that a driver is built with, looked up by driver name. Checked when the driver starts. */
export class ProviderRegistry {
  readonly #byName = new Map<string, ProviderPlugin>();
  readonly #byFormerName = new Map<string, ProviderPlugin>();

  constructor(plugins: readonly ProviderPlugin[]) {
    for (const plugin of plugins) {
      for (const name of plugin.formerNames ?? []) this.#byFormerName.set(name, plugin);
      checkDriverName(plugin.driverName);
      if (this.#byName.has(plugin.driverName)) {
        throw new ConfigurationError(`two providers are registered as ${plugin.driverName}`);
      }
      this.#byName.set(plugin.driverName, plugin);
    }
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()].sort();
  }

  /** The provider of that name, under the name that the settings want it to have.
   *  @throws ConfigurationError */
  named(driverName: string, settings: Settings): ProviderPlugin {
    const plugin = this.get(driverName);
    const servedAs = plugin.servedAs?.(settings) ?? driverName;
    checkDriverName(servedAs);
    if (servedAs !== driverName && this.#byName.has(servedAs)) {
      throw new ConfigurationError(`"${servedAs}" is the name of another provider: choose one of your own`);
    }
    return servedAs === plugin.driverName ? plugin : { ...plugin, driverName: servedAs };
  }

  /** @throws ConfigurationError listing the known names */
  get(driverName: string): ProviderPlugin {
    const plugin = this.#byName.get(driverName) ?? this.#byFormerName.get(driverName);
    if (!plugin) {
      throw new ConfigurationError(
        `unknown --driver-name "${driverName}": known are ${this.names.join(', ')}`,
      );
    }
    return plugin;
  }
}

function checkDriverName(name: string): void {
  if (DRIVER_NAME.test(name)) return;
  throw new ConfigurationError(`"${name}" is not a CSI driver name (${DRIVER_NAME.source})`);
}

import { isAbsolute } from 'node:path';
import { ConfigurationError } from '@lustre-csi/core';
import type { Config } from '../config/config.js';
import type { PluginRegistrationParts } from './plugin-registration.js';

const FLAG = 'kubelet-registration-path';

/** Reads how the driver registers itself with kubelet; undefined: it does not.
 *  @throws ConfigurationError naming the flag */
export function readRegistration({
  settings,
  plugin: { driverName },
  mode,
}: Pick<Config, 'settings' | 'plugin' | 'mode'>): Omit<PluginRegistrationParts, 'log'> | undefined {
  const endpoint = settings.flag(FLAG);
  if (endpoint === undefined) return undefined;
  if (mode === 'controller')
    throw new ConfigurationError(`--${FLAG} registers a node plugin: leave it out with --mode controller`);
  if (!isAbsolute(endpoint))
    throw new ConfigurationError(
      `--${FLAG} is "${endpoint}": write the path on the host of the socket of --endpoint, such as ` +
        `/var/lib/kubelet/plugins/${driverName}/csi.sock`,
    );
  return { driverName, endpoint, directory: settings.flag('plugin-registration-path') ?? '' };
}

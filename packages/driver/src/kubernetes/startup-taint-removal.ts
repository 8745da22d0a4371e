import { release } from 'node:os';
import { ConfigurationError, isConfigurationError, systemClock, type Settings } from '@lustre-csi/core';
import { LustreModuleLoader, readClientParts } from '@lustre-csi/core/server';
import { startupTaintFlag } from '../config/node-flags.js';
import { mountHelper } from '../config/mount-helper.js';
import { kubernetesNode } from './this-node.js';
import type { StartupTaintParts } from './startup-taint.js';

/** Work beside serving, until the signal. Never rejects. */
export type BackgroundTask = (signal: AbortSignal) => Promise<void>;

/** Creates the task that removes the startup taint from this node; it starts when the driver serves. Outside of a cluster
 *  there is no taint, which the log states once.
 *  @throws ConfigurationError naming the flag */
export async function startupTaintRemoval(
  settings: Settings,
  parts: Pick<StartupTaintParts, 'driverName' | 'isRegistered' | 'log' | 'state'> & {
    readonly nodeId: string;
  },
): Promise<BackgroundTask> {
  const nothing: BackgroundTask = async () => {};
  if (!isWanted(settings)) return nothing;
  const found = await kubernetesNode(settings, parts.nodeId, `--${startupTaintFlag.name}`).catch(
    (error: unknown) => {
      if (isConfigurationError(error)) return error;
      throw error;
    },
  );
  if (isConfigurationError(found)) {
    parts.log.warn({}, `${found.message} (--${startupTaintFlag.name}=false)`);
    return nothing;
  }
  const { StartupTaint } = await import('./startup-taint.js');
  const loader = new LustreModuleLoader();
  const isHelperOptional = mountHelper(settings) !== 'require';
  const taint = new StartupTaint({
    ...parts,
    node: found,
    readClient: async () => ({ ...(await readClientParts()), isHelperOptional }),
    loadModule: (signal) => loader.load(signal),
    kernel: release(),
    clock: systemClock,
    random: Math.random,
  });
  return (signal) => taint.run(signal);
}

/** Value of the flag, with the spellings of booleans of Go's flag package. */
function isWanted(settings: Settings): boolean {
  const value = settings.flag(startupTaintFlag.name) ?? '';
  if (/^(?:1|t|true)$/i.test(value)) return true;
  if (/^(?:0|f|false)$/i.test(value)) return false;
  throw new ConfigurationError(`--${startupTaintFlag.name} is "${value}": write true or false`);
}

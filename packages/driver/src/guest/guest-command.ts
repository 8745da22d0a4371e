import type { Log } from '@lustre-csi/core';
import { readMountTable } from '@lustre-csi/core/diagnosis';
import { NodeEngine } from '@lustre-csi/core/server';
import { terminationSignal } from '../commands/termination-signal.js';
import type { CommandConfig } from '../config/config.js';
import { mountHelper } from '../config/mount-helper.js';
import { nodeEngineSettings } from '../container/node-settings.js';
import { requireLustreClient } from '../health/lustre-client-check.js';
import { createLog } from '../logger.js';
import { guestProbe } from './guest-probe.js';
import { GuestMounts } from './guest-mounts.js';
import { guestSources, lnetRefusal } from './lnet-placement.js';
import { readHandOff } from './read-hand-off.js';
import { serveGuestHealth } from './serve-guest-health.js';

/** Address of the probes where `--health-address` sets none. */
const DEFAULT_ADDRESS = ':9810';
/** Lets containers pass the directories of the paths. */
const UMASK = 0o022;

/**
 * The command `guest`, a native sidecar (an init container with restartPolicy Always) in a pod that has a virtual machine of its own:
 * mounts the pod's volumes inside it, and unmounts them at SIGTERM, after the other containers have ended.
 * @returns the exit status: 1 if the volumes were never mounted, so that kubelet shows the reason, or one could not be unmounted
 * @throws Error if the hand-off volume is wrong @throws ConfigurationError naming the flag
 */
export async function guestCommand(config: CommandConfig): Promise<number> {
  const { settings, plugin, stateDir, logLevel, logFormat } = config;
  const { driverName } = plugin;
  process.umask(UMASK);
  const log = createLog(logLevel, { driver: driverName, command: 'guest' }, { format: logFormat });
  const volumes = await readHandOff(settings.flag('hand-off-dir') ?? '', driverName);
  const chosen = await nodeEngineSettings(settings, driverName);
  const mounts = new GuestMounts({
    ...{ volumes, log },
    engine: new NodeEngine({ stateDir, log, ...chosen, mountSharing: 'pod', probe: guestProbe }),
    check: () => checkGuest(config, log),
    isMounted: async (path) => (await readMountTable()).at(path) !== undefined,
  });
  const stopping = new AbortController();
  const stopped = terminationSignal().then((signal) => {
    log.info({ signal }, 'stopping: the volumes are written and unmounted');
    stopping.abort();
  });
  const listener = await serveGuestHealth(settings.flag('health-address') ?? DEFAULT_ADDRESS, mounts);
  log.info({ address: listener.address, volumes: volumes.length }, 'mounting the volumes of the pod');
  const mounted = mounts.mount(stopping.signal);
  await stopped;
  await mounted;
  const isStarted = mounts.notStarted() === undefined;
  const remaining = await mounts.unmount();
  await listener.stop();
  return remaining === 0 && isStarted ? 0 : 1;
}

/** Checks the Lustre client of this guest. The kernel loads a module that is installed, in the network of the machine.
 *  @throws Error with the reason */
async function checkGuest({ settings }: CommandConfig, log: Log): Promise<void> {
  await requireLustreClient(mountHelper(settings) !== 'require');
  if (settings.flag('allow-pod-network') === 'true') return;
  const refusal = await lnetRefusal({ ...guestSources, warn: (message) => log.warn({}, message) });
  if (refusal !== undefined) throw new Error(refusal);
}

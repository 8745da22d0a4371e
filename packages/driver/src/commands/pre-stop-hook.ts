import { isConfigurationError, messageOf, pause, systemClock, type Clock, type Log } from '@lustre-csi/core';
import { remainingMounts } from '@lustre-csi/core/server';
import type { CommandConfig } from '../config/config.js';
import type { KubernetesNode } from '../kubernetes/kubernetes-node.js';
import { textAt } from '../kubernetes/object-fields.js';
import { kubernetesNode } from '../kubernetes/this-node.js';
import { createLog } from '../logger.js';

/** Keys of taints of a node that is being removed: kubectl drain, cluster-autoscaler, Karpenter (now and before 1.0). */
const drainTaints: readonly (string | undefined)[] = [
  'node.kubernetes.io/unschedulable',
  'ToBeDeletedByClusterAutoscaler',
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
];

const CHECK_EVERY_MS = 500;
const REPORT_EVERY_MS = 15_000;
/** Interval of requests for the registration, in milliseconds. */
const REGISTRATION_EVERY_MS = 2_000;
/** Time in milliseconds after which an unregistered driver is not registered again: a registrar that restarts is faster. */
const UNREGISTERED_MS = 10_000;

/** Inputs of the hook. */
export interface PreStopParts {
  readonly driverName: string;
  readonly node: Pick<KubernetesNode, 'name' | 'read' | 'registeredDrivers'>;
  /** Finds the paths at which volumes or clients are still mounted. */
  readonly left: () => Promise<readonly string[]>;
  readonly log: Log;
  readonly clock?: Clock;
}

/**
 * The command `pre-stop-hook`, for `lifecycle.preStop` of the node plugin: while the node is being drained, the plugin stays
 * until the last volume and the last Lustre client are unmounted. The servers have to evict the clients of a node that
 * disappears with mounts, while other clients wait. Kubelet ends the hook after the pod's terminationGracePeriodSeconds.
 * Without a Kubernetes API to ask, it returns at once, as that of aws-fsx-csi-driver: the plugin can be stopped.
 * @throws NodeApiError if the taints of the node cannot be read
 * @throws Error if kubelet has unregistered the driver, and so cannot unmount its volumes any more
 */
export async function preStopHookCommand({
  settings,
  nodeId,
  stateDir,
  logLevel,
  logFormat,
  plugin,
}: CommandConfig): Promise<void> {
  const log = createLog(
    logLevel,
    { driver: plugin.driverName, command: 'pre-stop-hook' },
    { format: logFormat },
  );
  try {
    const node = await kubernetesNode(settings, nodeId, 'pre-stop-hook');
    await waitForUnmounts({
      driverName: plugin.driverName,
      node,
      log,
      left: () => remainingMounts(stateDir),
    });
  } catch (error) {
    if (!hasNoApi(error)) throw error;
    log.warn({}, `no volume is waited for: ${messageOf(error)}`);
  }
}

/** Reports that this process has no access to an API server at all: it is no pod, or has no service account. */
const hasNoApi = (error: unknown): boolean =>
  isConfigurationError(error) ||
  (error instanceof Error &&
    error.name === 'NodeApiError' &&
    (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT');

/** Waits on a node that is being drained. Returns at once on a node that stays: the plugin is restarted or upgraded there,
 *  and its volumes stay mounted. */
export async function waitForUnmounts(parts: PreStopParts): Promise<void> {
  const { node, left, log, clock = systemClock } = parts;
  const { signal } = new AbortController();
  const { taints } = await node.read(signal);
  if (!taints.some((taint) => drainTaints.includes(textAt(taint, 'key')))) {
    log.info({ node: node.name }, 'the node is not being drained: volumes stay mounted');
    return;
  }
  const registration = new RegistrationWatch(parts, clock);
  let reportAt = clock.now();
  for (let mounted = await left(); mounted.length > 0; mounted = await left()) {
    if (clock.now() >= reportAt) {
      log.info(
        { node: node.name, mounted },
        'the node is being drained: waiting until its volumes are unmounted',
      );
      reportAt = clock.now() + REPORT_EVERY_MS;
    }
    if (await registration.isLost(signal)) throw unregistered(parts.driverName, mounted);
    await pause(clock, CHECK_EVERY_MS, signal);
  }
  log.info({ node: node.name }, 'the node is being drained, and all volumes are unmounted');
}

/** Watches if kubelet can still call the driver. It unregisters the driver when node-driver-registrar ends, which as an ordinary
 *  container ends with the pod, before the hook. */
class RegistrationWatch {
  #askAt: number;
  #missingSince: number | undefined;

  constructor(
    private readonly parts: PreStopParts,
    private readonly clock: Clock,
  ) {
    this.#askAt = clock.now();
  }

  /** Reports that the driver has been unregistered for longer than a restart of its registrar takes. */
  async isLost(signal: AbortSignal): Promise<boolean> {
    if (this.clock.now() < this.#askAt) return false;
    this.#askAt = this.clock.now() + REGISTRATION_EVERY_MS;
    if (await this.#isRegistered(signal)) this.#missingSince = undefined;
    else this.#missingSince ??= this.clock.now();
    return this.#missingSince !== undefined && this.clock.now() - this.#missingSince >= UNREGISTERED_MS;
  }

  /** A registration that cannot be read counts as there: the hook then waits, as it has to. */
  async #isRegistered(signal: AbortSignal): Promise<boolean> {
    const { driverName, node, log } = this.parts;
    try {
      return (await node.registeredDrivers(signal)).includes(driverName);
    } catch (error) {
      log.warn({}, `the registration of the driver is not known: ${messageOf(error)}`);
      // The right to read it does not appear while the hook runs, and the API server may be busy.
      this.#askAt = this.clock.now() + REPORT_EVERY_MS;
      return true;
    }
  }
}

const unregistered = (driverName: string, mounted: readonly string[]): Error =>
  new Error(
    `kubelet has unregistered ${driverName}, so that these volumes cannot be unmounted any more: ${mounted.join(', ')}; ` +
      'run node-driver-registrar as a native sidecar (an init container with restartPolicy: Always)',
  );

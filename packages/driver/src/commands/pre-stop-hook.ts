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

/** Inputs of the hook. */
export interface PreStopParts {
  readonly node: Pick<KubernetesNode, 'name' | 'read'>;
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
 */
export async function preStopHookCommand({
  settings,
  nodeId,
  stateDir,
  logLevel,
  plugin,
}: CommandConfig): Promise<void> {
  const log = createLog(logLevel, { driver: plugin.driverName, command: 'pre-stop-hook' });
  try {
    const node = await kubernetesNode(settings, nodeId, 'pre-stop-hook');
    await waitForUnmounts({ node, log, left: () => remainingMounts(stateDir) });
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
export async function waitForUnmounts({ node, left, log, clock = systemClock }: PreStopParts): Promise<void> {
  const { signal } = new AbortController();
  const { taints } = await node.read(signal);
  if (!taints.some((taint) => drainTaints.includes(textAt(taint, 'key')))) {
    log.info({ node: node.name }, 'the node is not being drained: volumes stay mounted');
    return;
  }
  let reportAt = clock.now();
  for (let mounted = await left(); mounted.length > 0; mounted = await left()) {
    if (clock.now() >= reportAt) {
      log.info(
        { node: node.name, mounted },
        'the node is being drained: waiting until its volumes are unmounted',
      );
      reportAt = clock.now() + REPORT_EVERY_MS;
    }
    await pause(clock, CHECK_EVERY_MS, signal);
  }
  log.info({ node: node.name }, 'the node is being drained, and all volumes are unmounted');
}

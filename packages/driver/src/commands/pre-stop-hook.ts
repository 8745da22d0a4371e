import { pause, systemClock, type Clock, type Log } from '@lustre-csi/core';
import { mountsLeft } from '@lustre-csi/core/server';
import type { CommandConfig } from '../config/config.js';
import type { KubernetesNode } from '../kubernetes/kubernetes-node.js';
import { textAt } from '../kubernetes/object-fields.js';
import { kubernetesNode } from '../kubernetes/this-node.js';
import { createLog } from '../logger.js';

/** Keys of taints of a node that is on its way out: kubectl drain, cluster-autoscaler, Karpenter (now and before 1.0). */
const drainTaints: readonly (string | undefined)[] = [
  'node.kubernetes.io/unschedulable',
  'ToBeDeletedByClusterAutoscaler',
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
];

const LOOK_EVERY_MS = 500;
const TELL_EVERY_MS = 15_000;

/** What the hook looks at. */
export interface PreStopParts {
  readonly node: Pick<KubernetesNode, 'name' | 'read'>;
  /** Where something is still mounted. */
  readonly left: () => Promise<readonly string[]>;
  readonly log: Log;
  readonly clock?: Clock;
}

/**
 * `lustre-csi pre-stop-hook`, for `lifecycle.preStop` of the node plugin: while the node is being drained the plugin stays
 * until its last volume and Lustre client are unmounted. A node that goes with mounted clients leaves them to the servers,
 * which have to evict them while others wait. Kubelet ends the hook after the pod's terminationGracePeriodSeconds.
 * @throws NodeApiError where it cannot be known whether the node is being drained
 */
export async function preStopHookCommand({
  settings,
  nodeId,
  stateDir,
  logLevel,
  plugin,
}: CommandConfig): Promise<void> {
  const log = createLog(logLevel, { driver: plugin.driverName, command: 'pre-stop-hook' });
  const node = await kubernetesNode(settings, nodeId, 'pre-stop-hook');
  await untilNothingIsMounted({ node, log, left: () => mountsLeft(stateDir) });
}

/** Returns at once on a node that stays: the plugin is restarted or upgraded, and its volumes stay mounted. */
export async function untilNothingIsMounted({
  node,
  left,
  log,
  clock = systemClock,
}: PreStopParts): Promise<void> {
  const { signal } = new AbortController();
  const { taints } = await node.read(signal);
  if (!taints.some((taint) => drainTaints.includes(textAt(taint, 'key')))) {
    log.info({ node: node.name }, 'the node is not being drained: volumes stay mounted');
    return;
  }
  let tellAt = clock.now();
  for (let mounted = await left(); mounted.length > 0; mounted = await left()) {
    if (clock.now() >= tellAt) {
      log.info(
        { node: node.name, mounted },
        'the node is being drained: waiting until its volumes are unmounted',
      );
      tellAt = clock.now() + TELL_EVERY_MS;
    }
    await pause(clock, LOOK_EVERY_MS, signal);
  }
  log.info({ node: node.name }, 'the node is being drained, and nothing is mounted any more');
}

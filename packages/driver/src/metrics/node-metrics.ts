import { systemClock } from '@lustre-csi/core';
import type { NodeEngine } from '@lustre-csi/core/server';
import { Counter, Gauge, type Registry } from 'prom-client';

type NodeStats = ReturnType<NodeEngine['nodeStats']>;

/** Registers the metrics of the node, which are read from the engine at each scrape: the engine knows no metrics. */
export function registerNodeMetrics(registry: Registry, stats: () => NodeStats): void {
  const gauge = (name: string, help: string, valueOf: (stats: NodeStats) => number): void => {
    const registers = [registry];
    new Gauge({
      name: `lustre_csi_node_${name}`,
      help,
      registers,
      collect() {
        this.set(valueOf(stats()));
      },
    });
  };
  gauge(
    'publications',
    'Volumes that are published on this node, each at one target.',
    ({ publications }) => publications,
  );
  gauge(
    'client_mounts',
    'Lustre clients that the driver has mounted for pods to share.',
    ({ clientMounts }) => clientMounts,
  );
  gauge(
    'overdue_mounts',
    'Mounts that take longer than 15 seconds: their servers do not answer.',
    ({ overdueMounts }) => overdueMounts,
  );
  gauge(
    'stuck_processes',
    'Processes of the driver that are stuck in the kernel because a server does not answer (state D).',
    ({ stuckChildren }) => stuckChildren.length,
  );
  gauge('stuck_process_age_seconds', 'Age of the oldest stuck process; 0 if there is none.', oldestSeconds);
  lostTargets(registry, stats);
  escalations(registry, stats);
}

/** One series for each lost target, and none while all are connected. */
function lostTargets(registry: Registry, stats: () => NodeStats): void {
  new Gauge({
    name: 'lustre_csi_node_lost_target_seconds',
    help: 'Time for which a Lustre client has had no connection to a target (OST or MDT) of a volume, from one minute on.',
    labelNames: ['target'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { target, seconds } of stats().lostTargets) this.set({ target }, seconds);
    },
  });
}

function oldestSeconds({ stuckChildren }: NodeStats): number {
  const startedAt = stuckChildren.map((child) => child.startedAt);
  return startedAt.length === 0 ? 0 : Math.max(0, (systemClock.now() - Math.min(...startedAt)) / 1000);
}

function escalations(registry: Registry, stats: () => NodeStats): void {
  new Counter({
    name: 'lustre_csi_node_unmount_escalations_total',
    help: 'Volumes that were unmounted by force (umount -f) or lazily (umount -l), as the settings allow.',
    labelNames: ['means'],
    registers: [registry],
    collect() {
      const { forcedUnmounts, lazyUnmounts } = stats();
      this.reset(); // The engine counts; the metric copies the number.
      this.inc({ means: 'force' }, forcedUnmounts);
      this.inc({ means: 'lazy' }, lazyUnmounts);
    },
  });
}

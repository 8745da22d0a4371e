import { release } from 'node:os';
import { systemClock } from '@lustre-csi/core';
import type { ClientVersions, MountObserver, NodeStats } from '@lustre-csi/core/server';
import { unreadyReasons } from '../health/unready-reasons.js';
import type { UnreadyFinding } from '../health/node-readiness.js';
import { metricCatalogue } from './catalogue.js';
import type { MetricSet } from './metric-set.js';

/** Sources of the metrics of a node. All are read at each scrape: the engine knows no metrics. */
export interface NodeSources {
  readonly stats: () => NodeStats;
  readonly readiness: () => Promise<readonly UnreadyFinding[]>;
  readonly clientVersions: () => Promise<ClientVersions>;
  /** Reports whether the startup taint is on the node; undefined: unknown. */
  readonly startupTaint: () => boolean | undefined;
}

/** Registers the metrics of the node.
 *  @returns observer of the changes of the mount table */
export function nodeMetrics(set: MetricSet, sources: NodeSources): MountObserver {
  registerStats(set, sources.stats);
  registerReadiness(set, sources);
  set.gauge(metricCatalogue.startupTaint, (gauge) => gauge.set(Number(sources.startupTaint() ?? false)));
  set.gauge(metricCatalogue.clientInfo, async (gauge) => {
    const { module = '', utilities = '' } = await sources.clientVersions();
    gauge.reset();
    gauge.set({ module_version: module, userland_version: utilities, kernel: release() }, 1);
  });
  return changeObserver(set);
}

function registerStats(set: MetricSet, stats: () => NodeStats): void {
  const { publications, clientMounts, overdueMounts, stuckProcesses, stuckAge } = metricCatalogue;
  set.gauge(publications, (gauge) => gauge.set(stats().publications));
  set.gauge(clientMounts, (gauge) => gauge.set(stats().clientMounts));
  set.gauge(overdueMounts, (gauge) => gauge.set(stats().overdueMounts));
  set.gauge(stuckProcesses, (gauge) => gauge.set(stats().stuckChildren.length));
  set.gauge(stuckAge, (gauge) => gauge.set(oldestSeconds(stats())));
  // One series for each lost target, and none while all are connected.
  set.gauge(metricCatalogue.lostTargets, (gauge) => {
    gauge.reset();
    for (const { target, seconds } of stats().lostTargets) gauge.set({ target }, seconds);
  });
  set.counter(metricCatalogue.escalations, (counter) => {
    const { forcedUnmounts, lazyUnmounts } = stats();
    counter.reset(); // The engine counts; the metric copies the number.
    counter.inc({ means: 'force' }, forcedUnmounts);
    counter.inc({ means: 'lazy' }, lazyUnmounts);
  });
}

function registerReadiness(set: MetricSet, { readiness }: NodeSources): void {
  set.gauge(metricCatalogue.ready, async (gauge) => gauge.set(Number((await readiness()).length === 0)));
  set.gauge(metricCatalogue.unready, async (gauge) => {
    const found = new Set((await readiness()).map(({ reason }) => reason));
    for (const reason of unreadyReasons) gauge.set({ reason }, Number(found.has(reason)));
  });
}

function oldestSeconds({ stuckChildren }: NodeStats): number {
  const startedAt = stuckChildren.map((child) => child.startedAt);
  return startedAt.length === 0 ? 0 : Math.max(0, (systemClock.now() - Math.min(...startedAt)) / 1000);
}

function changeObserver(set: MetricSet): MountObserver {
  const seconds = set.histogram(metricCatalogue.changes);
  const errors = set.counter(metricCatalogue.changeErrors);
  return {
    started: (operation) => (end) => {
      seconds.observe({ operation }, end.seconds);
      if (end.error !== undefined) errors.inc({ operation, errno: end.error });
    },
  };
}

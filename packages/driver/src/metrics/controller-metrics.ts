import { systemClock } from '@lustre-csi/core';
import { metricCatalogue } from './catalogue.js';
import type { MetricSet } from './metric-set.js';
import type { PendingWork } from './pending-work.js';

/** Sources of the metrics of a controller. */
export interface ControllerSources {
  readonly pending: PendingWork;
  /** Content of deleted directories that is left; undefined: no volume is a directory. */
  readonly trash: () => { readonly volumes: number; readonly since?: number } | undefined;
  /** Reports whether the provisioner beside this process leads; undefined: unknown. */
  readonly leads: () => boolean | undefined;
  /** Number of orphans at the last check; undefined: there was none. */
  readonly orphans: () => number | undefined;
}

/** Works that exist: snapshots are neither expanded nor modified. */
const works = [
  ...['create', 'delete', 'expand', 'modify'].flatMap((operation) =>
    ['file-system', 'directory'].map((kind) => ({ operation, kind })),
  ),
  ...['create', 'delete'].map((operation) => ({ operation, kind: 'snapshot' })),
];

/** Registers the metrics of a controller. */
export function controllerMetrics(set: MetricSet, provider: string, sources: ControllerSources): void {
  const { pending } = sources;
  set.gauge(metricCatalogue.pendingOperations, (gauge) => {
    for (const work of works) gauge.set(work, pending.of(work.operation, work.kind).count);
  });
  set.gauge(metricCatalogue.pendingAge, (gauge) => {
    for (const work of works) gauge.set(work, pending.of(work.operation, work.kind).age);
  });
  set.gauge(metricCatalogue.trashVolumes, (gauge) => gauge.set(sources.trash()?.volumes ?? 0));
  set.gauge(metricCatalogue.trashAge, (gauge) => gauge.set(trashAge(sources)));
  set.gauge(metricCatalogue.leader, (gauge) => setOrRemove(gauge, {}, sources.leads()));
  set.gauge(metricCatalogue.orphans, (gauge) => setOrRemove(gauge, { provider }, sources.orphans()));
}

function trashAge({ trash }: ControllerSources): number {
  const since = trash()?.since;
  return since === undefined ? 0 : Math.max(0, (systemClock.now() - since) / 1000);
}

/** A gauge without a value has no series. */
function setOrRemove(
  gauge: ReturnType<MetricSet['gauge']>,
  labels: Readonly<Record<string, string>>,
  value: number | boolean | undefined,
): void {
  if (value === undefined) gauge.remove(labels);
  else gauge.set(labels, Number(value));
}

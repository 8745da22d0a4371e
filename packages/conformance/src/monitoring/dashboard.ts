import { fileURLToPath } from 'node:url';
import { rows, type Panel, type Row } from './panels.js';

/** File of the dashboard in the chart. */
export const dashboardFile = fileURLToPath(
  new URL('../../../../deploy/helm/lustre-csi/files/dashboard.json', import.meta.url),
);

const WIDTH = 24;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

const sizes: Readonly<Record<Panel['kind'], { readonly w: number; readonly h: number }>> = {
  stat: { w: 4, h: 4 },
  timeseries: { w: 12, h: 8 },
  table: { w: 12, h: 8 },
};

/** Grafana dashboard as JSON. The data source, namespaces and jobs are variables: it fits any installation. */
export function dashboard(): string {
  const model = {
    uid: 'lustre-csi',
    title: 'Lustre CSI driver',
    description: 'Volumes, CSI calls, requests to the cloud, and nodes of the Lustre CSI driver.',
    tags: ['lustre', 'csi', 'storage'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: variables },
    panels: layOut(rows),
  };
  return `${JSON.stringify(model, null, 2)}\n`;
}

const variable = (name: string, query: string): object => ({
  ...{ name, label: name, type: 'query', datasource: DATASOURCE },
  ...{ query: { query, refId: name }, definition: query },
  ...{ includeAll: true, multi: true, refresh: 2, sort: 1, allValue: '.*' },
  current: { selected: true, text: ['All'], value: ['$__all'] },
});

const variables: readonly object[] = [
  {
    ...{ name: 'datasource', label: 'data source', type: 'datasource', query: 'prometheus' },
    ...{ includeAll: false, multi: false, refresh: 1, current: {} },
  },
  variable('namespace', 'label_values(lustre_csi_build_info, namespace)'),
  variable('job', 'label_values(lustre_csi_build_info{namespace=~"$namespace"}, job)'),
];

/** Places rows below each other, and their panels from left to right. */
function layOut(all: readonly Row[]): readonly object[] {
  const placed: object[] = [];
  let [id, y] = [0, 0];
  for (const { title, panels } of all) {
    placed.push({
      id: (id += 1),
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: WIDTH, h: 1 },
    });
    y += 1;
    let [x, height] = [0, 0];
    for (const panel of panels) {
      const { w, h } = sizes[panel.kind];
      if (x + w > WIDTH) [x, y] = [0, y + height];
      placed.push(toGrafana(panel, (id += 1), { x, y, w, h }));
      [x, height] = [x + w, h];
    }
    y += height;
  }
  return placed;
}

function toGrafana({ title, kind, unit, description, curves }: Panel, id: number, gridPos: object): object {
  return {
    ...{ id, type: kind, title, description, gridPos, datasource: DATASOURCE },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: options[kind],
    targets: curves.map(({ expression, legend }, index) => ({
      ...{ refId: String.fromCharCode(65 + index), datasource: DATASOURCE },
      ...{ expr: expression, legendFormat: legend },
      ...(kind === 'timeseries'
        ? { range: true }
        : { instant: true, format: kind === 'table' ? 'table' : 'time_series' }),
    })),
  };
}

const options: Readonly<Record<Panel['kind'], object>> = {
  stat: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' },
  timeseries: {
    legend: { displayMode: 'table', placement: 'bottom', calcs: ['max', 'lastNotNull'] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  table: { showHeader: true },
};

// Draws docs/images/dashboard.svg: a run of the driver over the emulated cloud, as panels of the dashboard would show it. It is
// no picture of Grafana: this script scrapes the driver and draws the curves itself, with rates between two scrapes.
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRequest, startEmulatedCloud, testedDrivers } from '../dist/testing/emulated-cloud.js';
import { metricsUrlOf } from '../dist/protocol/calls-in-flight.js';
import { startLustreCsi } from '../dist/testing/lustre-csi.js';

const SCRAPES = 45;
const INTERVAL_MS = 1_000;

/** Samples of a scrape: name, labels, value. */
const parse = (text) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text_]) => [key, text_]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });

/** Sums of a metric by some labels, as one map a scrape. */
const sumsBy = (scrape, name, by, where = () => true) => {
  const sums = new Map();
  for (const { labels, value } of scrape.samples.filter(
    (sample) => sample.name === name && where(sample.labels),
  )) {
    const key = by.map((label) => labels[label]).join(' ');
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return sums;
};

const seriesOf = (scrapes, valuesAt) => {
  const series = new Map();
  scrapes.forEach((scrape, index) => {
    for (const [key, value] of valuesAt(scrape, scrapes[Math.max(0, index - WINDOW)])) {
      if (!series.has(key))
        series.set(
          key,
          scrapes.map(() => 0),
        );
      series.get(key)[index] = value;
    }
  });
  return [...series].filter(([, values]) => values.some((value) => value > 0)).slice(0, 6);
};

/** Scrapes between which a rate is measured. */
const WINDOW = 5;

const gauge = (name, by, where) => (scrape) => sumsBy(scrape, name, by, where);
const rate = (name, by, where) => (scrape, before) => {
  const earlier = sumsBy(before, name, by, where);
  const seconds = Math.max(0.001, (scrape.at - before.at) / 1000);
  return new Map(
    [...sumsBy(scrape, name, by, where)].map(([key, value]) => [
      key,
      (value - (earlier.get(key) ?? 0)) / seconds,
    ]),
  );
};

const panels = [
  ['Calls by method (1/s)', rate('csi_plugin_operations_seconds_count', ['method_name'])],
  [
    'Failed calls by code (1/s)',
    rate(
      'csi_plugin_operations_seconds_count',
      ['method_name', 'grpc_status_code'],
      ({ grpc_status_code: code }) => code !== 'OK',
    ),
  ],
  ['Pending operations', gauge('lustre_csi_pending_operations', ['operation', 'kind'])],
  [
    'Age of the oldest pending operation (s)',
    gauge('lustre_csi_oldest_pending_age_seconds', ['operation', 'kind']),
  ],
  ['Requests by operation (1/s)', rate('lustre_csi_cloud_request_duration_seconds_count', ['operation'])],
  [
    'Failed requests (1/s)',
    rate(
      'lustre_csi_cloud_request_duration_seconds_count',
      ['operation', 'code'],
      ({ code }) => code !== 'OK',
    ),
  ],
  ['Throttled requests (1/s)', rate('lustre_csi_cloud_throttles_total', ['operation'])],
  ['Memory (bytes)', gauge('process_resident_memory_bytes', [])],
];

const colours = ['#3274d9', '#e0752d', '#56a64b', '#a352cc', '#e02f44', '#1f9bcf'];
const [WIDTH, HEIGHT, GAP, COLUMNS] = [520, 230, 16, 2];
const escape = (text) => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]);
const short = (key) => key.replaceAll('/csi.v1.', '').replace('Controller/', '') || 'process';
const number = (value) =>
  value >= 1e6 ? `${(value / 1e6).toFixed(0)} M` : value >= 10 ? value.toFixed(0) : value.toFixed(1);

function draw([title, valuesAt], index, scrapes) {
  const series = seriesOf(scrapes, valuesAt);
  const most = Math.max(1e-9, ...series.flatMap(([, values]) => values));
  const [left, top] = [
    GAP + (index % COLUMNS) * (WIDTH + GAP),
    56 + Math.floor(index / COLUMNS) * (HEIGHT + GAP),
  ];
  const [plotLeft, plotTop, plotWidth, plotHeight] = [58, 34, WIDTH - 74, 110];
  const point = (value, at) =>
    `${(plotLeft + (at / (scrapes.length - 1)) * plotWidth).toFixed(1)},${(plotTop + plotHeight * (1 - value / most)).toFixed(1)}`;
  const curves = series.map(
    ([, values], curve) =>
      `<polyline fill="none" stroke="${colours[curve]}" stroke-width="1.6" points="${values.map(point).join(' ')}"/>`,
  );
  const legend = series.map(
    ([key], curve) =>
      `<rect x="${plotLeft + (curve % 2) * 225}" y="${162 + Math.floor(curve / 2) * 20}" width="10" height="10" fill="${colours[curve]}"/>` +
      `<text x="${plotLeft + 16 + (curve % 2) * 225}" y="${171 + Math.floor(curve / 2) * 20}" class="small">${escape(short(key))}</text>`,
  );
  return (
    `<g transform="translate(${left},${top})"><rect width="${WIDTH}" height="${HEIGHT}" rx="4" class="panel"/>` +
    `<text x="12" y="22" class="title">${escape(title)}</text>` +
    `<line x1="${plotLeft}" x2="${plotLeft + plotWidth}" y1="${plotTop}" y2="${plotTop}" class="grid"/>` +
    `<line x1="${plotLeft}" x2="${plotLeft + plotWidth}" y1="${plotTop + plotHeight}" y2="${plotTop + plotHeight}" class="grid"/>` +
    `<text x="${plotLeft - 6}" y="${plotTop + 4}" class="small" text-anchor="end">${number(most)}</text>` +
    `<text x="${plotLeft - 6}" y="${plotTop + plotHeight + 4}" class="small" text-anchor="end">0</text>` +
    `${curves.join('')}${legend.join('')}${series.length === 0 ? `<text x="${WIDTH / 2}" y="95" class="small" text-anchor="middle">none</text>` : ''}</g>`
  );
}

function picture(scrapes) {
  const width = COLUMNS * (WIDTH + GAP) + GAP;
  const height = 56 + Math.ceil(panels.length / COLUMNS) * (HEIGHT + GAP);
  const style =
    'text{font-family:system-ui,sans-serif;fill:#24292f}.title{font-size:13px;font-weight:600}.small{font-size:11px}' +
    '.panel{fill:#fff;stroke:#d0d7de}.grid{stroke:#d8dee4}';
  const head =
    'Lustre CSI driver: 24 claims on an emulated cloud that throttles for a while, drawn from scrapes of the driver';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${head}">` +
    `<style>${style}</style><rect width="100%" height="100%" fill="#f6f8fa"/><text x="${GAP}" y="34" class="title">${head}</text>` +
    `${panels.map((panel, index) => draw(panel, index, scrapes)).join('')}</svg>\n`
  );
}

const cloud = await startEmulatedCloud({ durations: { createSeconds: 12, deleteSeconds: 6 } });
const driver = await startLustreCsi({
  driverName: 'fsx.csi.aws.com',
  mode: 'controller',
  args: ['--metrics-address', '127.0.0.1:0'],
  environment: cloud.environment,
});
const [fsx] = testedDrivers;

/** Life of one claim, as the provisioner calls it: with a short deadline, again and again. */
async function live(id) {
  const request = createRequest(fsx, `pvc-${id}`);
  for (let calls = 0; calls < 20; calls += 1) {
    const answer = await driver.client.controller
      .createVolume(request, { deadline: Date.now() + 4_000 })
      .catch(() => undefined);
    if (!answer) continue;
    await delay(6_000);
    await driver.client.controller
      .deleteVolume({ volumeId: answer.volume.volumeId, secrets: {} }, { deadline: Date.now() + 20_000 })
      .catch(() => undefined);
    return;
  }
}

const lives = Promise.all(
  Array.from({ length: 24 }, (_, index) => delay(index * 400).then(() => live(index + 1))),
);
const url = `${metricsUrlOf(driver.log())}/metrics`;
const scrapes = [];
for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
  if (scrape === 12)
    cloud.emulator.faults.add({ kind: 'throttle', operation: 'DescribeFileSystems', times: 12 });
  scrapes.push({ at: Date.now(), samples: parse(await (await fetch(url)).text()) });
  await delay(INTERVAL_MS);
}
await lives;
await driver.stop();
await cloud.stop();
writeFileSync(
  fileURLToPath(new URL('../../../docs/images/dashboard.svg', import.meta.url)),
  picture(scrapes),
);

// Alerts, dashboard and metrics under promtool, with the metrics of real processes.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { stringify } from 'yaml';
import { alertRules, alertsFile, type AlertRule } from '../monitoring/alerts.js';
import { familyOf, metricsIn } from '../monitoring/metrics-in.js';
import { rows } from '../monitoring/panels.js';
import { dashboard } from '../monitoring/dashboard.js';
import { metricsUrlOf } from '../protocol/calls-in-flight.js';
import { startEmulatedCloud, testedDrivers } from '../testing/emulated-cloud.js';
import { startLustreCsi } from '../testing/lustre-csi.js';
import { Helm } from './chart.js';
import { valueSet } from './value-sets.js';

const promtool = inject('promtool');
const fixture = fileURLToPath(new URL('../../fixtures/monitoring/alerts.test.yaml', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'lustre-csi-monitoring-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs promtool. @returns its output
 *  @throws Error with its output */
function run(args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(promtool, [...args], (error, stdout, stderr) => {
      if (error) reject(new Error(`${stdout}${stderr}`, { cause: error }));
      else resolve(stdout + stderr);
    });
    child.stdin?.end(input);
  });
}

/** Metrics of a process that has answered some calls. */
async function dumpOf(driverName: string): Promise<string> {
  const cloud = await startEmulatedCloud();
  const driver = await startLustreCsi({
    driverName,
    mode: 'all',
    args: ['--metrics-address', '127.0.0.1:0'],
    environment: cloud.environment,
  });
  try {
    await driver.client.node.nodeGetInfo({});
    await driver.client.controller.listVolumes({ maxEntries: 0, startingToken: '' });
    return await (await fetch(`${metricsUrlOf(driver.log())}/metrics`)).text();
  } finally {
    await driver.stop();
    await cloud.stop();
  }
}

describe.skipIf(!promtool)('promtool', () => {
  it('accepts the alerts', async () => {
    expect(await run(['check', 'rules', alertsFile])).toContain(`${alertRules().length} rules found`);
  });

  it('passes the unit tests of the alerts: each fires, and each stays quiet', async () => {
    const tested = [...readFileSync(fixture, 'utf8').matchAll(/- name: (\S+) (fires|stays quiet)/g)];
    expect(tested.map(([, alert, verb]) => `${alert} ${verb}`).sort()).toEqual(
      alertRules()
        .flatMap(({ alert }) => [`${alert} fires`, `${alert} stays quiet`])
        .sort(),
    );
    expect(await run(['test', 'rules', fixture])).toContain('SUCCESS');
  }, 180_000);

  it('notices an alert that does not fire', async () => {
    const file = join(scratch, 'broken.test.yaml');
    const broken = readFileSync(fixture, 'utf8')
      .replace('../../../../deploy/helm/lustre-csi/files/alerts.yaml', alertsFile)
      .replace("values: '1x30'", "values: '0x30'");
    writeFileSync(file, broken);
    await expect(run(['test', 'rules', file])).rejects.toThrow('LustreCSINodeNotReady');
  }, 180_000);

  it('parses each expression of the dashboard', async () => {
    const curves = rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.curves));
    const rules = curves.map(({ expression }, index) => ({
      record: `curve:${index}`,
      expr: expression.replaceAll('$__rate_interval', '5m').replace(/\$(?:namespace|job)/g, '.*'),
    }));
    const file = join(scratch, 'dashboard.yaml');
    writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(await run(['check', 'rules', file])).toContain(`${rules.length} rules found`);
  });

  describe.each(testedDrivers)('over the metrics of $driverName', ({ driverName }) => {
    let dump = '';
    beforeAll(async () => {
      dump = await dumpOf(driverName);
    });

    it('finds no fault', async () => {
      // Those of the process are prom-client's.
      const own = dump
        .split('\n')
        .filter((line) => /^(?:# (?:HELP|TYPE) )?(?:lustre_csi|csi_plugin)_/.test(line));
      expect(own.length).toBeGreaterThan(50);
      expect(await run(['check', 'metrics'], `${own.join('\n')}\n`)).toBe('');
    });

    it('finds the metrics of each alert and of the dashboard', () => {
      const families = new Set([...dump.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
      const expressions = [
        ...alertRules().map(({ expr }) => expr),
        ...rows.flatMap(({ panels }) =>
          panels.flatMap(({ curves }) => curves.map((curve) => curve.expression)),
        ),
      ];
      const missing = expressions
        .flatMap(metricsIn)
        .filter((name) => !families.has(name) && !families.has(familyOf(name)));
      expect(missing).toEqual([]);
      expect(dump).toMatch(/^lustre_csi_cloud_request_duration_seconds_count\{.*code="OK"\} [1-9]/m);
    });
  });
});

describe.skipIf(!inject('helm'))('the chart', () => {
  const helm = new Helm(inject('helm'));

  it('creates a PrometheusRule with the alerts, as the values say', async () => {
    const objects = await helm.render({ files: [valueSet('everything-on')] });
    const rule = objects.find(({ kind }) => kind === 'PrometheusRule');
    const { groups } = rule?.['spec'] as {
      readonly groups: readonly { readonly rules: readonly AlertRule[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.map(({ alert }) => alert)).toEqual(
      alertRules()
        .map(({ alert }) => alert)
        .filter((alert) => alert !== 'LustreCSIClientVersionSkew'),
    );
    for (const rendered of rules) {
      const original = alertRules().find(({ alert }) => alert === rendered.alert);
      expect(rendered).toEqual({
        ...original,
        labels: { ...original?.labels, team: 'storage' },
        annotations: {
          ...original?.annotations,
          runbook_url: `https://runbooks.example.com/lustre/${rendered.alert}.md`,
        },
      });
    }
  });

  it('creates a ConfigMap that Grafana finds, with the dashboard', async () => {
    const objects = await helm.render({ files: [valueSet('everything-on')] });
    const map = objects.find(({ metadata }) => metadata.name.endsWith('-dashboard'));
    expect(map?.metadata.labels?.['grafana_dashboard']).toBe('1');
    expect(map?.metadata.annotations).toEqual({ grafana_folder: 'Storage' });
    const { 'lustre-csi.json': json = '' } = map?.['data'] as Readonly<Record<string, string>>;
    expect(JSON.parse(json)).toEqual(JSON.parse(dashboard()));
  });

  it('creates neither by default', async () => {
    const objects = await helm.render({ values: { driver: 'fsx.csi.aws.com' } });
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names.filter((name) => /PrometheusRule|dashboard/.test(name))).toEqual([]);
  });
});

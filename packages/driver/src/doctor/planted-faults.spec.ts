import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allChecks } from './registry.js';
import { exitStatusOf, textReport } from './report.js';
import { prepare, runChecks, select, type CheckResult } from './run-checks.js';
import { DRIVER, firstOf, HealthyWorld } from './testing/healthy-world.js';
import { nodePodIn, plantedFaults, PODS } from './testing/planted-faults.js';

let world: HealthyWorld;

beforeEach(async () => {
  world = await new HealthyWorld().init();
});
afterEach(() => world.stop());

const all = [...allChecks.node, ...allChecks.controller, ...allChecks.cluster];

/** Runs the checks whose ids begin with a word. */
const run = (word: string): Promise<readonly CheckResult[]> => {
  const checks = [
    ...prepare('node', allChecks.node, world.node),
    ...prepare('controller', allChecks.controller, world.controller),
    ...prepare('cluster', allChecks.cluster, world.cluster),
  ];
  return runChecks(select(checks, { only: [word], skip: [] }));
};

describe('a healthy world', () => {
  it('passes every check', async () => {
    const results = await run('LCSI-');
    expect(results.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    const others = results.filter(({ outcome }) => outcome.kind !== 'passed');
    expect(others.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['LCSI-K009', { kind: 'skipped', reason: 'this pod has no csi-snapshotter' }],
    ]);
    expect(exitStatusOf(results, 'warning')).toBe(0);
  });
});

it.each(['containers', 'initContainers'])(
  'a node plugin that registers itself is found, in %s',
  async (field) => {
    const args = [`--kubelet-registration-path=/var/lib/kubelet/plugins/${DRIVER}/csi.sock`];
    world.change(PODS, (list) => {
      const spec = (nodePodIn(list)['spec'] ?? {}) as Record<string, unknown>;
      nodePodIn(list)['spec'] = {
        ...spec,
        containers: [],
        [field]: [{ name: 'lustre-csi', image: 'lustre-csi', args }],
      };
    });
    const [result] = await run('LCSI-K003');
    expect(result?.outcome).toMatchObject({ kind: 'passed' });
  },
);

describe('a planted fault', () => {
  it.each(plantedFaults)('%s is found, named and explained', async (_, plant, id, text) => {
    plant(world);
    const results = await run(id);
    expect(results).toHaveLength(1);
    expect(results[0]?.outcome.kind).toBe('failed');
    expect(textReport(results, false)).toMatch(text);
    expect(exitStatusOf(results, 'warning')).toBe(3);
  });

  it('is in the table for each check', () => {
    const found = new Set(plantedFaults.map(([, , id]) => id));
    expect(all.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([]);
    expect(plantedFaults.length).toBeGreaterThanOrEqual(25);
  });
});

it('reports a claim that a guest mounts for one pod and the node for another', async () => {
  world.change('/api/v1/pods', (list) => {
    const ordinary = (namespace: string): unknown => ({
      metadata: { name: 'reader', namespace },
      spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
    });
    list['items'] = [firstOf(list), ordinary('training'), ordinary('other')];
  });
  const [result] = await run('LCSI-K019');
  expect(result?.outcome).toMatchObject({
    kind: 'passed',
    facts: expect.stringMatching(/^1 pods .*; nodes mount training\/data for other pods/) as string,
  });
});

it('examines peer pods only where guests mount volumes', async () => {
  const path = `/apis/storage.k8s.io/v1/csidrivers/${DRIVER}`;
  world.change(path, (object) => (object['spec'] = { attachRequired: false, podInfoOnMount: true }));
  const results = await run('LCSI-K');
  const skipped = results.filter(({ outcome }) => outcome.kind === 'skipped').map(({ id }) => id);
  const ofGuests = ['13', '15', '16', '17', '18', '19', '20', '21'].map((number) => `LCSI-K0${number}`);
  expect(skipped).toEqual(['LCSI-K009', ...ofGuests]);
});

it('gives each check an id of its own, in the scheme', () => {
  const ids = all.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^LCSI-[NCK]\d{3}$/.test(id))).toEqual([]);
});

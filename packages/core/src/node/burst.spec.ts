import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { EngineCall } from './testing/engine-process.js';
import { PrivateNode } from './testing/private-node.js';
import { seededRandom } from './testing/seeded-random.js';
import { SimulatedKubelet, type TargetPlan } from './testing/simulated-kubelet.js';

const TARGETS = 250;
const KILLS = 6;
const seed = Number(process.env['LUSTRE_CSI_TEST_SEED'] ?? Date.now() % 1_000_000);
process.stdout.write(`burst of publishes and unpublishes: LUSTRE_CSI_TEST_SEED=${seed}\n`);

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

let node: PrivateNode;
beforeAll(async () => {
  node = await PrivateNode.start();
});
afterAll(() => node.stop());

/** Expected entry of the mount table for a volume. */
interface Expected {
  readonly source: string;
  readonly root: string;
  readonly isReadOnly: boolean;
}

interface Volume {
  readonly change: Partial<EngineCall>;
  readonly expected: Expected;
  /** Key of the shared client. */
  readonly client: string;
}

const volume = (
  [nid, subdir = '']: readonly [nid: string, subdir?: string],
  isReadOnly: boolean,
  ...mountFlags: string[]
): Volume => ({
  change: {
    volumeId: JSON.stringify([nid, subdir, isReadOnly, mountFlags]),
    source: `${nid}:/lustrefs${subdir}`,
    readonly: isReadOnly,
    capability: { accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags },
  },
  expected: { source: `${nid}:/lustrefs`, root: subdir || '/', isReadOnly },
  client: `${nid} ${mountFlags.find((flag) => flag.endsWith('flock')) ?? ''}`,
});

/** Two file systems of one name, options that contradict each other, read-only volumes and a sub-directory. */
const volumes: readonly Volume[] = [
  volume(['127.0.0.4@tcp'], false),
  volume(['127.0.0.4@tcp'], false, 'flock'),
  volume(['127.0.0.4@tcp'], true, 'flock', 'noatime'),
  volume(['127.0.0.4@tcp', '/team'], false),
  volume(['127.0.0.5@tcp'], false),
  volume(['127.0.0.5@tcp'], true, 'noflock'),
];

it(`a burst ends with exactly the expected mounts, at any time of the kills (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  const kubelet = new SimulatedKubelet(node);
  const chosen = await Promise.all(
    Array.from({ length: TARGETS }, async (_, index) => {
      const volume = volumes[random(volumes.length)]!;
      const operations = random(2)
        ? (['publish', 'unpublish'] as const)
        : (['unpublish', 'publish'] as const);
      const plan: TargetPlan = { path: await node.target(`pod-${index}`), change: volume.change, operations };
      return { volume, plan, stays: operations[1] === 'publish' };
    }),
  );
  let isRunning = true;
  const running = kubelet.run(chosen.map(({ plan }) => plan)).finally(() => (isRunning = false));
  for (let kill = 1; kill <= KILLS && isRunning; kill += 1) {
    const answers = Math.floor(((2 * TARGETS) / (KILLS + 1)) * kill) - random(40);
    await until(async () => expect(kubelet.answers >= answers || !isRunning).toBe(true));
    await kubelet.restart();
  }
  await running;
  expect(kubelet.deaths).toBeGreaterThan(0);

  const table = await node.mountTable();
  for (const { plan, volume, stays } of chosen) {
    const mounted = table
      .all(plan.path)
      .map(({ source, root, options }) => ({ source, root, isReadOnly: options.includes('ro') }));
    expect(mounted).toEqual(stays ? [volume.expected] : []);
    expect(existsSync(plan.path)).toBe(stays);
  }
  const staying = chosen.filter(({ stays }) => stays);
  await until(async () =>
    expect(await node.clientMounts()).toHaveLength(new Set(staying.map(({ volume }) => volume.client)).size),
  );
  expect(await readdir(join(node.base, 'state', 'publications'))).toHaveLength(staying.length);

  await kubelet.restart();
  await kubelet.run(staying.map(({ plan }) => ({ ...plan, operations: ['unpublish'] })));
  await until(async () => {
    expect(await node.clientMounts()).toEqual([]);
    expect(await readdir(join(node.base, 'state', 'mounts'))).toEqual([]);
    expect(await readdir(join(node.base, 'state', 'client-mounts'))).toEqual([]);
  });
  expect(await readdir(join(node.base, 'state', 'publications'))).toEqual([]);
  await kubelet.stop();
}, 60_000);

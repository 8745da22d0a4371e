import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { EngineCall } from './engine-process.js';
import { PrivateNode } from './private-node.js';
import { seededRandom } from './seeded-random.js';
import { SimulatedKubelet, type TargetPlan } from './simulated-kubelet.js';

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

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

/** Publishes and unpublishes at one target. */
interface Chosen {
  readonly volume: Volume;
  readonly plan: TargetPlan;
  /** True if the target is published in the end. */
  readonly stays: boolean;
}

export interface BurstSize {
  readonly targets: number;
  /** Number of times that the driver is killed meanwhile. */
  readonly kills: number;
  /** Leaves the changes of the mount table to mount(8) and umount(8), as without a C compiler. */
  readonly isWithoutPrograms?: true;
}

/** Declares the test of a burst of this size. LUSTRE_CSI_TEST_SEED repeats one. */
export function testBurst(size: BurstSize): void {
  const seed = Number(process.env['LUSTRE_CSI_TEST_SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`burst of publishes and unpublishes: LUSTRE_CSI_TEST_SEED=${seed}\n`);
  let node: PrivateNode;
  beforeAll(async () => {
    node = await PrivateNode.start();
    if (size.isWithoutPrograms) await node.hideNativePrograms();
  });
  afterAll(() => node.stop());

  it(
    `a burst ends with exactly the expected mounts, at any time of the kills (seed ${seed})`,
    () => expectExactMountsAfterBurst(node, size, seed),
    60_000,
  );
}

/** Publishes and unpublishes at all targets at once while the driver is killed; expects exactly the mounts that stay, and then
 *  nothing after their unpublish. */
async function expectExactMountsAfterBurst(
  node: PrivateNode,
  { targets, kills }: BurstSize,
  seed: number,
): Promise<void> {
  const random = seededRandom(seed);
  const kubelet = new SimulatedKubelet(node);
  const chosen = await choose(node, targets, random);
  let isRunning = true;
  const running = kubelet.run(chosen.map(({ plan }) => plan)).finally(() => (isRunning = false));
  for (let kill = 1; kill <= kills && isRunning; kill += 1) {
    const answers = Math.floor(((2 * targets) / (kills + 1)) * kill) - random(Math.ceil(targets / 6));
    await until(async () => expect(kubelet.answers >= answers || !isRunning).toBe(true));
    await kubelet.restart();
  }
  await running;
  expect(kubelet.deaths).toBeGreaterThan(0);
  const staying = chosen.filter(({ stays }) => stays);
  await expectMounts(node, chosen);
  const clients = new Set(staying.map(({ volume }) => volume.client)).size;
  await until(async () => expect(await node.clientMounts()).toHaveLength(clients));
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
}

const choose = (
  node: PrivateNode,
  targets: number,
  random: (below: number) => number,
): Promise<readonly Chosen[]> =>
  Promise.all(
    Array.from({ length: targets }, async (_, index) => {
      const volume = volumes[random(volumes.length)]!;
      const operations = random(2)
        ? (['publish', 'unpublish'] as const)
        : (['unpublish', 'publish'] as const);
      const plan: TargetPlan = { path: await node.target(`pod-${index}`), change: volume.change, operations };
      return { volume, plan, stays: operations[1] === 'publish' };
    }),
  );

async function expectMounts(node: PrivateNode, chosen: readonly Chosen[]): Promise<void> {
  const table = await node.mountTable();
  for (const { plan, volume, stays } of chosen) {
    const mounted = table
      .all(plan.path)
      .map(({ source, root, options }) => ({ source, root, isReadOnly: options.includes('ro') }));
    expect(mounted).toEqual(stays ? [volume.expected] : []);
    expect(existsSync(plan.path)).toBe(stays);
  }
}

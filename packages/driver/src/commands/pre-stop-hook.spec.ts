import { ManualClock, settled } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { waitForUnmounts } from './pre-stop-hook.js';

const silent = { debug: () => {}, warn: () => {}, error: () => {} };

/** Runs the hook on a node with these taints; `mounts` are the results of the checks, the last one for ever. */
function hook(
  taints: readonly object[],
  mounts: readonly (readonly string[])[],
  registeredDrivers: () => Promise<readonly string[]> = async () => ['driver'],
) {
  const clock = new ManualClock();
  const said: string[] = [];
  const log = { ...silent, info: (_: object, message: string) => void said.push(message), child: () => log };
  let looks = 0;
  let ended = false;
  const done = waitForUnmounts({
    driverName: 'driver',
    node: { name: 'node-1', read: async () => ({ taints }), registeredDrivers },
    left: async () => mounts[Math.min((looks += 1), mounts.length) - 1] ?? [],
    log,
    clock,
  }).then(() => (ended = true));
  return { clock, said, done, isOver: () => ended, looks: () => looks };
}

const drained = (key: string): object[] => [
  { key: 'other', effect: 'NoSchedule' },
  { key, effect: 'NoSchedule' },
];

describe('pre-stop-hook', () => {
  it.each([
    'node.kubernetes.io/unschedulable',
    'ToBeDeletedByClusterAutoscaler',
    'karpenter.sh/disrupted',
    'karpenter.sh/disruption',
  ])('waits for volumes and clients on a node with the taint %s', async (key) => {
    const run = hook(drained(key), [['/pod', '/client'], ['/client'], []]);
    await settled();
    expect(run.isOver()).toBe(false);
    await run.clock.next();
    await settled();
    expect(run.isOver()).toBe(false);
    await run.clock.next();
    await run.done;
    expect(run.said.at(-1)).toContain('all volumes are unmounted');
  });

  it('reports the mounts it waits for, but not at each check', async () => {
    const run = hook(drained('karpenter.sh/disrupted'), [['/pod']]);
    for (let look = 0; look < 61; look += 1) {
      await settled();
      await run.clock.next();
    }
    expect(run.looks()).toBeGreaterThan(50);
    expect(run.said).toHaveLength(3);
    expect(run.isOver()).toBe(false);
  });

  it('does not wait on a node that stays', async () => {
    const run = hook([{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }, 'strange'] as object[], [['/pod']]);
    await run.done;
    expect(run.looks()).toBe(0);
  });

  /** Lets the hook check for a while. */
  async function pass(run: ReturnType<typeof hook>, checks: number): Promise<void> {
    for (let check = 0; check < checks; check += 1) await run.clock.next();
  }

  it('fails where kubelet has unregistered the driver, and names the volumes and the way out', async () => {
    const run = hook(drained('karpenter.sh/disrupted'), [['/pod']], async () => ['other']);
    const failure = expect(run.done).rejects.toThrow(/unregistered driver.*: \/pod;.*native sidecar/);
    await pass(run, 40);
    await failure;
  });

  it('waits for a registrar that restarts', async () => {
    let asked = 0;
    const run = hook(drained('karpenter.sh/disrupted'), [['/pod']], async () =>
      (asked += 1) % 4 === 0 ? ['driver'] : [],
    );
    await pass(run, 200);
    expect(asked).toBeGreaterThan(20);
    expect(run.isOver()).toBe(false);
  });

  it('waits where it may not read the registration', async () => {
    const run = hook(drained('karpenter.sh/disrupted'), [['/pod']], async () => {
      throw new Error('403');
    });
    await pass(run, 100);
    expect(run.isOver()).toBe(false);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { withBench } from '../flows/flow-bench.js';
import type { Subject } from '../flows/subjects.js';
import type { SuiteCluster } from '../release/suite-cluster.js';
import type { ChaosCase } from './chaos-cases.js';
import { expectNoMounts } from './invariants.js';
import { Writers } from './writers.js';

/** Plays a case while two pods write to a volume, and expects that no line is lost and no mount is left. */
export async function breakWhileWriting(
  cluster: SuiteCluster,
  { title, happens }: ChaosCase,
  subject: Subject,
): Promise<void> {
  const bench = await withBench(cluster, subject, title, async (open) => {
    const storageClassName = await open.createClass();
    await open.createClaim('data', { storageClassName });
    const writers = new Writers(open, 'data', 2);
    await writers.start();
    await happens(open);
    await delay(1000);
    expect(await writers.finish()).toEqual([]);
  });
  await expectNoMounts(bench);
}

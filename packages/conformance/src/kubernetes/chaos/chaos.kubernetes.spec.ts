// What breaks in clusters, while pods write and while claims are created. No write fails, no byte, file system or mount is lost.
import { afterAll, describe, expect, it } from 'vitest';
import { workloadsReady } from '../release/install.js';
import { openCluster } from '../release/suite-cluster.js';
import { withBench } from '../flows/flow-bench.js';
import { azure, directories, fsx, type Subject } from '../flows/subjects.js';
import { breakWhileWriting } from './break-while-writing.js';
import { whileCreating, whileWriting, type ChaosCase } from './chaos-cases.js';
import { clearFaults } from './emulated-clouds.js';
import { expectNoOrphans } from './invariants.js';

const CLAIMS = 12;
const MINUTES_MS = 300_000;

const cluster = openCluster();
afterAll(async () => {
  await clearFaults();
  cluster.api.close();
});

async function breakWhileCreating({ title, happens }: ChaosCase, subject: Subject): Promise<void> {
  const bench = await withBench(cluster, subject, title, async (open) => {
    const storageClassName = await open.createClass();
    const names = Array.from({ length: CLAIMS }, (_, index) => `claim-${index}`);
    for (const name of names) await open.createClaim(name, { storageClassName });
    await happens(open);
    const volumes = await Promise.all(names.map((name) => open.bound(name)));
    expect(new Set(volumes.map(({ spec }) => spec.csi?.volumeHandle)).size).toBe(CLAIMS);
    await expectNoOrphans(open);
    await workloadsReady(cluster.api, { name: subject.release });
  });
  await expectNoOrphans(bench);
}

/** Cases of each subject: the drivers break beside each other, each in its own order. */
const cases: readonly (readonly [Subject, writing: readonly ChaosCase[], creating: readonly ChaosCase[]])[] =
  [
    [fsx, whileWriting, whileCreating],
    [azure, [], whileCreating],
    [directories, whileWriting, []],
  ];

describe.concurrent.each(cases)('$0.name', (subject, writing, creating) => {
  it.sequential.each(writing)('$title, while pods write', { timeout: MINUTES_MS }, (chaos) =>
    breakWhileWriting(cluster, chaos, subject),
  );
  it.sequential.each(creating)(
    `$title, while ${CLAIMS} claims are created`,
    { timeout: MINUTES_MS },
    (chaos) => breakWhileCreating(chaos, subject),
  );
});

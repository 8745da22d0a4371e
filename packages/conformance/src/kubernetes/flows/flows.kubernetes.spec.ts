// Flows of users, for file systems of both clouds and for directories, in a real Kubernetes.
import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../release/suite-cluster.js';
import { accessFlows } from './access-flows.js';
import { FlowBench } from './flow-bench.js';
import type { Flow } from './flow.js';
import { lifeFlows } from './life-flows.js';
import { nodeFlows } from './node-flows.js';
import { securityFlows } from './security-flows.js';
import { subjects, type Subject } from './subjects.js';

const cluster = openCluster();
afterAll(() => cluster.api.close());

const canRun = ({ needs = [] }: Flow, { can }: Subject): boolean => needs.every((need) => can.includes(need));

async function play(flow: Flow, subject: Subject): Promise<void> {
  const bench = new FlowBench(cluster, subject, flow.title);
  await bench.open();
  try {
    await flow.run(bench);
  } catch (error) {
    // The objects of a failed flow must not disturb the next one.
    await bench.close().catch(() => {});
    throw error;
  }
  const began = Date.now();
  await bench.close();
  bench.note('deletion of a namespace with everything in it', began);
  expect(await cluster.api.find('Namespace', bench.namespace)).toBeUndefined();
}

describe.each(subjects)('$name', (subject) => {
  const concurrent = [...accessFlows, ...lifeFlows, ...securityFlows].filter((flow) => canRun(flow, subject));
  it.concurrent.each(concurrent)('$title', (flow) => play(flow, subject));
  it.each(nodeFlows)('$title', (flow) => play(flow, subject));
});

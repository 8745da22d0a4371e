// Flows of users, for file systems of both clouds and for directories, in a real Kubernetes.
import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../release/suite-cluster.js';
import { accessFlows } from './access-flows.js';
import { withBench } from './flow-bench.js';
import type { Flow } from './flow.js';
import { guestFlows } from './guest-flows.js';
import { lifeFlows } from './life-flows.js';
import { nodeFlows } from './node-flows.js';
import { securityFlows } from './security-flows.js';
import { furtherSubjects, subjects, type Subject } from './subjects.js';

const cluster = openCluster();
afterAll(() => cluster.api.close());

const canRun = ({ needs = [] }: Flow, { can }: Subject): boolean => needs.every((need) => can.includes(need));

async function play(flow: Flow, subject: Subject): Promise<void> {
  const { namespace } = await withBench(cluster, subject, flow.title, (bench) => flow.run(bench));
  expect(await cluster.api.find('Namespace', namespace)).toBeUndefined();
}

describe.concurrent.each(furtherSubjects)('$name', (subject) => {
  const essential = [...accessFlows, ...lifeFlows].filter(
    (flow) => flow.isEssential === true && canRun(flow, subject),
  );
  it.concurrent.each(essential)('$title', (flow) => play(flow, subject));
});

describe.concurrent.each(subjects)('$name', (subject) => {
  const concurrent = [...accessFlows, ...lifeFlows, ...securityFlows, ...guestFlows].filter((flow) =>
    canRun(flow, subject),
  );
  it.concurrent.each(concurrent)('$title', (flow) => play(flow, subject));
  it.sequential.each(nodeFlows)('$title', (flow) => play(flow, subject));
});

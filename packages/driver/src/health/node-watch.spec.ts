import { ManualClock } from '@lustre-csi/core/testing';
import { expect, it } from 'vitest';
import type { ClusterEvent } from '../kubernetes/cluster-events.js';
import { NodeWatch } from './node-watch.js';

const idle = {
  publications: 0,
  clientMounts: 0,
  overdueMounts: 0,
  forcedUnmounts: 0,
  lazyUnmounts: 0,
  lostTargets: [] as { target: string; state: string; seconds: number }[],
  stuckChildren: [] as {
    pid: number;
    command: string;
    state: string;
    startedAt: number;
    ended: Promise<void>;
  }[],
};

function watch() {
  const clock = new ManualClock();
  const reports: ClusterEvent[] = [];
  const current = { stats: idle };
  const node = new NodeWatch({
    ...{ node: 'n-1', clock, stats: () => current.stats },
    events: { report: async (event) => void reports.push(event) },
  });
  return { clock, reports, current, node };
}

const shown = ({ subject, reason, about }: ClusterEvent): string =>
  `${subject.kind}/${subject.name} ${reason} ${about ?? ''}`.trim();

it('reports nothing about a healthy node', async () => {
  const { clock, reports, node } = watch();
  node.start();
  for (let looks = 0; looks < 5; looks += 1) await clock.next();
  node.stop();
  expect(reports).toEqual([]);
  expect(await clock.next()).toBe(false);
});

it('reports targets that stay lost', () => {
  const { reports, current, node } = watch();
  const lost = (seconds: number) => [{ target: 'fs-OST0001', state: 'EVICTED', seconds }];
  current.stats = { ...idle, lostTargets: lost(119) };
  node.look();
  expect(reports).toEqual([]);
  current.stats = { ...idle, lostTargets: lost(120) };
  node.look();
  expect(reports.map(shown)).toEqual(['Node/n-1 LustreTargetLost fs-OST0001']);
  expect(reports[0]?.message).toMatch(/no connection to fs-OST0001 for 120 s \(EVICTED\)/);
});

it('reports processes that a failover does not explain', () => {
  const { clock, reports, current, node } = watch();
  const child = { pid: 7, command: 'umount', state: 'D', ended: Promise.resolve() };
  current.stats = { ...idle, stuckChildren: [{ ...child, startedAt: clock.now() - 299_000 }] };
  node.look();
  expect(reports).toEqual([]);
  current.stats = { ...idle, stuckChildren: [{ ...child, startedAt: clock.now() - 360_000 }] };
  node.look();
  expect(reports.map(shown)).toEqual(['Node/n-1 LustreProcessStuck umount']);
  expect(reports[0]?.message).toMatch(/process 7 .* 6 min \(state D\)/);
});

it('reports mounts that are overdue at three looks in a row', async () => {
  const { clock, reports, current, node } = watch();
  node.start();
  current.stats = { ...idle, overdueMounts: 2 };
  await clock.next();
  await clock.next();
  current.stats = idle;
  await clock.next();
  current.stats = { ...idle, overdueMounts: 2 };
  await clock.next();
  await clock.next();
  expect(reports).toEqual([]);
  await clock.next();
  expect(reports.map(shown)).toEqual(['Node/n-1 LustreMountOverdue']);
});

import { ManualClock } from '@lustre-csi/core/testing';
import { expect, it } from 'vitest';
import { PendingWork } from './pending-work.js';

/** Lets time pass. */
async function advance(clock: ManualClock, milliseconds: number): Promise<void> {
  clock.after(milliseconds, () => {});
  await clock.next();
}

const subject = (key: string, operation: 'create' | 'delete' = 'create') =>
  ({ operation, kind: 'file-system', key }) as const;

const MINUTE = 60_000;

function pendingWork(): { clock: ManualClock; pending: PendingWork } {
  const clock = new ManualClock();
  return { clock, pending: new PendingWork(clock) };
}

it('counts from the first call on, until one succeeds', async () => {
  const { clock, pending } = pendingWork();
  pending.started('', subject('a'));
  pending.ended('', 'DEADLINE_EXCEEDED', 1, subject('a'));
  await advance(clock, 5 * MINUTE);
  pending.started('', subject('a'));
  pending.started('', subject('b'));
  expect(pending.of('create', 'file-system')).toEqual({ count: 2, age: 300 });
  expect(pending.of('delete', 'file-system')).toEqual({ count: 0, age: 0 });
  pending.ended('', 'OK', 1, subject('a'));
  expect(pending.of('create', 'file-system')).toEqual({ count: 1, age: 0 });
});

it('keeps work whose call lasts, and forgets work that is no longer requested', async () => {
  const { clock, pending } = pendingWork();
  pending.started('', subject('lasting'));
  pending.started('', subject('given up'));
  pending.ended('', 'RESOURCE_EXHAUSTED', 1, subject('given up'));
  await advance(clock, 14 * MINUTE);
  expect(pending.of('create', 'file-system').count).toBe(2);
  await advance(clock, 2 * MINUTE);
  expect(pending.of('create', 'file-system')).toEqual({ count: 1, age: 16 * 60 });
});

it('ignores calls that change nothing', () => {
  const { pending } = pendingWork();
  pending.started('/csi.v1.Controller/ListVolumes');
  pending.ended('/csi.v1.Controller/ListVolumes', 'OK', 1);
  expect(pending.of('create', 'file-system').count).toBe(0);
});

import { Capacity } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import {
  expansionJobName,
  growthOf,
  refuseAfterFailures,
  toExpansionJob,
  type ExpansionJob,
} from './to-growth.js';

const job = (properties: object, name = 'job'): ExpansionJob | undefined =>
  toExpansionJob({ name, properties: { newStorageCapacityTiB: 32, ...properties } });

describe('toExpansionJob', () => {
  it.each<[string, object, Partial<ExpansionJob>]>([
    [
      'under way',
      { status: { state: 'InProgress', percentComplete: 40 } },
      { state: 'running', percent: 40 },
    ],
    ['without a percentage', { status: { state: 'InProgress' } }, { state: 'running' }],
    [
      'with an odd percentage',
      { status: { state: 'InProgress', percentComplete: 140 } },
      { state: 'running' },
    ],
    [
      'rolling back',
      { status: { state: 'RollingBack', statusMessage: 'Requested.', percentComplete: 40 } },
      { state: 'undoing', detail: 'RollingBack, Requested.' },
    ],
    [
      'deleted while in progress',
      { provisioningState: 'Deleting', status: { state: 'InProgress', percentComplete: 40 } },
      { state: 'undoing', detail: 'RollingBack' },
    ],
    [
      'that failed before it worked',
      { provisioningState: 'Failed', status: { state: 'InProgress', percentComplete: 0 } },
      { state: 'failed', detail: 'Failed', unexplained: true },
    ],
    [
      'failed',
      { status: { state: 'Failed', statusCode: 'C', statusMessage: 'M' } },
      { state: 'failed', detail: 'Failed, C: M' },
    ],
    ['completed', { status: { state: 'Completed' } }, { state: 'over', detail: 'Completed' }],
    ['being forgotten', { status: { state: 'Deleting' } }, { state: 'over', detail: 'Deleting' }],
    ['of an unknown state', { status: { state: 'Paused' } }, { state: 'running', detail: 'Paused' }],
    ['without a status', { provisioningState: 'Creating' }, { state: 'running', detail: 'Creating' }],
    [
      'canceled',
      { provisioningState: 'Canceled' },
      { state: 'failed', detail: 'Canceled', unexplained: true },
    ],
    ['without a state', {}, { state: 'running', detail: 'unknown' }],
  ])('reads one %s', (_, properties, expected) => {
    expect(job(properties)).toEqual({ name: 'job', targetTiB: 32, startedAt: 0, ...expected });
  });

  it('reads when it began', () => {
    expect(job({ status: { state: 'Completed', startTimeUTC: '2026-01-01T00:00:01Z' } })?.startedAt).toBe(
      Date.UTC(2026, 0, 1, 0, 0, 1),
    );
  });

  it.each([null, {}, { name: 'x' }, { name: 'x', properties: { newStorageCapacityTiB: -1 } }])(
    'takes %j for no job',
    (resource) => expect(toExpansionJob(resource)).toBeUndefined(),
  );
});

const jobAt = (startedAt: number, state: ExpansionJob['state'], targetTiB = 32): ExpansionJob => ({
  name: `job-${startedAt}`,
  targetTiB,
  state,
  startedAt,
});

describe('growthOf', () => {
  it.each<[string, readonly ExpansionJob[], object | undefined]>([
    ['none', [], undefined],
    ['one that is over', [jobAt(1, 'over')], undefined],
    ['an old failure', [jobAt(1, 'failed'), jobAt(2, 'over')], undefined],
    ['the newest failure', [jobAt(2, 'failed', 48), jobAt(1, 'over')], { state: 'failed', target: 48 }],
    ['one that is rolled back', [jobAt(1, 'undoing'), jobAt(2, 'over')], { state: 'undoing', target: 32 }],
    ['one under way', [jobAt(1, 'running', 48), jobAt(2, 'failed')], { state: 'running', target: 48 }],
  ])('of %s', (_, jobs, expected) => {
    const growth = growthOf(jobs);
    expect(growth && { state: growth.state, target: growth.target.toTebibytes() }).toEqual(expected);
  });

  it('passes on the known facts', () => {
    expect(growthOf([{ ...jobAt(1, 'running'), percent: 7, detail: 'words' }])).toEqual({
      target: Capacity.tebibytes(32),
      state: 'running',
      percent: 7,
      detail: 'words',
    });
  });
});

describe('expansionJobName', () => {
  const named = (name: string, state: ExpansionJob['state']): ExpansionJob => ({ ...jobAt(1, state), name });

  it.each<[readonly ExpansionJob[], string]>([
    [[], 'lustre-csi-expand-32tib-1'],
    [[named('lustre-csi-expand-32tib-1', 'running')], 'lustre-csi-expand-32tib-1'],
    [[named('lustre-csi-expand-32tib-1', 'failed')], 'lustre-csi-expand-32tib-2'],
    [
      [named('lustre-csi-expand-32tib-1', 'failed'), named('lustre-csi-expand-32tib-2', 'running')],
      'lustre-csi-expand-32tib-2',
    ],
    [[named('LUSTRE-CSI-EXPAND-32TIB-3', 'over')], 'lustre-csi-expand-32tib-4'],
    [[named('lustre-csi-expand-32tib-mine', 'failed')], 'lustre-csi-expand-32tib-1'],
    [[named('lustre-csi-expand-320tib-1', 'failed')], 'lustre-csi-expand-32tib-1'],
  ])('after %j is %s', (jobs, name) => expect(expansionJobName(32, jobs)).toBe(name));

  it('of a fraction is a name that ARM takes', () => {
    expect(expansionJobName(4.5, [])).toBe('lustre-csi-expand-4-5tib-1');
  });
});

describe('refuseAfterFailures', () => {
  const day = 24 * 60 * 60 * 1000;
  const failedAt = (...times: readonly number[]): ExpansionJob[] =>
    times.map((time) => ({ ...jobAt(time, 'failed'), detail: `Failed, C${time}: M` }));

  it.each<[string, readonly ExpansionJob[], number, boolean]>([
    ['none', [], 10, false],
    ['two failures', failedAt(1, 2), 10, false],
    ['three failures', failedAt(2, 3, 1), 10, true],
    ['three failures, a day later', failedAt(2, 3, 1), day + 3, false],
    ['a fourth one on the next day', failedAt(1, 2, 3, day + 3), day + 4, true],
    ['failures whose time Azure does not report', failedAt(0, 0, 0), day, true],
    ['failures to other sizes', failedAt(1, 2, 3).map((job) => ({ ...job, targetTiB: 48 })), 10, false],
    ['successes', [jobAt(1, 'over'), jobAt(2, 'over'), jobAt(3, 'over')], 10, false],
  ])('after %s', (_, jobs, now, refused) => {
    const refuse = (): void => refuseAfterFailures(32, jobs, now);
    if (refused) expect(refuse).toThrow('failed to expand the file system to 32 TiB');
    else expect(refuse).not.toThrow();
  });

  it('says why, until when, and what to do', () => {
    expect(() => refuseAfterFailures(32, failedAt(1, 3, 2), 10)).toThrow(
      /in 3 attempts; the last reason: Failed, C3: M\. .* from 1970-01-02T00:00:00\.003Z.* jobs job-3, job-2, job-1 are deleted/,
    );
  });
});

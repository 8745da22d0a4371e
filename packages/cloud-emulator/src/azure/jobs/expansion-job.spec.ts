import { describe, expect, it } from 'vitest';
import { renderExpansionJob, type ExpansionJob } from './expansion-job.js';

describe('renderExpansionJob', () => {
  const job = (change: Partial<ExpansionJob>): ExpansionJob =>
    ({
      name: 'job-1',
      fileSystem: { spec: { location: 'eastus' } },
      startedAt: 1000,
      seconds: 10,
      state: 'InProgress',
      ...change,
    }) as ExpansionJob;

  it.each([
    ['at its start', {}, 1000, 0],
    ['under way', {}, 5500, 45],
    ['overdue', {}, 99_000, 99],
    ['completed', { state: 'Completed', completedAt: 11_000 } as const, 11_000, 100],
    ['failed half way', { state: 'Failed', completedAt: 6000 } as const, 99_000, 50],
  ])('%s', (_what, change, now, percentComplete) => {
    const { properties } = renderExpansionJob(job(change), now);
    expect(properties).toMatchObject({ status: { percentComplete } });
  });
});

import type { FileSystem } from '@lustre-csi/core';
import { RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import type { ArmAnswer, ArmOperation } from '../api/arm-operation.js';
import { DataJobCompletion, jobState, type JobState } from './data-jobs.js';
import { neverAborted } from '../testing/emulated-azure.js';

describe('jobState', () => {
  it.each<[string, unknown, JobState]>([
    [
      'set up',
      { provisioningState: 'Succeeded', status: { state: 'InProgress' } },
      { kind: 'ready', detail: 'Succeeded' },
    ],
    [
      'disabled later',
      { provisioningState: 'Succeeded', status: { state: 'Disabled' } },
      { kind: 'ready', detail: 'Succeeded' },
    ],
    ['being set up', { provisioningState: 'Creating' }, { kind: 'pending', detail: 'Creating' }],
    ['going', { provisioningState: 'Deleting' }, { kind: 'pending', detail: 'Deleting' }],
    [
      'going after it has failed',
      { provisioningState: 'Deleting', status: { state: 'Failed' } },
      { kind: 'pending', detail: 'Deleting' },
    ],
    [
      'that could not be set up',
      { provisioningState: 'Failed', status: { statusMessage: 'No access.' } },
      { kind: 'failed', detail: 'Failed, No access.' },
    ],
    [
      'that failed at work',
      {
        provisioningState: 'Succeeded',
        status: { state: 'Failed', statusCode: 'C', statusMessage: 'M' },
      },
      { kind: 'failed', detail: 'Failed, C: M' },
    ],
    [
      'that failed at a time',
      {
        provisioningState: 'Failed',
        status: { lastStartedTimeUTC: '2026-01-01T00:00:00Z', lastCompletionTimeUTC: '2026-01-01T00:05:00Z' },
      },
      { kind: 'failed', detail: 'Failed', at: Date.UTC(2026, 0, 1, 0, 5) },
    ],
    [
      'whose time is odd',
      { provisioningState: 'Failed', status: { lastStartedTimeUTC: 'yesterday' } },
      { kind: 'failed', detail: 'Failed' },
    ],
    ['called off', { provisioningState: 'Canceled' }, { kind: 'failed', detail: 'Canceled' }],
    ['without a state', {}, { kind: 'pending', detail: 'unknown' }],
  ])('of a job %s', (_, properties, expected) => expect(jobState({ properties })).toEqual(expected));

  it('takes the time of its creation where Azure reports no other', () => {
    const systemData = { createdAt: '2026-01-01T00:00:00Z' };
    expect(jobState({ systemData }).at).toBe(Date.UTC(2026, 0, 1));
  });
});

const absent = new RestError('gone', { statusCode: 404, code: 'ResourceNotFound' });
const fileSystem = { id: 'pvc-1', listingScope: 'lustre-rg' } as FileSystem;
const properties = { adminStatus: 'Enable' };

/** An ARM that answers the calls in their order, and remembers them. */
function scripted(...answers: readonly (object | Error)[]): {
  completion: DataJobCompletion;
  calls: string[];
  at: (milliseconds: number) => void;
} {
  let now = 0;
  const calls: string[] = [];
  const left = [...answers];
  const call = async <I, O>(operation: ArmOperation<I, O>): Promise<O> => {
    calls.push(operation.name);
    const answer = left.shift();
    if (answer instanceof Error) throw answer;
    return { status: 200, header: () => undefined, body: answer } satisfies ArmAnswer as O;
  };
  const completion = new DataJobCompletion({ call }, () => now);
  return { completion, calls, at: (milliseconds) => (now = milliseconds) };
}

const run = ({ completion }: ReturnType<typeof scripted>, jobs: object = { autoImport: properties }) =>
  completion.complete({ location: 'eastus', jobs }, fileSystem, neverAborted);

const ready = { properties: { provisioningState: 'Succeeded' } };

describe('DataJobCompletion', () => {
  it('asks nothing where there is nothing to complete', async () => {
    const arm = scripted();
    expect(await run(arm, {})).toBe('done');
    expect(arm.calls).toEqual([]);
  });

  it('creates what is missing, one after the other', async () => {
    const jobs = { autoImport: properties, autoExport: properties };
    const arm = scripted(
      absent,
      {},
      { properties: { provisioningState: 'Creating' } },
      ready,
      absent,
      {},
      ready,
      ready,
    );
    expect(await run(arm, jobs)).toEqual({ waitingFor: 'its auto-import job is being created' });
    expect(await run(arm, jobs)).toEqual({ waitingFor: 'its auto-import job is Creating' });
    expect(await run(arm, jobs)).toEqual({ waitingFor: 'its auto-export job is being created' });
    expect(await run(arm, jobs)).toBe('done');
    expect(arm.calls.filter((name) => name.endsWith('CreateOrUpdate'))).toEqual([
      'AutoImportJobs_CreateOrUpdate',
      'AutoExportJobs_CreateOrUpdate',
    ]);
  });

  it('waits while Azure is busy', async () => {
    const busy = new RestError('busy', { statusCode: 409, code: 'Conflict' });
    expect(await run(scripted(absent, busy))).toEqual({
      waitingFor: expect.stringContaining('cannot create auto-import job') as string,
    });
  });

  it.each([
    [400, 'InvalidParameter'],
    [403, 'AuthorizationFailed'],
    [503, 'ServiceUnavailable'],
  ])('never ends in a final error once the file system exists: %i %s', async (statusCode, code) => {
    await expect(run(scripted(absent, new RestError('no', { statusCode, code })))).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(code) as string,
    });
  });

  const minutes = 60_000;
  const failedAt = (lastCompletionTimeUTC?: string): object => ({
    properties: {
      provisioningState: 'Failed',
      status: { statusMessage: 'No access.', lastCompletionTimeUTC },
    },
  });
  const failure = (words: RegExp): object => ({
    kind: 'unavailable',
    message: expect.stringMatching(words) as string,
  });

  it('reports why a job has failed for ten minutes, and then deletes it to recreate it', async () => {
    const failed = failedAt('1970-01-01T00:03:00Z');
    const arm = scripted(failed, failed, failed, {});
    for (const time of [3, 12.9]) {
      arm.at(time * minutes);
      await expect(run(arm)).rejects.toMatchObject(
        failure(
          /auto-import job .* of file system pvc-1: Failed, No access\..*deletes and recreates it from 1970-01-01T00:13:00\.000Z/,
        ),
      );
    }
    expect(arm.calls).toEqual(['AutoImportJobs_Get', 'AutoImportJobs_Get']);
    arm.at(13 * minutes);
    await expect(run(arm)).rejects.toMatchObject(
      failure(/Failed, No access\..*The driver deletes and recreates it$/),
    );
    expect(arm.calls.slice(2)).toEqual(['AutoImportJobs_Get', 'AutoImportJobs_Delete']);
  });

  it('says why a failed job cannot be deleted', async () => {
    const forbidden = new RestError('no', { statusCode: 403, code: 'AuthorizationFailed' });
    const arm = scripted(failedAt('1970-01-01T00:00:00Z'), forbidden);
    arm.at(10 * minutes);
    await expect(run(arm)).rejects.toMatchObject(
      failure(/Failed, No access\..*The driver cannot delete it.*AuthorizationFailed/),
    );
  });

  it.each([
    ['reports no time', undefined],
    ['reports a time in the future', '2099-01-01T00:00:00Z'],
  ])('waits from its first sight of the failure where Azure %s, separately for each job', async (_, time) => {
    const failed = failedAt(time);
    const arm = scripted(failed, failed, failed, {}, failed, absent, {}, failed, failed, {});
    arm.at(1 * minutes);
    await expect(run(arm)).rejects.toMatchObject(failure(/from 1970-01-01T00:11:00\.000Z/));
    arm.at(10 * minutes);
    await expect(run(arm)).rejects.toMatchObject(failure(/from 1970-01-01T00:11:00\.000Z/));
    arm.at(11 * minutes);
    await expect(run(arm)).rejects.toMatchObject(failure(/The driver deletes and recreates it$/));
    // Another replica was faster, and its job has failed, too.
    await expect(run(arm)).rejects.toMatchObject(failure(/from 1970-01-01T00:21:00\.000Z/));
    expect(await run(arm)).toHaveProperty('waitingFor');
    arm.at(12 * minutes);
    await expect(run(arm)).rejects.toMatchObject(failure(/from 1970-01-01T00:22:00\.000Z/));
    arm.at(22 * minutes);
    await expect(run(arm)).rejects.toMatchObject(failure(/The driver deletes and recreates it$/));
  });
});

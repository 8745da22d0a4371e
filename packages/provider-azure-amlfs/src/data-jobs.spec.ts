import type { FileSystem } from '@lustre-csi/core';
import { RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import type { ArmAnswer, ArmOperation } from './arm-operation.js';
import { DataJobCompletion, jobState, type JobState } from './data-jobs.js';
import { neverAborted } from './testing/emulated-azure.js';

describe('jobState', () => {
  it.each<[string, unknown, JobState]>([
    [
      'set up',
      { provisioningState: 'Succeeded', status: { state: 'InProgress' } },
      { kind: 'ready', detail: 'Succeeded' },
    ],
    [
      'disabled by somebody',
      { provisioningState: 'Succeeded', status: { state: 'Disabled' } },
      { kind: 'ready', detail: 'Succeeded' },
    ],
    ['being set up', { provisioningState: 'Creating' }, { kind: 'pending', detail: 'Creating' }],
    ['going', { provisioningState: 'Deleting' }, { kind: 'pending', detail: 'Deleting' }],
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
    ['called off', { provisioningState: 'Canceled' }, { kind: 'failed', detail: 'Canceled' }],
    ['that tells nothing', {}, { kind: 'pending', detail: 'unknown' }],
  ])('of a job %s', (_, properties, expected) => expect(jobState({ properties })).toEqual(expected));
});

const absent = new RestError('gone', { statusCode: 404, code: 'ResourceNotFound' });
const fileSystem = { id: 'pvc-1', scope: 'lustre-rg' } as FileSystem;
const properties = { adminStatus: 'Enable' };

/** An ARM that answers the calls in their order, and remembers them. */
function scripted(...answers: readonly (object | Error)[]): {
  completion: DataJobCompletion;
  calls: string[];
} {
  const calls: string[] = [];
  const left = [...answers];
  const call = async <I, O>(operation: ArmOperation<I, O>): Promise<O> => {
    calls.push(operation.name);
    const answer = left.shift();
    if (answer instanceof Error) throw answer;
    return { status: 200, header: () => undefined, body: answer } satisfies ArmAnswer as O;
  };
  return { completion: new DataJobCompletion({ call }), calls };
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

  it('tells why a job has failed, and deletes it so that it is made anew', async () => {
    const failed = { properties: { provisioningState: 'Failed', status: { statusMessage: 'No access.' } } };
    const arm = scripted(failed, {});
    await expect(run(arm)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(
        /auto-import job .* of file system pvc-1: Failed, No access\..*made anew/,
      ) as string,
    });
    expect(arm.calls).toEqual(['AutoImportJobs_Get', 'AutoImportJobs_Delete']);
    const forbidden = new RestError('no', { statusCode: 403, code: 'AuthorizationFailed' });
    await expect(run(scripted(failed, forbidden))).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/Failed, No access\..*It stays.*AuthorizationFailed/) as string,
    });
  });
});

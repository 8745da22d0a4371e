import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseFaults } from './control-api.js';
import { startEmulator } from './emulator.js';
import type { Emulator } from './emulator.js';

describe('parseFaults', () => {
  it.each([
    [{ kind: 'throttle' }, 1],
    [
      {
        kind: 'slow',
        seconds: 0.5,
        cloud: 'azure',
        operation: 'amlFilesystems.get',
        when: 'after',
        times: 3,
        skip: 1,
      },
      1,
    ],
    [[{ kind: 'error', status: 503, code: 'X', message: 'Y' }, { kind: 'reset' }], 2],
    [[], 0],
  ])('takes %o', (body, count) => {
    expect(parseFaults(body)).toEqual({ faults: Array.isArray(body) ? body : [body] });
    expect(count).toBe(Array.isArray(body) ? body.length : 1);
  });

  it.each([
    [undefined, 'a fault must be a JSON object with at least a kind'],
    ['throttle', 'a fault must be a JSON object with at least a kind'],
    [{}, 'kind is missing; it must be one of throttle, error, reset, slow, hang, answer, fail-creation'],
    [
      { kind: 'explode' },
      'kind must be one of throttle, error, reset, slow, hang, answer, fail-creation, not "explode"',
    ],
    [{ kind: 'reset', cloud: 'gcp' }, 'cloud must be one of aws, azure, google, oci, not "gcp"'],
    [{ kind: 'reset', operation: '' }, 'operation must be a text that is not empty, not ""'],
    [{ kind: 'reset', times: 0 }, 'times must be an integer from 1, not 0'],
    [{ kind: 'reset', skip: 1.5 }, 'skip must be an integer from 0, not 1.5'],
    [{ kind: 'slow', seconds: -1 }, 'seconds must be a number of seconds from 0, not -1'],
    [{ kind: 'error', status: 200 }, 'status must be an integer from 400 to 599, not 200'],
    [
      { kind: 'reset', toString: 1 },
      'toString is not a field of a fault; the fields are kind, cloud, operation,',
    ],
    [[{ kind: 'reset' }, { kind: 'slow', time: 1 }], 'fault 1: time is not a field of a fault'],
  ])('refuses %o', (body, message) => {
    expect(parseFaults(body)).toEqual({ error: expect.stringContaining(message) as string });
  });
});

describe('the control API', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ durations: { createSeconds: 0.1 } });
  });
  afterAll(() => emulator.stop());
  afterEach(() => {
    emulator.faults.clear();
    emulator.journal.clear();
  });

  const ask = async (method: string, path: string, body?: unknown) => {
    const init =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${emulator.controlUrl}/_emulator/${path}`, { method, ...init });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  /** An FSx call without a signature: refused by the cloud, but a call. */
  const callFsx = () =>
    fetch(emulator.awsUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSSimbaAPIService_v20180301.DescribeFileSystems',
      },
      body: '{}',
    });

  it('shows the journal, and forgets it', async () => {
    const { status } = await callFsx();
    expect(await ask('GET', 'journal')).toMatchObject({
      status: 200,
      body: {
        entries: [{ sequence: 1, cloud: 'aws', service: 'fsx', operation: 'DescribeFileSystems', status }],
      },
    });
    expect(await ask('DELETE', 'journal')).toEqual({ status: 204, body: undefined });
    expect(await ask('GET', 'journal')).toEqual({ status: 200, body: { entries: [] } });
  });

  it('shows the state of both clouds and the settings', async () => {
    const state = await ask('GET', 'state');
    expect(state).toMatchObject({ body: { aws: { fileSystems: [] }, azure: { fileSystems: [] } } });
    expect(state.body).toEqual(JSON.parse(JSON.stringify(emulator.state())));
    const { awsUrl, azureUrl, controlUrl } = emulator;
    expect((await ask('GET', 'settings')).body).toEqual({
      ...{ awsUrl, azureUrl, controlUrl },
      durations: { createSeconds: 0.1, deleteSeconds: 3, updateSeconds: 5, tokenSeconds: 300 },
    });
  });

  it('arms faults that the next calls meet, lists them and forgets them', async () => {
    const throttle = { kind: 'throttle', cloud: 'aws', operation: 'DescribeFileSystems' };
    expect(await ask('POST', 'faults', [throttle, { kind: 'reset', cloud: 'azure' }])).toMatchObject({
      status: 201,
    });
    expect(await (await callFsx()).text()).toMatch(/Throttl/i);
    expect(emulator.journal.entries()).toMatchObject([
      { operation: 'DescribeFileSystems', fault: 'throttle' },
    ]);
    expect((await ask('GET', 'faults')).body).toEqual({ faults: [{ kind: 'reset', cloud: 'azure' }] });
    expect(await ask('DELETE', 'faults')).toEqual({ status: 204, body: undefined });
    expect((await ask('GET', 'faults')).body).toEqual({ faults: [] });
  });

  it('answers with the body of a fault, and with the headers of the cloud', async () => {
    await ask('POST', 'faults', { kind: 'answer', body: '{"FileSystems":[]}' });
    const reply = await callFsx();
    expect([reply.status, await reply.text()]).toEqual([200, '{"FileSystems":[]}']);
    const [entry] = emulator.journal.entries();
    expect(reply.headers.get('x-amzn-requestid')).toBe(entry?.requestId);
    expect(entry).toMatchObject({ status: 200, fault: 'answer' });
  });

  it('changes durations and the quota of every account while the clouds run', async () => {
    const changed = await ask('PATCH', 'settings', { createSeconds: 0.2, fileSystemQuota: 3 });
    expect(changed).toMatchObject({
      status: 200,
      body: { durations: { createSeconds: 0.2, deleteSeconds: 3 } },
    });
    expect(await ask('GET', 'settings')).toEqual(changed);
  });

  it.each([
    [[{ createSeconds: 1 }], 'a change of settings must be a single JSON object'],
    ['slow', 'a change of settings must be a JSON object'],
    [{ createSeconds: -1 }, 'createSeconds must be a number of seconds from 0, not -1'],
    [{ fileSystemQuota: 0 }, 'fileSystemQuota must be an integer from 1, not 0'],
    [{ tokenSeconds: 1 }, 'tokenSeconds is not a field of a change of settings'],
  ])('refuses the change %j', async (change, message) => {
    const before = await ask('GET', 'settings');
    expect(await ask('PATCH', 'settings', change)).toEqual({
      status: 400,
      body: { error: expect.stringContaining(message) as string },
    });
    expect(await ask('GET', 'settings')).toEqual(before);
  });

  it('refuses a list with one bad fault as a whole', async () => {
    expect(await ask('POST', 'faults', [{ kind: 'reset' }, { kind: 'slow', seconds: 'long' }])).toEqual({
      status: 400,
      body: { error: 'fault 1: seconds must be a number of seconds from 0, not "long"' },
    });
    expect(emulator.faults.list()).toEqual([]);
  });
});

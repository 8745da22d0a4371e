import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AzureServer, fileSystemPath, validFileSystem, type HttpAnswer } from '../testing/azure-server.js';

const containers =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lustre-rg/providers/Microsoft.Storage' +
  '/storageAccounts/account/blobServices/default/containers';
const hsm = { settings: { container: `${containers}/data`, loggingContainer: `${containers}/log` } };
const fast = { updateIntervalInMs: 10 };

let azure: AzureServer;
let token: string;
beforeEach(async () => {
  azure = await AzureServer.start();
  token = await azure.token();
  await azure
    .client()
    .amlFilesystems.beginCreateOrUpdateAndWait('lustre-rg', 'fs1', { ...validFileSystem(), hsm }, fast);
});
afterEach(() => azure.stop());

const call = (method: string, path: string, body?: unknown, apiVersion = '2026-01-01'): Promise<HttpAnswer> =>
  azure.request(method, `${fileSystemPath('fs1')}${path}?api-version=${apiVersion}`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
const put = (path: string, properties: object = {}): Promise<HttpAnswer> =>
  call('PUT', path, { location: 'eastus', properties });
const patch = (path: string, body: object): Promise<HttpAnswer> => call('PATCH', path, body);
const state = async (path: string): Promise<unknown> => {
  const { status, body } = await call('GET', path);
  const properties = body['properties'] as
    { provisioningState: string; status: { state: string } } | undefined;
  return status === 200 ? [properties?.provisioningState, properties?.status.state] : status;
};

/** Ends at once what the call has begun. */
const finished = async (begin: () => Promise<HttpAnswer>): Promise<HttpAnswer> => {
  azure.world.hold();
  const answer = await begin();
  azure.world.release();
  return answer;
};

describe('importJobs', () => {
  it('are created by an operation, and end automatically', async () => {
    azure.world.hold();
    const created = await put('/importJobs/job-1', { importPrefixes: ['/data'], maximumErrors: -1 });
    expect(created).toMatchObject({
      status: 201,
      body: {
        id: `${fileSystemPath('fs1')}/importJobs/job-1`,
        name: 'job-1',
        location: 'eastus',
        properties: {
          provisioningState: 'Creating',
          adminStatus: 'Active',
          importPrefixes: ['/data'],
          conflictResolutionMode: 'Fail',
          maximumErrors: -1,
          status: { state: 'InProgress', totalErrors: 0, lastStartedTime: expect.any(String) as string },
        },
      },
    });
    expect(azure.cloud.state()).toMatchObject({ importJobs: [{ name: 'job-1' }], autoImportJobs: [] });
    azure.world.release();
    expect(await state('/importJobs/JOB-1')).toEqual(['Succeeded', 'Completed']);
    const operation = created.headers['azure-asyncoperation'] as string;
    expect((await azure.request('GET', operation, { token })).body).toMatchObject({ status: 'Succeeded' });
    const completed = (await call('GET', '/importJobs/job-1')).body;
    expect(completed).toMatchObject({
      properties: { status: { lastCompletionTime: expect.any(String) as string } },
    });
  });

  it('are cancelled by their adminStatus, and cannot be resumed', async () => {
    azure.world.hold();
    await put('/importJobs/job-1');
    expect(await patch('/importJobs/job-1', { properties: { adminStatus: 'Cancel' } })).toMatchObject({
      status: 409,
      body: { error: { code: 'Conflict', message: expect.stringContaining('Creating') as string } },
    });
    expect(await put('/importJobs/job-2')).toMatchObject({
      status: 409,
      body: { error: { code: 'Conflict' } },
    });
    azure.world.release();
    const done = await patch('/importJobs/job-1', { properties: { adminStatus: 'Cancel' } });
    expect(done).toMatchObject({ status: 200, body: { properties: { status: { state: 'Completed' } } } });

    await finished(() => call('DELETE', '/importJobs/job-1'));
    azure.world.hold();
    await put('/importJobs/job-2');
    azure.world.releaseNext();
    expect(await state('/importJobs/job-2')).toEqual(['Succeeded', 'InProgress']);
    const cancelling = await patch('/importJobs/job-2', { properties: { adminStatus: 'Cancel' } });
    expect(cancelling).toMatchObject({
      status: 202,
      body: { properties: { provisioningState: 'Updating', status: { state: 'Cancelling' } } },
    });
    azure.world.release();
    expect(await state('/importJobs/job-2')).toEqual(['Succeeded', 'Canceled']);
    expect(await patch('/importJobs/job-2', { properties: { adminStatus: 'Active' } })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('create another one') as string } },
    });
  });

  it('fail with a code, and are listed in pages', async () => {
    const operation = 'importJobs.createOrUpdate';
    azure.world.faults.add({ kind: 'fail-creation', operation, message: 'No container' });
    const created = await finished(() => put('/importJobs/job-0'));
    expect(await state('/importJobs/job-0')).toEqual(['Failed', 'Failed']);
    const { body } = await azure.request('GET', created.headers['azure-asyncoperation'] as string, { token });
    expect(body).toMatchObject({ status: 'Failed', error: { message: 'No container' } });
    for (const name of ['job-1', 'job-2', 'job-3', 'job-4', 'job-5'])
      await finished(() => put(`/importJobs/${name}`));
    const first = (await call('GET', '/importJobs')).body;
    expect(first['value']).toHaveLength(5);
    const second = await azure.request('GET', first['nextLink'] as string, { token });
    expect(second.body).toMatchObject({ value: [{ name: 'job-5' }] });
  });

  it('exist since 2024-03-01, auto exports since 2024-07-01, auto imports since 2025-07-01', async () => {
    expect((await call('GET', '/importJobs', undefined, '2024-03-01')).status).toBe(200);
    expect((await call('GET', '/autoExportJobs', undefined, '2024-07-01')).status).toBe(200);
    expect((await call('GET', '/autoImportJobs', undefined, '2025-07-01')).status).toBe(200);
    const unsupported = { status: 400, body: { error: { code: 'NoRegisteredProviderFound' } } };
    for (const [path, version] of [
      ['/importJobs', '2023-05-01'],
      ['/autoImportJobs', '2024-07-01'],
      ['/autoExportJobs', '2024-03-01'],
    ] as const)
      expect(await call('GET', path, undefined, version)).toMatchObject(unsupported);
  });
});

describe.each(['autoImportJobs', 'autoExportJobs'] as const)('%s', (kind) => {
  it('work until they are disabled, and again when they are enabled', async () => {
    const path = `/${kind}/job-1`;
    const created = await finished(() => put(path));
    expect(created).toMatchObject({ status: 201, body: { properties: { adminStatus: 'Enable' } } });
    expect(await state(path)).toEqual(['Succeeded', 'InProgress']);
    expect(await put(`/${kind}/job-2`)).toMatchObject({ status: 409, body: { error: { code: 'Conflict' } } });

    azure.world.hold();
    const disabling = await patch(path, { properties: { adminStatus: 'Disable' } });
    expect(disabling).toMatchObject({
      status: 202,
      body: { properties: { status: { state: 'Disabling' } } },
    });
    azure.world.release();
    expect(await state(path)).toEqual(['Succeeded', 'Disabled']);
    await finished(() => put(`/${kind}/job-2`));
    expect((await patch(path, { properties: { adminStatus: 'Enable' } })).status).toBe(409);
    await finished(() => call('DELETE', `/${kind}/job-2`));
    await finished(() => put(path, { adminStatus: 'Enable' }));
    expect(await state(path)).toEqual(['Succeeded', 'InProgress']);
  });

  it('change their tags at once, and no setting of creation', async () => {
    const path = `/${kind}/job-1`;
    await finished(() => put(path));
    expect(await patch(path, { tags: { a: '1' } })).toMatchObject({
      status: 200,
      body: { tags: { a: '1' } },
    });
    expect(await put(path)).toMatchObject({ status: 200, body: { tags: {} } });
    const prefixes = kind === 'autoImportJobs' ? 'autoImportPrefixes' : 'autoExportPrefixes';
    expect(await put(path, { [prefixes]: ['/other'] })).toMatchObject({
      status: 400,
      body: { error: { code: 'PropertyChangeNotAllowed', target: `properties.${prefixes}` } },
    });
  });

  it('are deleted in every state, and with their file system', async () => {
    azure.world.hold();
    await put(`/${kind}/job-1`);
    expect((await call('DELETE', `/${kind}/job-1`)).status).toBe(202);
    expect((await call('DELETE', `/${kind}/job-1`)).status).toBe(202);
    expect(await state(`/${kind}/job-1`)).toEqual(['Deleting', 'InProgress']);
    azure.world.release();
    expect(await state(`/${kind}/job-1`)).toBe(404);
    expect((await call('DELETE', `/${kind}/job-1`)).status).toBe(204);
    await finished(() => put(`/${kind}/job-2`));
    await azure.client().amlFilesystems.beginDeleteAndWait('lustre-rg', 'fs1', fast);
    expect(azure.cloud.state()).toMatchObject({ fileSystems: [], [kind]: [] });
    expect(await put(`/${kind}/job-3`)).toMatchObject({
      status: 404,
      body: { error: { code: 'ParentResourceNotFound' } },
    });
  });
});

it('keep their conflictResolutionMode', async () => {
  await finished(() => put('/autoImportJobs/job-1'));
  expect(await put('/autoImportJobs/job-1', { enableDeletions: true })).toMatchObject({
    status: 400,
    body: { error: { target: 'properties.enableDeletions' } },
  });
});

describe('archive', () => {
  const archives = async () =>
    (await azure.client().amlFilesystems.get('lustre-rg', 'fs1')).hsm?.archiveStatus ?? [];

  it('runs one at a time, and completes', async () => {
    const { amlFilesystems } = azure.client();
    expect(await archives()).toEqual([]);
    azure.world.hold();
    await amlFilesystems.archive('lustre-rg', 'fs1', { archiveInfo: { filesystemPath: '/data' } });
    expect(await archives()).toMatchObject([{ filesystemPath: '/data', status: { state: 'InProgress' } }]);
    await expect(amlFilesystems.archive('lustre-rg', 'fs1')).rejects.toMatchObject({ statusCode: 409 });
    azure.world.release();
    expect(await archives()).toMatchObject([
      { status: { state: 'Completed', percentComplete: 100, lastCompletionTime: expect.any(Date) as Date } },
    ]);
  });

  it('is cancelled, and cancelling nothing is no error', async () => {
    const { amlFilesystems } = azure.client();
    await amlFilesystems.cancelArchive('lustre-rg', 'fs1');
    azure.world.hold();
    await amlFilesystems.archive('lustre-rg', 'fs1');
    await amlFilesystems.cancelArchive('lustre-rg', 'fs1');
    azure.world.release();
    expect(await archives()).toMatchObject([{ filesystemPath: '/', status: { state: 'Canceled' } }]);
  });

  it('needs a blob container, as jobs do', async () => {
    const client = azure.client();
    await client.amlFilesystems.beginCreateOrUpdateAndWait('lustre-rg', 'fs2', validFileSystem(), fast);
    await expect(client.amlFilesystems.archive('lustre-rg', 'fs2')).rejects.toMatchObject({
      statusCode: 400,
      code: 'HsmNotConfigured',
    });
    const path = `${fileSystemPath('fs2')}/importJobs/job-1?api-version=2026-01-01`;
    expect(await azure.request('PUT', path, { token, body: { location: 'eastus' } })).toMatchObject({
      status: 400,
      body: { error: { code: 'HsmNotConfigured' } },
    });
  });
});

import { afterEach, expect, it } from 'vitest';
import type { AzureCloudOptions } from '../azure-cloud.js';
import { AzureServer, fileSystemPath, validFileSystem, type HttpAnswer } from '../testing/azure-server.js';

const group = 'lustre-rg';
const fast = { updateIntervalInMs: 5 };

let azure: AzureServer;
let token: string;
afterEach(() => azure.stop());

async function started(options: AzureCloudOptions = {}): Promise<void> {
  azure = await AzureServer.start({}, options);
  token = await azure.token();
  await azure.client().amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
}

const call = (method: string, body?: unknown, { name = 'fs1', version = '2021-04-01' } = {}) =>
  azure.request(
    method,
    `${fileSystemPath(name)}/providers/Microsoft.Resources/tags/default?api-version=${version}`,
    { token, body },
  );
const merge = (tags: object, name?: string): Promise<HttpAnswer> =>
  call('PATCH', { operation: 'Merge', properties: { tags } }, name === undefined ? {} : { name });
const shown = async (): Promise<unknown> => (await azure.client().amlFilesystems.get(group, 'fs1')).tags;

it('changes single tags at once, and leaves the others and the state alone', async () => {
  await started();
  const answers = await Promise.all([merge({ a: '1' }), merge({ b: '2' }), merge({ dept: 'Other' })]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const tags = { Dept: 'Other', a: '1', b: '2' };
  expect(await shown()).toEqual(tags);
  expect(await call('GET')).toMatchObject({
    status: 200,
    body: {
      id: `${fileSystemPath('fs1')}/providers/Microsoft.Resources/tags/default`,
      type: 'Microsoft.Resources/tags',
      properties: { tags },
    },
  });
  await call('PATCH', { operation: 'Delete', properties: { tags: { a: '' } } });
  expect(await shown()).toEqual({ Dept: 'Other', b: '2' });
  expect((await azure.client().amlFilesystems.get(group, 'fs1')).provisioningState).toBe('Succeeded');
  expect(azure.cloud.state()).toMatchObject({ operations: [{ status: 'Succeeded' }] });
});

it('carries a change out later where ARM only accepts it', async () => {
  await started({ slowTags: true });
  azure.world.hold();
  expect(await merge({ a: '1' })).toMatchObject({
    status: 202,
    body: {},
    headers: { location: expect.stringContaining('monitor=true') as string },
  });
  expect(await merge({ b: '2' })).toMatchObject({ status: 409, body: { error: { code: 'Conflict' } } });
  azure.world.release();
  expect(await shown()).toEqual({ Dept: 'ContosoAds', a: '1' });
});

it('refuses a missing and a busy file system, and an unknown api-version', async () => {
  await started();
  expect(await merge({ a: '1' }, 'none')).toMatchObject({
    status: 404,
    body: { error: { code: 'ResourceNotFound' } },
  });
  expect(await call('GET', undefined, { version: '2026-01-01' })).toMatchObject({
    status: 400,
    body: { error: { code: 'NoRegisteredProviderFound' } },
  });
  azure.world.hold();
  await azure.client().amlFilesystems.beginDelete(group, 'fs1', fast);
  expect(await merge({ a: '1' })).toMatchObject({ status: 409, body: { error: { code: 'Conflict' } } });
});

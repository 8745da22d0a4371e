import { afterEach, expect, it } from 'vitest';
import { AzureServer, validFileSystem } from '../testing/azure-server.js';

const group = 'lustre-rg';
const fast = { updateIntervalInMs: 5 };
const maintenanceWindow = { dayOfWeek: 'Monday', timeOfDayUTC: '03:30' } as const;
const failure = { code: 'KeyVaultAccessDenied', message: 'The key cannot be used.' };

let azure: AzureServer;
afterEach(() => azure.stop());

it.each(['Failed', 'Succeeded'] as const)(
  'a PATCH that fails ends with its reason, leaves the settings and the servers, and can be repeated: %s',
  async (failedUpdateState) => {
    azure = await AzureServer.start({}, { failedUpdateState });
    const { amlFilesystems } = azure.client();
    const before = await amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
    azure.world.faults.add({
      ...{ kind: 'fail-creation', cloud: 'azure', operation: 'amlFilesystems.update' },
      ...failure,
    });
    await expect(
      amlFilesystems.beginUpdateAndWait(group, 'fs1', { maintenanceWindow, tags: { a: 'b' } }, fast),
    ).rejects.toThrow(`${failure.code}. ${failure.message}`);
    expect(await amlFilesystems.get(group, 'fs1')).toEqual({
      ...before,
      provisioningState: failedUpdateState,
    });
    expect(azure.cloud.state()).toMatchObject({
      operations: [{ status: 'Succeeded' }, { status: 'Failed', error: failure }],
    });
    expect(azure.published.size).toBe(1);
    expect(await amlFilesystems.beginUpdateAndWait(group, 'fs1', { maintenanceWindow }, fast)).toMatchObject({
      provisioningState: 'Succeeded',
      maintenanceWindow,
    });
  },
);

it('a DELETE that fails ends with its reason, leaves the file system, and can be repeated', async () => {
  azure = await AzureServer.start();
  const { amlFilesystems } = azure.client();
  await amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
  const operation = 'amlFilesystems.delete';
  azure.world.faults.add({ kind: 'fail-creation', cloud: 'azure', operation, ...failure });
  await expect(amlFilesystems.beginDeleteAndWait(group, 'fs1', fast)).rejects.toThrow(failure.message);
  expect(await amlFilesystems.get(group, 'fs1')).toMatchObject({
    provisioningState: 'Failed',
    health: { state: 'Unavailable', statusCode: failure.code },
  });
  await amlFilesystems.beginDeleteAndWait(group, 'fs1', fast);
  expect(azure.cloud.state()).toMatchObject({ fileSystems: [] });
});

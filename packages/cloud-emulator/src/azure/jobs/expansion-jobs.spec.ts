import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AzureServer,
  fileSystemPath,
  subnetId,
  validFileSystem,
  type HttpAnswer,
} from '../testing/azure-server.js';

const version = '?api-version=2026-01-01';
const jobs = `${fileSystemPath('fs1')}/expansionJobs`;

describe('expansionJobs', () => {
  let azure: AzureServer;
  let token: string;

  const start = async (updateSeconds: number, subnet = 'lustre-subnet'): Promise<void> => {
    await azure?.stop();
    azure = await AzureServer.start({ updateSeconds });
    token = await azure.token();
    await azure
      .client()
      .amlFilesystems.beginCreateOrUpdateAndWait(
        'lustre-rg',
        'fs1',
        { ...validFileSystem(), filesystemSubnet: subnetId(subnet) },
        { updateIntervalInMs: 10 },
      );
  };
  beforeEach(() => start(0.05));
  afterEach(() => azure.stop());

  const call = (method: string, path: string, body?: unknown): Promise<HttpAnswer> =>
    azure.request(method, path + version, { token, ...(body === undefined ? {} : { body }) });
  const expand = (name: string, newStorageCapacityTiB: unknown): Promise<HttpAnswer> =>
    call('PUT', `${jobs}/${name}`, { location: 'eastus', properties: { newStorageCapacityTiB } });
  const properties = async (path: string): Promise<unknown> => (await call('GET', path)).body['properties'];
  const used = (): number | undefined =>
    (azure.cloud.state() as { subnets: Record<string, { used: number }> }).subnets[subnetId()]?.used;

  it('grow the live size, not the size of creation', async () => {
    const before = used() ?? 0;
    azure.world.hold();
    const started = await expand('job-1', 32);
    expect(started).toMatchObject({
      status: 201,
      body: {
        name: 'job-1',
        id: `${jobs}/job-1`,
        properties: {
          provisioningState: 'Creating',
          newStorageCapacityTiB: 32,
          status: { state: 'InProgress' },
        },
      },
    });
    expect(await properties(fileSystemPath('fs1'))).toMatchObject({
      currentStorageCapacityTiB: 16,
      health: { state: 'Expanding' },
    });
    azure.world.release();
    expect(await properties(`${jobs}/JOB-1`)).toMatchObject({
      provisioningState: 'Succeeded',
      status: { state: 'Completed', percentComplete: 100 },
    });
    expect(await properties(fileSystemPath('fs1'))).toMatchObject({
      storageCapacityTiB: 16,
      currentStorageCapacityTiB: 32,
      throughputProvisionedMBps: 8000,
      health: { state: 'Available' },
    });
    expect([...azure.published.values()].map((server) => server.capacityBytes)).toEqual([32n * 1024n ** 4n]);
    expect(used()).toBe(before + 10);
    const operation = started.headers['azure-asyncoperation'] as string;
    expect((await azure.request('GET', operation, { token })).body).toMatchObject({ status: 'Succeeded' });
  });

  it('show their progress, and are rolled back by a DELETE', async () => {
    await start(60);
    const before = used();
    await expand('job-1', 32);
    expect(used()).toBe((before ?? 0) + 10);
    expect(await properties(`${jobs}/job-1`)).toMatchObject({
      status: { state: 'InProgress', percentComplete: expect.any(Number) as number },
    });
    azure.world.hold();
    const deleted = await call('DELETE', `${jobs}/job-1`);
    expect(deleted.status).toBe(202);
    expect(await properties(`${jobs}/job-1`)).toMatchObject({ status: { state: 'RollingBack' } });
    azure.world.release();
    expect((await call('GET', `${jobs}/job-1`)).status).toBe(404);
    expect(await properties(fileSystemPath('fs1'))).toMatchObject({
      currentStorageCapacityTiB: 16,
      health: { state: 'Available' },
    });
    expect(used()).toBe(before);
    expect((await call('DELETE', `${jobs}/job-1`)).status).toBe(204);
  });

  it('run one at a time, and join a PUT of the same size', async () => {
    await start(60);
    await expand('job-1', 32);
    expect(await expand('job-1', 32)).toMatchObject({ status: 200, body: { name: 'job-1' } });
    expect(await expand('job-1', 40)).toMatchObject({
      status: 400,
      body: { error: { code: 'PropertyChangeNotAllowed' } },
    });
    expect(await expand('job-2', 32)).toMatchObject({ status: 409, body: { error: { code: 'Conflict' } } });
    expect((await call('GET', jobs)).body).toMatchObject({ value: [{ name: 'job-1' }] });
  });

  it('fail with a code, and leave the size as it was', async () => {
    const before = used();
    azure.world.faults.add({
      kind: 'fail-creation',
      operation: 'expansionJobs.createOrUpdate',
      message: 'No VMs',
    });
    await expand('job-1', 32);
    await expect
      .poll(() => properties(`${jobs}/job-1`), { timeout: 10_000 })
      .toMatchObject({
        provisioningState: 'Failed',
        status: { state: 'Failed', statusCode: 'InternalExecutionError', statusMessage: 'No VMs' },
      });
    expect(await properties(fileSystemPath('fs1'))).toMatchObject({ currentStorageCapacityTiB: 16 });
    expect(used()).toBe(before);
    expect((await expand('job-2', 32)).status).toBe(201);
  });

  it.each([
    ['the size that it has', 16],
    ['less', 8],
    ['no step', 20],
    ['more than the SKU allows', 136],
  ])('refuse %s', async (_what, size) => {
    expect(await expand('job-1', size)).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidParameter', target: 'properties.newStorageCapacityTiB' } },
    });
  });

  it('refuse a size for which the subnet has no addresses', async () => {
    await start(0.05, 'lustre-small-subnet');
    expect(await expand('job-1', 128)).toMatchObject({
      status: 400,
      body: { error: { code: 'SubnetIsFull' } },
    });
  });

  it('need a file system, and an api-version that knows them', async () => {
    const path = `${fileSystemPath('fs2')}/expansionJobs/job-1`;
    expect(await call('GET', path)).toMatchObject({
      status: 404,
      body: { error: { code: 'ParentResourceNotFound' } },
    });
    const old = await azure.request('GET', `${jobs}/job-1?api-version=2023-05-01`, { token });
    expect(old).toMatchObject({ status: 400, body: { error: { code: 'NoRegisteredProviderFound' } } });
    expect(JSON.stringify(old.body)).toContain("'2026-01-01, 2026-08-01'");
  });

  it('go with their file system', async () => {
    await start(60);

    await expand('job-1', 32);
    await azure.client().amlFilesystems.beginDeleteAndWait('lustre-rg', 'fs1', { updateIntervalInMs: 10 });
    expect(azure.cloud.state()).toMatchObject({ fileSystems: [], expansionJobs: [] });
    expect(used()).toBe(3);
  });
});

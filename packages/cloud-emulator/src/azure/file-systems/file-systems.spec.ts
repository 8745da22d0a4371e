import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { azureSeed } from '../seed.js';
import {
  AzureServer,
  fileSystemPath,
  subnetId,
  validBody,
  validFileSystem,
} from '../testing/azure-server.js';

const group = 'lustre-rg';
const fast = { updateIntervalInMs: 10 };
const v2023 = '?api-version=2023-05-01';

interface SubnetState {
  readonly fileSystems: readonly unknown[];
  readonly subnets: Readonly<Record<string, { used: number }>>;
}

describe('amlFilesystems through the SDK', () => {
  let azure: AzureServer;

  beforeEach(async () => {
    azure = await AzureServer.start();
  });
  afterEach(() => azure.stop());

  const state = (): SubnetState => azure.cloud.state() as SubnetState;

  it('creates, with clientInfo once it has succeeded', async () => {
    const client = azure.client();
    azure.world.hold();
    const poller = await client.amlFilesystems.beginCreateOrUpdate(group, 'fs1', validFileSystem(), fast);
    const creating = await client.amlFilesystems.get(group, 'fs1');
    expect(creating).toMatchObject({ provisioningState: 'Creating', health: { state: 'Transitioning' } });
    expect(creating.clientInfo).toBeUndefined();
    expect(azure.published.size).toBe(0);

    azure.world.release();
    const created = await poller.pollUntilDone();
    expect(created).toMatchObject({
      id: fileSystemPath('fs1'),
      name: 'fs1',
      location: 'eastus',
      zones: ['1'],
      sku: { name: 'AMLFS-Durable-Premium-250' },
      tags: { Dept: 'ContosoAds' },
      provisioningState: 'Succeeded',
      storageCapacityTiB: 16,
      throughputProvisionedMBps: 4000,
      health: { state: 'Available', statusDescription: 'amlFilesystem is ok.' },
    });
    const address = created.clientInfo?.mgsAddress ?? '';
    expect(address).toMatch(/^127\.101\./);
    expect(created.clientInfo?.mountCommand).toBe(
      `mount -t lustre ${address}@tcp:/lustrefs /lustre/lustrefs`,
    );
    expect([...azure.published.values()]).toEqual([
      {
        id: expect.stringMatching(/^[A-Za-z0-9_.-]+$/) as string,
        mgsAddresses: [address],
        dnsNames: [],
        fsname: 'lustrefs',
        capacityBytes: 16n * 1024n ** 4n,
        version: '2.15.0',
      },
    ]);
  });

  it('lets another client resume a creation without a second PUT', async () => {
    azure.world.hold();
    const first = await azure
      .client()
      .amlFilesystems.beginCreateOrUpdate(group, 'fs1', validFileSystem(), fast);
    const resumed = await azure.client().amlFilesystems.beginCreateOrUpdate(group, 'fs1', validFileSystem(), {
      ...fast,
      resumeFrom: first.toString(),
    });
    azure.world.release();
    expect(await resumed.pollUntilDone()).toMatchObject({ name: 'fs1', provisioningState: 'Succeeded' });
    expect(azure.calls('amlFilesystems.createOrUpdate')).toBe(1);
  });

  it('fails a creation with a code, and keeps the file system that must be deleted', async () => {
    azure.world.faults.add({ kind: 'fail-creation', cloud: 'azure' });
    const client = azure.client();
    await expect(
      client.amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast),
    ).rejects.toThrow(/CreateTimeout.*Delete this amlfilesystem and try again/);

    const failed = await client.amlFilesystems.get(group, 'fs1');
    expect(failed).toMatchObject({
      provisioningState: 'Failed',
      health: { state: 'Unavailable', statusCode: 'CreateTimeout' },
    });
    expect(failed.clientInfo).toBeUndefined();
    expect(azure.published.size).toBe(0);
    await expect(
      client.amlFilesystems.beginCreateOrUpdate(group, 'fs1', validFileSystem()),
    ).rejects.toMatchObject({ statusCode: 409, code: 'Conflict' });

    await client.amlFilesystems.beginDeleteAndWait(group, 'fs1', fast);
    await client.amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
    expect(azure.published.size).toBe(1);
  });

  it('shows the failure in ascOperations, with the code that the fault names', async () => {
    azure.world.faults.add({
      kind: 'fail-creation',
      code: 'AscInternalError',
      message: 'Provisioning timed out',
    });
    const token = await azure.token();
    const created = await azure.request('PUT', fileSystemPath('fs1') + v2023, { token, body: validBody() });
    expect(created.status).toBe(201);
    const url = created.headers['azure-asyncoperation'] as string;
    await expect
      .poll(async () => (await azure.request('GET', url, { token })).body, { timeout: 10_000 })
      .toMatchObject({
        status: 'Failed',
        error: { code: 'AscInternalError', message: 'Provisioning timed out' },
      });
    const monitor = await azure.request('GET', created.headers['location'] as string, { token });
    expect(monitor).toMatchObject({ status: 409, body: { error: { code: 'AscInternalError' } } });
  });

  it('deletes with 202 and 204, unmountable at once and gone at the end', async () => {
    const client = azure.client();
    const before = state().subnets[subnetId()]?.used;
    await client.amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
    expect(state().subnets[subnetId()]?.used).toBeGreaterThan(before ?? 0);

    azure.world.hold();
    const poller = await client.amlFilesystems.beginDelete(group, 'FS1', fast);
    expect(azure.published.size).toBe(0);
    expect(await client.amlFilesystems.get(group, 'fs1')).toMatchObject({ provisioningState: 'Deleting' });
    await expect(
      client.amlFilesystems.beginCreateOrUpdate(group, 'fs1', validFileSystem()),
    ).rejects.toMatchObject({ statusCode: 409 });
    azure.world.release();
    await poller.pollUntilDone();

    await expect(client.amlFilesystems.get(group, 'fs1')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
    expect(state()).toMatchObject({ fileSystems: [], subnets: { [subnetId()]: { used: before } } });
    await client.amlFilesystems.beginDeleteAndWait(group, 'fs1', fast);
    const statuses = azure.world.journal
      .entries()
      .filter((entry) => entry.operation === 'amlFilesystems.delete');
    expect(statuses.map(({ status, resource }) => [status, resource?.toLowerCase()])).toEqual([
      [202, fileSystemPath('fs1').toLowerCase()],
      [204, fileSystemPath('fs1').toLowerCase()],
    ]);
  });

  it('joins a second delete to the first', async () => {
    const token = await azure.token();
    await azure.client().amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
    const path = fileSystemPath('fs1') + v2023;
    azure.world.hold();
    const first = await azure.request('DELETE', path, { token });
    const second = await azure.request('DELETE', path, { token });
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.headers['azure-asyncoperation']).toBe(first.headers['azure-asyncoperation']);
  });

  it('calls a creation off when it is deleted meanwhile', async () => {
    azure.world.hold();
    const poller = await azure
      .client()
      .amlFilesystems.beginCreateOrUpdate(group, 'fs1', validFileSystem(), fast);
    const deletion = await azure.client().amlFilesystems.beginDelete(group, 'fs1', fast);
    azure.world.release();
    await deletion.pollUntilDone();
    await expect(poller.pollUntilDone()).rejects.toThrow(/cancel/i);
    expect(state().fileSystems).toEqual([]);
    expect(azure.published.size).toBe(0);
  });

  it('refuses a PUT that changes a create-only setting', async () => {
    const client = azure.client();
    await client.amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
    const put = (change: object): Promise<unknown> =>
      client.amlFilesystems.beginCreateOrUpdate(group, 'fs1', { ...validFileSystem(), ...change });
    const notAllowed = { statusCode: 400, code: 'PropertyChangeNotAllowed' };
    await expect(put({ storageCapacityTiB: 24 })).rejects.toMatchObject(notAllowed);
    await expect(put({ sku: { name: 'AMLFS-Durable-Premium-125' } })).rejects.toMatchObject(notAllowed);
    await expect(put({ zones: ['2'] })).rejects.toMatchObject(notAllowed);
    await expect(put({ filesystemSubnet: subnetId('lustre-small-subnet') })).rejects.toMatchObject(
      notAllowed,
    );
    await expect(put({ location: 'westcentralus' })).rejects.toMatchObject({
      code: 'InvalidResourceLocation',
    });
    expect(await client.amlFilesystems.get(group, 'fs1')).toMatchObject({
      storageCapacityTiB: 16,
      zones: ['1'],
    });
  });

  it('answers 200 to a PUT that changes nothing, and updates settings that may change', async () => {
    const token = await azure.token();
    const put = (body: object): ReturnType<AzureServer['request']> =>
      azure.request('PUT', fileSystemPath('fs1') + v2023, { token, body });
    await azure.client().amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
    const same = await put(validBody());
    expect(same).toMatchObject({ status: 200, body: { properties: { provisioningState: 'Succeeded' } } });
    expect(same.headers['azure-asyncoperation']).toBeUndefined();
    const changed = await put({ ...validBody(), tags: { Dept: 'Other' } });
    expect(changed).toMatchObject({
      status: 200,
      body: { tags: { Dept: 'Other' }, properties: { provisioningState: 'Updating' } },
    });
  });

  it('updates by PATCH, one change at a time', async () => {
    const client = azure.client();
    await client.amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
    const maintenanceWindow = { dayOfWeek: 'Monday', timeOfDayUTC: '03:30' } as const;
    azure.world.hold();
    const poller = await client.amlFilesystems.beginUpdate(group, 'fs1', { maintenanceWindow }, fast);
    await expect(client.amlFilesystems.beginUpdate(group, 'fs1', { tags: {} })).rejects.toMatchObject({
      statusCode: 409,
    });
    azure.world.release();
    expect(await poller.pollUntilDone()).toMatchObject({
      provisioningState: 'Succeeded',
      maintenanceWindow,
      tags: { Dept: 'ContosoAds' },
    });
    expect(azure.published.size).toBe(1);
  });

  it('refuses a PATCH of a create-only setting, and of a missing file system', async () => {
    const token = await azure.token();
    const patch = (name: string, body: object): ReturnType<AzureServer['request']> =>
      azure.request('PATCH', fileSystemPath(name) + v2023, { token, body });
    await azure.client().amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
    expect(await patch('fs1', { properties: { storageCapacityTiB: 24 } })).toMatchObject({
      status: 400,
      body: { error: { code: 'PropertyChangeNotAllowed', target: 'properties.storageCapacityTiB' } },
    });
    expect(await patch('fs2', { tags: {} })).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
  });

  it('lists one group and the subscription, in short pages', async () => {
    const client = azure.client();
    const names = Array.from({ length: 12 }, (_none, index) => `fs-${index + 10}`);
    for (const name of names) await client.amlFilesystems.beginCreateOrUpdate(group, name, validFileSystem());
    await client.amlFilesystems.beginCreateOrUpdate('lustre-other-rg', 'fs-10', validFileSystem());
    azure.world.journal.clear();

    const inGroup: (string | undefined)[] = [];
    for await (const item of client.amlFilesystems.listByResourceGroup('LUSTRE-RG')) inGroup.push(item.name);
    expect(inGroup).toEqual(names);
    expect(azure.calls('amlFilesystems.listByResourceGroup')).toBe(3);

    const ids = new Set<string | undefined>();
    for await (const item of client.amlFilesystems.list()) ids.add(item.id);
    expect(ids.size).toBe(13);
    expect(azure.calls('amlFilesystems.list')).toBe(3);
  });

  it('holds a hundred at once, each with an MGS address of its own', async () => {
    const client = azure.client();
    const names = Array.from({ length: 100 }, (_none, index) => `fs-${index}`);
    await Promise.all(
      names.map((name) => client.amlFilesystems.beginCreateOrUpdate(group, name, validFileSystem())),
    );
    await expect.poll(() => azure.published.size, { timeout: 10_000 }).toBe(100);
    expect(new Set([...azure.published.values()].map(({ mgsAddresses }) => mgsAddresses[0])).size).toBe(100);
  });
});

describe('limits of the subscription', () => {
  const cases: [what: string, change: object, status: number, code: string][] = [
    ['a full subnet', { filesystemSubnet: subnetId('lustre-tiny-subnet') }, 400, 'SubnetIsFull'],
    [
      'a subnet that is not there',
      { filesystemSubnet: subnetId('nowhere') },
      400,
      'InvalidResourceReference',
    ],
    [
      'a subnet of another region',
      { filesystemSubnet: subnetId('lustre-subnet', 'lustre-vnet-west') },
      400,
      'InvalidResourceReference',
    ],
  ];

  it.each(cases)('refuses %s and creates nothing', async (_what, change, statusCode, code) => {
    const azure = await AzureServer.start();
    try {
      const creation = azure
        .client()
        .amlFilesystems.beginCreateOrUpdate(group, 'fs1', { ...validFileSystem(), ...change });
      await expect(creation).rejects.toMatchObject({ statusCode, code });
      expect(azure.cloud.state()).toMatchObject({ fileSystems: [], operations: [] });
    } finally {
      await azure.stop();
    }
  });

  it('refuses more than the quota, counting failed ones', async () => {
    const azure = await AzureServer.start({}, { fileSystemQuota: 1, fsname: 'other' });
    try {
      const client = azure.client();
      await client.amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs1', validFileSystem(), fast);
      expect([...azure.published.values()][0]?.fsname).toBe('other');
      await expect(
        client.amlFilesystems.beginCreateOrUpdate(group, 'fs2', validFileSystem()),
      ).rejects.toMatchObject({
        statusCode: 409,
        code: 'OperationNotAllowed',
        message: expect.stringContaining(
          'Maximum allowed: 1, Current in use: 1, Additional requested: 1.',
        ) as string,
      });
      const usages = [];
      for await (const usage of client.ascUsages.list(azureSeed.location)) usages.push(usage);
      expect(usages).toContainEqual(
        expect.objectContaining({
          name: expect.objectContaining({ value: 'AmlFilesystem' }) as object,
          currentValue: 1,
          limit: 1,
        }),
      );
      azure.world.raisedQuota = 2;
      await client.amlFilesystems.beginCreateOrUpdateAndWait(group, 'fs2', validFileSystem(), fast);
    } finally {
      await azure.stop();
    }
  });
});

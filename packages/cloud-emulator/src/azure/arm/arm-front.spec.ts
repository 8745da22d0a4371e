import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../world/faults.js';
import { azureSeed } from '../seed.js';
import {
  AzureServer,
  fileSystemPath,
  subnetId,
  validBody,
  validFileSystem,
} from '../testing/azure-server.js';

const { subscriptionId } = azureSeed;
const group = 'lustre-rg';
const v2023 = '?api-version=2023-05-01';
const provider = `/subscriptions/${subscriptionId}/providers/Microsoft.StorageCache`;
const network = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Network`;
const put = 'amlFilesystems.createOrUpdate';

describe('Azure Resource Manager', () => {
  let azure: AzureServer;
  let token: string;
  let next = 0;
  const newName = (): string => `front-${(next += 1)}`;

  beforeAll(async () => {
    azure = await AzureServer.start();
    token = await azure.token();
  });
  afterAll(() => azure.stop());
  beforeEach(() => {
    azure.world.faults.clear();
    azure.world.journal.clear();
  });

  const get = (path: string): ReturnType<AzureServer['request']> => azure.request('GET', path, { token });
  const last = (): unknown => azure.world.journal.entries().at(-1);

  it.each([
    ['missing', undefined],
    ['unknown', 'bm9uc2Vuc2U'],
  ])('refuses a %s token', async (_what, wrong) => {
    const answer = await azure.request('GET', `${provider}/skus${v2023}`, wrong ? { token: wrong } : {});
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } });
    expect(answer.headers['www-authenticate']).toContain(
      `authorization_uri="${azure.origin}/${azureSeed.tenantId}"`,
    );
    expect(last()).toMatchObject({ service: 'arm', operation: 'skus.list', status: 401 });
  });

  it('refuses an expired token', async () => {
    const short = await AzureServer.start({}, { tokenSeconds: -1 });
    try {
      const answer = await short.request('GET', `${provider}/skus${v2023}`, { token: await short.token() });
      expect(answer).toMatchObject({ status: 401, body: { error: { code: 'ExpiredAuthenticationToken' } } });
    } finally {
      await short.stop();
    }
  });

  it.each([
    ['no api-version', `${provider}/skus`, 400, 'MissingApiVersionParameter'],
    ['one that is unknown', `${provider}/skus?api-version=2020-01-01`, 400, 'NoRegisteredProviderFound'],
    [
      'one of another type',
      `${network}/virtualNetworks/lustre-vnet/usages${v2023}`,
      400,
      'NoRegisteredProviderFound',
    ],
    ['an unknown type', `${provider}/caches${v2023}`, 404, 'InvalidResourceType'],
    [
      'an unknown namespace',
      `/subscriptions/${subscriptionId}/providers/Microsoft.X/y${v2023}`,
      404,
      'InvalidResourceNamespace',
    ],
    [
      'another subscription',
      `/subscriptions/${azureSeed.tenantId}/providers/Microsoft.StorageCache/skus${v2023}`,
      404,
      'SubscriptionNotFound',
    ],
    ['no such group', fileSystemPath('fs1', 'nowhere') + v2023, 404, 'ResourceGroupNotFound'],
    ['no such file system', fileSystemPath('fs1') + v2023, 404, 'ResourceNotFound'],
    ['no such operation', `${provider}/locations/eastus/ascOperations/x${v2023}`, 404, 'ResourceNotFound'],
    [
      'no such network',
      `${network}/virtualNetworks/x/usages?api-version=2025-05-01`,
      404,
      'ResourceNotFound',
    ],
    ['a skip token of its own', `${provider}/amlFilesystems${v2023}&$skipToken=x`, 400, 'InvalidSkipToken'],
  ])('answers to %s', async (_what, path, status, code) => {
    expect(await get(path)).toMatchObject({ status, body: { error: { code } } });
    expect(last()).toMatchObject({ status, errorCode: code });
  });

  it('lists the api-versions that it serves', async () => {
    const answer = await get(`${provider}/skus?api-version=2020-01-01`);
    expect(JSON.stringify(answer.body)).toContain(
      '2023-05-01, 2024-03-01, 2024-07-01, 2025-07-01, 2026-01-01, 2026-08-01',
    );
  });

  it.each(['2023-05-01', '2024-03-01', '2024-07-01', '2025-07-01'])(
    'creates and lists file systems at api-version %s, to which a released client defaults',
    async (apiVersion) => {
      const client = azure.client({ apiVersion });
      const name = newName();
      await client.amlFilesystems.beginCreateOrUpdateAndWait(group, name, validFileSystem(), {
        updateIntervalInMs: 5,
      });
      const names: (string | undefined)[] = [];
      for await (const listed of client.amlFilesystems.listByResourceGroup(group)) names.push(listed.name);
      expect(names).toContain(name);
    },
  );

  it('lists the operations of the provider, without a subscription', async () => {
    const operations: { name?: string; isDataAction?: boolean }[] = [];
    for await (const operation of azure.client().operations.list()) operations.push(operation);
    const names = operations.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        'Microsoft.StorageCache/amlFilesystems/write',
        'Microsoft.StorageCache/amlFilesystems/expansionJobs/read',
        'Microsoft.StorageCache/checkAmlFSSubnets/action',
        'Microsoft.StorageCache/locations/ascOperations/read',
      ]),
    );
    expect(operations.every(({ isDataAction }) => isDataAction === false)).toBe(true);
    expect(last()).toMatchObject({ service: 'arm', operation: 'operations.list', status: 200 });
  });

  it.each([
    ['no api-version', '/providers/Microsoft.StorageCache/operations', 400, 'MissingApiVersionParameter'],
    ['an unknown provider', `/providers/Microsoft.X/operations${v2023}`, 404, 'InvalidResourceNamespace'],
  ])('refuses a list of operations with %s', async (_what, path, status, code) => {
    expect(await get(path)).toMatchObject({ status, body: { error: { code } } });
  });

  it('refuses a body that is no JSON', async () => {
    const answer = await azure.request('PUT', fileSystemPath('fs1') + v2023, { token, body: '{"location":' });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'InvalidRequestContent' } } });
  });

  it('keeps the case of names, and ignores it in paths', async () => {
    const name = newName();
    const shouting = fileSystemPath(name).toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions');
    await azure.request('PUT', fileSystemPath(name) + v2023, { token, body: validBody() });
    const answer = await get(`${shouting}?API-VERSION=2023-05-01`);
    expect(answer).toMatchObject({ status: 200, body: { name, id: fileSystemPath(name) } });
    await azure.request('PUT', shouting + v2023, { token, body: validBody() });
    expect((await get(fileSystemPath(name) + v2023)).body).toMatchObject({ name });
  });

  it('sends request ids and the remainder of the quota', async () => {
    const { headers } = await get(`${provider}/skus${v2023}`);
    expect(headers['x-ms-request-id']).toBe((last() as { requestId: string }).requestId);
    expect(headers['x-ms-correlation-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-ms-routing-request-id']).toMatch(/^EASTUS:\d{8}T\d{6}Z:[0-9a-f-]{36}$/);
    expect(Number(headers['x-ms-ratelimit-remaining-subscription-reads'])).toBeLessThan(250);
  });

  it('shows newer properties only to newer api-versions', async () => {
    const name = newName();
    const properties = { ...(validBody()['properties'] as object), rootSquashSettings: { mode: 'All' } };
    const body = { ...validBody(), properties };
    await azure.request('PUT', `${fileSystemPath(name)}?api-version=2026-01-01`, { token, body });
    const seen = async (version: string): Promise<string> =>
      JSON.stringify((await get(`${fileSystemPath(name)}?api-version=${version}`)).body);
    await expect
      .poll(() => seen('2026-08-01'), { timeout: 10_000 })
      .toContain('"provisioningState":"Succeeded"');
    expect(await seen('2023-05-01')).not.toMatch(/rootSquash|currentStorage|clusterUuid/);
    expect(await seen('2024-03-01')).toContain(
      '"rootSquashSettings":{"mode":"All","status":"nodemap.active=1"}',
    );
    expect(await seen('2026-01-01')).toMatch(/clusterUuid.*"currentStorageCapacityTiB":16/);
  });

  describe('long-running operations', () => {
    it('have both headers, and no Retry-After when they are short', async () => {
      const name = newName();
      azure.world.hold();
      const answer = await azure.request('PUT', fileSystemPath(name) + v2023, { token, body: validBody() });
      expect(answer.status).toBe(201);
      expect(answer.headers['retry-after']).toBeUndefined();
      const status = answer.headers['azure-asyncoperation'] as string;
      const monitor = answer.headers['location'] as string;
      expect((await get(status)).body).toMatchObject({ status: 'InProgress' });
      expect((await get(monitor)).status).toBe(202);
      azure.world.release();
      expect((await get(status)).body).toMatchObject({ status: 'Succeeded' });
      expect(await get(monitor)).toMatchObject({ status: 200, body: { name } });
      const elsewhere = status.replace('/eastus/', '/westus/');
      expect((await get(elsewhere)).status).toBe(404);
    });

    it.each([
      [8, {}, '1'],
      [8, { retryAfterSeconds: 'none' } as const, undefined],
      [0.05, { retryAfterSeconds: 3 } as const, '3'],
    ])('of %d s with %o say Retry-After %s', async (createSeconds, options, expected) => {
      const other = await AzureServer.start({ createSeconds }, options);
      try {
        const answer = await other.request('PUT', fileSystemPath('fs1') + v2023, {
          token: await other.token(),
          body: validBody(),
        });
        expect(answer.headers['retry-after']).toBe(expected);
      } finally {
        await other.stop();
      }
    });
  });

  describe('injected faults', () => {
    const add = (fault: Fault): void => azure.world.faults.add({ cloud: 'azure', operation: put, ...fault });
    const create = (name: string, maxRetries?: number): Promise<unknown> =>
      azure
        .client(maxRetries === undefined ? {} : { maxRetries })
        .amlFilesystems.beginCreateOrUpdate(group, name, validFileSystem());

    it('pass a 429 without Retry-After to the caller at once', async () => {
      add({ kind: 'throttle' });
      await expect(create(newName())).rejects.toMatchObject({ statusCode: 429, code: 'TooManyRequests' });
      expect(azure.calls(put)).toBe(1);
      expect(azure.world.journal.entries()).toContainEqual(
        expect.objectContaining({
          operation: put,
          fault: 'throttle',
          status: 429,
          errorCode: 'TooManyRequests',
        }),
      );
    });

    it('make the SDK retry a 429 with Retry-After', async () => {
      add({ kind: 'throttle', retryAfterSeconds: 0, times: 2 });
      await create(newName());
      expect(azure.calls(put)).toBe(3);
    });

    it('create no file system by a 5xx before the effect, and one by a 5xx after it', async () => {
      const [before, after] = [newName(), newName()];
      add({ kind: 'error' });
      await expect(create(before, 0)).rejects.toMatchObject({ statusCode: 503, code: 'ServiceUnavailable' });
      expect((await get(fileSystemPath(before) + v2023)).status).toBe(404);
      add({ kind: 'error', when: 'after', status: 500 });
      await expect(create(after, 0)).rejects.toMatchObject({ statusCode: 500, code: 'InternalServerError' });
      expect((await get(fileSystemPath(after) + v2023)).status).toBe(200);
    });

    it.each([
      ['before', 404],
      ['after', 200],
    ] as const)('a connection cut %s the effect', async (when, status) => {
      const name = newName();
      add({ kind: 'reset', when });
      await expect(create(name, 0)).rejects.toMatchObject({
        code: expect.stringMatching(/ECONNRESET|REQUEST_SEND_ERROR/) as string,
      });
      expect(azure.world.journal.entries()).toContainEqual(
        expect.objectContaining({ operation: put, fault: 'reset', status: 0 }),
      );
      expect((await get(fileSystemPath(name) + v2023)).status).toBe(status);
    });
  });

  describe('answers of the provider about the subscription', () => {
    it('lists SKUs in pages, with zones, without zones, and with restrictions', async () => {
      const rows = [];
      for await (const row of azure.client().skus.list()) rows.push(row);
      expect(azure.calls('skus.list')).toBe(2);
      const inEast = rows.filter(
        (row) => row.resourceType === 'amlFilesystems' && row.locations?.includes('eastus'),
      );
      expect(inEast.map((row) => row.name)).toEqual(
        [40, 125, 250, 500].map((mbps) => `AMLFS-Durable-Premium-${mbps}`),
      );
      expect(inEast.every((row) => row.locationInfo?.[0]?.zones?.join() === '1,2,3')).toBe(true);
      const zoneless = rows.find((row) => row.locations?.includes('westcentralus'));
      expect(zoneless?.locationInfo?.[0]?.zones).toBeUndefined();
      const restricted = rows.filter((row) => (row.restrictions ?? []).length > 0);
      expect(restricted.map((row) => row.restrictions?.[0]?.reasonCode)).toEqual([
        'NotAvailableForSubscription',
      ]);
    });

    const sku = { name: 'AMLFS-Durable-Premium-250' };

    it('reports the number of addresses that a size needs', async () => {
      const client = azure.client();
      const need = async (storageCapacityTiB: number): Promise<number | undefined> =>
        (
          await client.getRequiredAmlFSSubnetsSize({
            requiredAMLFilesystemSubnetsSizeInfo: { sku, storageCapacityTiB },
          })
        ).filesystemSubnetSize;
      expect(await need(8)).toBe(11);
      expect(await need(128)).toBe(86);
      await expect(need(9)).rejects.toMatchObject({ statusCode: 400, code: 'InvalidParameter' });
    });

    it.each([
      ['lustre-subnet', undefined],
      ['LUSTRE-SUBNET', undefined],
      ['lustre-small-subnet', 'A subnet with a minimum size of /25 is required.'],
      ['nowhere', 'The subnet was not found.'],
    ])('checks the subnet %s', async (name, message) => {
      const check = azure.client().checkAmlFSSubnets({
        amlFilesystemSubnetInfo: {
          filesystemSubnet: subnetId(name),
          storageCapacityTiB: 128,
          sku,
          location: 'eastus',
        },
      });
      if (message === undefined) await expect(check).resolves.not.toHaveProperty('filesystemSubnet');
      else {
        await expect(check).rejects.toMatchObject({
          statusCode: 400,
          details: { filesystemSubnet: { status: 'Invalid', message } },
        });
      }
    });

    it('counts the addresses in use of each subnet', async () => {
      const used = async (): Promise<number | undefined> => {
        const answer = await get(`${network}/virtualNetworks/lustre-vnet/usages?api-version=2025-05-01`);
        const rows = answer.body['value'] as { id: string; currentValue: number; limit: number }[];
        expect(rows.map((row) => row.limit)).toEqual([65531, 27, 3]);
        return rows.find((row) => row.id === subnetId('lustre-small-subnet'))?.currentValue;
      };
      expect(await used()).toBe(3);
      const small = { ...validFileSystem(), filesystemSubnet: subnetId('lustre-small-subnet') };
      await azure.client().amlFilesystems.beginCreateOrUpdate(group, newName(), small);
      expect(await used()).toBe(19);
      await expect(
        azure.client().amlFilesystems.beginCreateOrUpdate(group, newName(), small),
      ).rejects.toMatchObject({ code: 'SubnetIsFull' });
    });
  });
});

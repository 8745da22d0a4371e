import {
  Capacity,
  isUsable,
  type ControllerProvider,
  type FileSystem,
  type VolumeRequest,
} from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AmlPlan } from '../plan/plan.js';
import { EmulatedAzure, neverAborted, until } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, requestOf } from '../testing/samples.js';

const listingScope = 'lustre-rg';
const size = Capacity.tebibytes(16);
const put = 'amlFilesystems.createOrUpdate';
const get = 'amlFilesystems.get';

let azure: EmulatedAzure;
let provider: ControllerProvider<AmlPlan>;

beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.05, deleteSeconds: 0.05 },
    azure: { pageSize: 2, fileSystemQuota: 6 },
  });
  provider = await azure.controller();
});
afterAll(() => azure.stop());

beforeEach(() => azure.emulator.journal.clear());
afterEach(async () => {
  azure.emulator.faults.clear();
  for (const group of [listingScope, 'lustre-other-rg']) {
    for (const fileSystem of await provider.list(group, neverAborted)) {
      await provider.delete(fileSystem, neverAborted);
    }
    await until(
      () => provider.list(group, neverAborted),
      (all) => all.length === 0,
    );
  }
});

const planOf = (
  name: string,
  rest: Record<string, string> = {},
  more: Partial<VolumeRequest> = {},
): Promise<AmlPlan> => provider.plan(requestOf({ ...dynamicParameters, ...rest }, { name, ...more }));

async function created(name: string, rest: Record<string, string> = {}): Promise<FileSystem> {
  return provider.create(await planOf(name, rest), size, 1, neverAborted);
}

const usable = (id: string, group = listingScope): Promise<FileSystem | undefined> =>
  until(
    () => provider.find({ id, listingScope: group }, neverAborted),
    (found) => found !== undefined && isUsable(found),
  );

describe('create', () => {
  it('answers as soon as Azure has accepted it, and is seen through by looking', async () => {
    const plan = await planOf('pvc-1', { 'sub-dir': 'data', tags: 'team=research' });
    azure.emulator.journal.clear();
    const fileSystem = await provider.create(plan, size, 2, neverAborted);
    expect(fileSystem).toMatchObject({
      id: 'pvc-1',
      listingScope,
      volumeName: 'pvc-1',
      state: 'creating',
      attempt: 2,
      attributes: plan.attributes,
    });
    expect(fileSystem.capacity).toEqual(size);
    expect(fileSystem.createdAt?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(azure.calls[0]).toBe(get);
    expect([...azure.calls.slice(1, 4)].sort()).toEqual([
      'ascUsages.list',
      'getRequiredAmlFSSubnetsSize',
      'virtualNetworks.listUsage',
    ]);
    expect(azure.calls.slice(4)).toEqual(['checkAmlFSSubnets', get, put]);
    const ready = await usable('pvc-1');
    expect(ready).toMatchObject({ state: 'available', mountSource: { fsname: 'lustrefs' } });
    expect(provider.toVolume(ready as FileSystem, plan)).toEqual(provider.toVolume(ready as FileSystem));
  });

  it('writes the tags and the body that ARM documents', async () => {
    const identity =
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';
    const metadata = { pvcName: 'claim', pvcNamespace: 'team', pvName: 'pvc-1' };
    const plan = await planOf('pvc-1', { identities: identity, tags: 'team=a=b' }, { metadata });
    const clustered = await azure.controller({}, {}, { clusterId: 'blue' });
    await clustered.create(plan, size, 1, neverAborted);
    const { fileSystems } = azure.emulator.state().azure as { fileSystems: object[] };
    expect(fileSystems).toEqual([
      expect.objectContaining({
        name: 'pvc-1',
        location: 'eastus',
        sku: { name: 'AMLFS-Durable-Premium-125' },
        zones: ['1'],
        identity: { type: 'UserAssigned', userAssignedIdentities: { [identity]: {} } },
        tags: {
          team: 'a=b',
          'k8s-azure-created-by': 'kubernetes-azurelustre-csi-driver',
          'kubernetes.io-created-for-pvc-name': 'claim',
          'kubernetes.io-created-for-pvc-namespace': 'team',
          'kubernetes.io-created-for-pv-name': 'pvc-1',
          'lustre-csi-volume-name': 'pvc-1',
          'lustre-csi-attempt': '1',
          'lustre-csi-cluster': 'blue',
        },
      }),
    ]);
    const other = await azure.controller({}, {}, { clusterId: 'red' });
    expect(await other.find({ id: 'pvc-1', listingScope }, neverAborted)).not.toHaveProperty('volumeName');
  });

  it('never puts over what exists', async () => {
    await created('pvc-1');
    await usable('pvc-1');
    azure.emulator.journal.clear();
    await expect(created('pvc-1')).rejects.toMatchObject({ kind: 'aborted' });
    const plan = { ...(await planOf('pvc-2')), resourceName: 'PVC-1' };
    await expect(provider.create(plan, size, 1, neverAborted)).rejects.toMatchObject({
      kind: 'already-exists',
      message: expect.stringMatching(
        /not created for volume pvc-2 by this driver.*another resource group/,
      ) as string,
    });
    expect(azure.calls).toEqual([get, get]);
  });

  it('takes another group, and a location whose SKU has no zones', async () => {
    const { zone: _, ...zoneless } = dynamicParameters;
    const plan = await provider.plan(
      requestOf({
        ...zoneless,
        'sku-name': 'AMLFS-Durable-Premium-250',
        location: 'West Central US',
        'resource-group-name': 'Lustre-Other-RG',
        'vnet-name': 'lustre-vnet-west',
      }),
    );
    const { id } = await provider.create(plan, Capacity.tebibytes(8), 1, neverAborted);
    expect(await usable(id, 'lustre-other-rg')).toMatchObject({ attributes: { location: 'westcentralus' } });
    expect(await provider.list(listingScope, neverAborted)).toEqual([]);
  });

  it.each<[string, Record<string, string>, string, string]>([
    [
      'a subnet without room',
      { 'subnet-name': 'lustre-tiny-subnet' },
      'resource-exhausted',
      'AMLFS-Durable-Premium-125 of 16 TiB needs 11 free addresses, and subnet',
    ],
    ['a subnet that is not there', { 'subnet-name': 'none' }, 'invalid-argument', 'none'],
    [
      'a group that is not there',
      { 'resource-group-name': 'none' },
      'failed-precondition',
      'ResourceGroupNotFound',
    ],
  ])('refuses %s, and creates nothing', async (_, parameters, kind, words) => {
    await expect(created('pvc-1', parameters)).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(words) as string,
    });
    expect(azure.emulator.state().azure).toMatchObject({ fileSystems: [] });
  });

  it('calls a size beyond the usual out of range if Azure refuses it', async () => {
    const plan = await planOf('pvc-1');
    await expect(provider.create(plan, Capacity.tebibytes(144), 1, neverAborted)).rejects.toMatchObject({
      kind: 'out-of-range',
      message: expect.stringContaining('128 TiB') as string,
    });
  });

  it('reports when the quota is used up, before the creation', async () => {
    for (const index of [1, 2, 3, 4, 5, 6]) await created(`pvc-${index}`);
    azure.emulator.journal.clear();
    await expect(created('pvc-7')).rejects.toMatchObject({
      kind: 'resource-exhausted',
      message: expect.stringContaining('in eastus is used up: 6 of 6') as string,
    });
    expect(azure.calls).not.toContain(put);
  });

  describe('takes no refusal for final where the volume exists', () => {
    const appeared = {
      kind: 'aborted',
      message: expect.stringContaining(
        'pvc-6 of resource group lustre-rg was created after the lookup',
      ) as string,
    };
    const allButOne = async (): Promise<void> => {
      for (const index of [1, 2, 3, 4, 5]) await created(`pvc-${index}`);
    };

    it('and uses up the quota itself', async () => {
      await allButOne();
      await created('pvc-6');
      await expect(created('pvc-6')).rejects.toMatchObject(appeared);
    });

    it('since another replica has put it while the quota was read', async () => {
      await allButOne();
      const [plan, rival] = [await planOf('pvc-6'), await azure.controller()];
      azure.emulator.faults.add({ kind: 'slow', seconds: 0.5, cloud: 'azure', operation: 'ascUsages.list' });
      azure.emulator.journal.clear();
      const slow = provider.create(plan, size, 1, neverAborted).catch((error: unknown) => error);
      await until(
        async () => azure.count('ascUsages.list'),
        (count) => count === 1,
      );
      await rival.create(plan, size, 1, neverAborted);
      expect(await slow).toMatchObject(appeared);
      expect(azure.count(put)).toBe(1);
    });

    it('though Azure refuses the PUT', async () => {
      azure.emulator.faults.add({
        ...{ kind: 'error', when: 'after', status: 409, cloud: 'azure', operation: put },
        ...{ code: 'OperationNotAllowed', message: 'exceeding quota limits' },
      });
      await expect(created('pvc-6')).rejects.toMatchObject(appeared);
    });

    it('nor where it cannot be looked up', async () => {
      azure.emulator.faults.add({
        ...{ kind: 'error', status: 400, cloud: 'azure', operation: put },
        ...{ code: 'InvalidParameter', message: 'no' },
      });
      const trouble = { kind: 'error', cloud: 'azure', operation: get, skip: 2, times: 4 } as const;
      azure.emulator.faults.add(trouble);
      await expect(created('pvc-6')).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining('cannot look up file system pvc-6') as string,
      });
    });
  });

  it('says when the quota is used up, with the code and the request id', async () => {
    for (const index of [1, 2, 3, 4, 5, 6]) await created(`pvc-${index}`);
    azure.emulator.faults.add({ kind: 'error', status: 403, cloud: 'azure', operation: 'ascUsages.list' });
    await expect(created('pvc-7')).rejects.toMatchObject({
      kind: 'resource-exhausted',
      message: expect.stringMatching(
        /quota limits.*\(OperationNotAllowed, HTTP 409, request id \S+/,
      ) as string,
    });
  });

  it.each([
    ['a cut connection before the effect', { kind: 'reset', when: 'before' }, 0],
    ['a cut connection after the effect', { kind: 'reset', when: 'after' }, 1],
    ['a 5xx before the effect', { kind: 'error', when: 'before' }, 0],
    ['a 5xx after the effect', { kind: 'error', when: 'after' }, 1],
  ] as const)('leaves open what happened after %s, and puts once', async (_, fault, left) => {
    azure.emulator.faults.add({ ...fault, cloud: 'azure', operation: put });
    await expect(created('pvc-1')).rejects.toMatchObject({ kind: 'unavailable' });
    expect(azure.calls.filter((call) => call === put)).toHaveLength(1);
    expect(await provider.list(listingScope, neverAborted)).toHaveLength(left);
  });

  it.each([undefined, 0])('repeats the PUT that was throttled, Retry-After %s', async (retryAfterSeconds) => {
    azure.emulator.faults.add({
      kind: 'throttle',
      cloud: 'azure',
      operation: put,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
    expect(await created('pvc-1')).toMatchObject({ state: 'creating' });
    expect(azure.calls.filter((call) => call === put)).toHaveLength(2);
  });

  it('reports why a creation failed, also to a process that did not start it', async () => {
    azure.emulator.faults.add({
      kind: 'fail-creation',
      cloud: 'azure',
      operation: put,
      code: 'AscInternalError',
      message: 'Provisioning timed out.',
    });
    await created('pvc-1');
    const failed = await until(
      () => provider.find({ id: 'pvc-1', listingScope }, neverAborted),
      (found) => found?.state === 'failed',
    );
    expect(failed).toMatchObject({
      stateDetail: expect.stringMatching(
        /^AscInternalError: Provisioning timed out \(.*another zone or location/,
      ) as string,
      volumeName: 'pvc-1',
    });
    expect(await provider.list(listingScope, neverAborted)).toEqual([failed]);
    expect(azure.calls.filter((call) => call === 'ascOperations.get')).toHaveLength(1);
    const restarted = await azure.controller();
    expect(await restarted.find({ id: 'pvc-1', listingScope }, neverAborted)).toMatchObject({
      state: 'failed',
      stateDetail: expect.stringContaining('AscInternalError') as string,
    });
  });
});

describe('list and find', () => {
  it('read every page, in few calls', async () => {
    for (const index of [1, 2, 3, 4, 5]) await created(`pvc-${index}`);
    azure.emulator.journal.clear();
    const all = await provider.list('Lustre-RG'.toLowerCase(), neverAborted);
    expect(all.map(({ id }) => id).sort()).toEqual(['pvc-1', 'pvc-2', 'pvc-3', 'pvc-4', 'pvc-5']);
    expect(azure.calls).toEqual(Array(3).fill('amlFilesystems.listByResourceGroup'));
  });

  it('get over faults that pass, and never show half a listing', async () => {
    for (const index of [1, 2, 3]) await created(`pvc-${index}`);
    const operation = 'amlFilesystems.listByResourceGroup';
    azure.emulator.faults.add({ kind: 'reset', cloud: 'azure', operation, skip: 1, times: 2 });
    expect(await provider.list(listingScope, neverAborted)).toHaveLength(3);
    azure.emulator.faults.add({ kind: 'error', cloud: 'azure', operation, skip: 1, times: 4 });
    await expect(provider.list(listingScope, neverAborted)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('distinguish a missing file system from a missing group', async () => {
    expect(await provider.find({ id: 'pvc-1', listingScope }, neverAborted)).toBeUndefined();
    const failure = { kind: 'failed-precondition', message: expect.stringContaining('none') as string };
    await expect(provider.find({ id: 'pvc-1', listingScope: 'none' }, neverAborted)).rejects.toMatchObject(
      failure,
    );
    await expect(provider.list('none', neverAborted)).rejects.toMatchObject(failure);
  });

  it.each([
    ['forbidden', { kind: 'error', status: 403, code: 'AuthorizationFailed' }],
    ['answered by an error', { kind: 'error', status: 404, code: 'SubscriptionNotFound' }],
    ['throttled too often', { kind: 'throttle', times: 4 }],
  ] as const)('know nothing where they are %s', async (_, fault) => {
    azure.emulator.faults.add({ ...fault, cloud: 'azure', operation: 'amlFilesystems.get' });
    const failure = { kind: 'unavailable', message: expect.stringContaining('request id') as string };
    await expect(provider.find({ id: 'pvc-1', listingScope }, neverAborted)).rejects.toMatchObject(failure);
  });

  it('end with their signal', async () => {
    azure.emulator.faults.add({ kind: 'hang', cloud: 'azure', operation: 'amlFilesystems.get' });
    const signal = AbortSignal.timeout(50);
    await expect(provider.find({ id: 'pvc-1', listingScope }, signal)).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });
});

describe('delete', () => {
  it('starts it, and is no error once it is going or gone', async () => {
    await created('pvc-1');
    const ready = (await usable('pvc-1')) as FileSystem;
    await provider.delete(ready, neverAborted);
    expect(await provider.find(ready, neverAborted)).toMatchObject({ state: 'deleting' });
    await provider.delete(ready, neverAborted);
    await until(
      () => provider.find(ready, neverAborted),
      (found) => found === undefined,
    );
    await provider.delete(ready, neverAborted);
    await provider.delete({ ...ready, state: 'deleting' }, neverAborted);
    expect(azure.calls.filter((call) => call === 'amlFilesystems.delete')).toHaveLength(3);
  });

  it.each([
    ['busy', { kind: 'error', status: 409, code: 'Conflict' }, 'aborted'],
    ['locked', { kind: 'error', status: 409, code: 'ScopeLocked' }, 'failed-precondition'],
    ['disabled', { kind: 'error', status: 409, code: 'ReadOnlyDisabledSubscription' }, 'failed-precondition'],
    [
      'denied',
      { kind: 'error', status: 403, code: 'DenyAssignmentAuthorizationFailed' },
      'permission-denied',
    ],
    ['forbidden', { kind: 'error', status: 403, code: 'AuthorizationFailed' }, 'permission-denied'],
    ['cut', { kind: 'reset' }, 'unavailable'],
  ] as const)('reports the refusal: %s', async (_, fault, kind) => {
    await created('pvc-1');
    const ready = (await usable('pvc-1')) as FileSystem;
    azure.emulator.faults.add({ ...fault, cloud: 'azure', operation: 'amlFilesystems.delete' });
    await expect(provider.delete(ready, neverAborted)).rejects.toMatchObject({ kind });
  });

  it('takes a conflict with its own deletion for success', async () => {
    await created('pvc-1');
    const ready = (await usable('pvc-1')) as FileSystem;
    await provider.delete(ready, neverAborted);
    azure.emulator.faults.add({
      kind: 'error',
      status: 409,
      cloud: 'azure',
      operation: 'amlFilesystems.delete',
    });
    await provider.delete(ready, neverAborted);
  });

  it('does not take a missing group for a deleted file system', async () => {
    const lost = { ...(await created('pvc-1')), listingScope: 'none' };
    await expect(provider.delete(lost, neverAborted)).rejects.toMatchObject({ kind: 'failed-precondition' });
  });
});

describe('plan and capacityFor', () => {
  it('list the SKUs once', async () => {
    const fresh = await azure.controller();
    const request = requestOf(dynamicParameters);
    await fresh.plan(request);
    const pages = azure.calls;
    const others = await azure.controller();
    azure.emulator.journal.clear();
    const plans = await Promise.all([others.plan(request), others.plan(request), fresh.plan(request)]);
    expect(azure.calls).toEqual(pages);
    expect(new Set(pages)).toEqual(new Set(['skus.list']));
    const [plan] = plans;
    expect(await fresh.capacityFor(plan, { required: Capacity.tebibytes(17) })).toEqual(
      Capacity.tebibytes(32),
    );
    await expect(fresh.capacityFor(plan, { limit: Capacity.tebibytes(1) })).rejects.toMatchObject({
      kind: 'out-of-range',
    });
  });

  it.each([
    [{ location: 'southcentralus', 'sku-name': 'AMLFS-Durable-Premium-500' }, 'NotAvailableForSubscription'],
    [
      { 'sku-name': 'AMLFS-Durable-Premium-1' },
      'it offers AMLFS-Durable-Premium-125, AMLFS-Durable-Premium-250',
    ],
    [{ location: 'nowhere' }, 'no Azure Managed Lustre at all'],
  ])('have as an refusal %j, for any size', async (parameters, words) => {
    const plan = await planOf('pvc-1', parameters);
    const refusal = { kind: 'invalid-argument', message: expect.stringContaining(words) as string };
    expect(plan.refusal).toMatchObject(refusal);
    expect(await provider.capacityFor(plan, { required: Capacity.tebibytes(17) })).toEqual(
      Capacity.tebibytes(17),
    );
    const volumes = await azure.replica();
    const request = requestOf({ ...dynamicParameters, ...parameters }, { name: 'pvc-1' });
    await expect(volumes.create(request, callOf(10_000))).rejects.toMatchObject(refusal);
    expect(azure.count('checkAmlFSSubnets') + azure.count(put)).toBe(0);
  });

  it('know nothing where the SKUs cannot be listed, and ask again', async () => {
    const fresh = await azure.controller();
    azure.emulator.faults.add({ kind: 'error', status: 403, cloud: 'azure', operation: 'skus.list' });
    const request = requestOf(dynamicParameters);
    await expect(fresh.plan(request)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await fresh.plan(request)).toMatchObject({ listingScope });
  });

  it('ask nothing of Azure for what exists', async () => {
    const plan = await provider.plan(requestOf({ 'mgs-ip-address': '10.1.0.4' }));
    expect(await provider.capacityFor(plan, {})).toEqual(size);
    expect(plan.existingVolume?.id).toContain('#lustrefs#10.1.0.4##f#');
    await expect(provider.create(plan, size, 1, neverAborted)).rejects.toMatchObject({ kind: 'internal' });
    expect(azure.calls).toEqual([]);
  });
});

describe('volume handles', () => {
  it('lead back to the file system', async () => {
    const { id, capacity, context } = provider.toVolume({
      ...(await created('pvc-1')),
      ...((await usable('pvc-1')) as FileSystem),
    });
    expect(capacity).toEqual(size);
    expect(context).toMatchObject({ 'fs-name': 'lustrefs', 'resource-group-name': listingScope });
    expect(id).toBe(`pvc-1#lustrefs#${context['mgs-ip-address']}##t#lustre-rg`);
    expect(provider.parseVolumeId(id)).toMatchObject({ id: 'pvc-1', listingScope });
  });

  it.each([
    [
      'pvc-1#lustrefs#10.1.0.4##t#MC_Group',
      { id: 'pvc-1', listingScope: 'mc_group', mgsAddress: '10.1.0.4' },
    ],
    ['pvc-1#lustrefs#10.1.0.4##t', { id: 'pvc-1', listingScope, mgsAddress: '10.1.0.4' }],
    ['fake-vol-id', undefined],
    ['a#lustrefs#no address', undefined],
  ])('read %s', (id, reference) => expect(provider.parseVolumeId(id)).toEqual(reference));

  it('of static volumes need no look-up', () => {
    expect(provider.parseVolumeId('pv#lustrefs#10.1.0.4#a/b')).toEqual({
      id: 'pv',
      listingScope,
      staticSource: { mgsNodes: [['10.1.0.4@tcp']], fsname: 'lustrefs', subdir: 'a/b' },
    });
  });
});

import type { Volume } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmulatedAzure } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, passingFaults, persistently, requestOf } from '../testing/samples.js';

const put = 'amlFilesystems.createOrUpdate';
const remove = 'amlFilesystems.delete';

let azure: EmulatedAzure;
let replica: VolumeOperations;
let other: VolumeOperations;

beforeAll(async () => {
  azure = await EmulatedAzure.start({ durations: { createSeconds: 0.05, deleteSeconds: 0.02 } });
  replica = await azure.replica();
  other = await azure.replica();
});
afterAll(() => azure.stop());

beforeEach(() => azure.emulator.journal.clear());
afterEach(async () => {
  azure.emulator.faults.clear();
  for (const { name } of azure.state.fileSystems) {
    await replica.delete(`${name}#lustrefs###t#lustre-rg`, callOf(5000));
  }
});

const create = (by = replica, rest: Record<string, string> = {}): Promise<Volume> =>
  by.create(requestOf({ ...dynamicParameters, ...rest }, { name: 'pvc-1' }), callOf(5000));

/** PUTs that Azure has accepted, in the order of the journal. */
const accepted = (): number =>
  azure.emulator.journal
    .entries()
    .filter(({ operation, status }) => operation === put && (status === 200 || status === 201)).length;

describe('creating a volume', () => {
  it.each(
    passingFaults.flatMap(([name, fault]) =>
      ['amlFilesystems.listByResourceGroup', 'amlFilesystems.get', 'checkAmlFSSubnets'].map(
        (operation) => [name, operation, fault] as const,
      ),
    ),
  )('puts once through %s of %s', async (_, operation, fault) => {
    azure.emulator.faults.add({ ...fault, cloud: 'azure', operation });
    await persistently(() => create());
    expect(azure.count(put)).toBe(1);
  });

  it('puts once for two replicas with consecutive calls', async () => {
    const first = create();
    await expect(persistently(() => create(other))).resolves.toEqual(await first);
    expect(accepted()).toBe(1);
  });

  it('deletes a creation that has failed, and tries again', async () => {
    azure.emulator.faults.add({ kind: 'fail-creation', cloud: 'azure', operation: put });
    await create();
    expect(azure.calls.filter((call) => [put, remove].includes(call))).toEqual([put, remove, put]);
    // Equal in every replica, which may put the same body at the same time.
    expect(azure.state.fileSystems[0]?.tags).toMatchObject({ 'lustre-csi-attempt': '1' });
  });

  it('gives up after three, leaves nothing behind, and says why', async () => {
    const reason = { code: 'AscInternalError', message: 'Provisioning timed out deploying Cluster VMs' };
    azure.emulator.faults.add({ kind: 'fail-creation', times: 3, cloud: 'azure', operation: put, ...reason });
    await expect(create()).rejects.toMatchObject({
      kind: 'resource-exhausted',
      message: expect.stringContaining(`${reason.code}: ${reason.message}`) as string,
    });
    expect(azure.state.fileSystems).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['SKU', { 'sku-name': 'AMLFS-Durable-Premium-250' }, 'sku-name is AMLFS-Durable-Premium-125'],
    ['zone', { zone: '2' }, 'zone is 1 (requested: 2)'],
    ['subnet', { 'subnet-name': 'lustre-small-subnet' }, 'subnet is /subscriptions/'],
    ['sub-directory', { 'sub-dir': 'b' }, 'sub-dir is a (requested: b)'],
  ])('refuses the name with another %s', async (_, rest, words) => {
    await create(replica, { 'sub-dir': 'a' });
    await expect(create(other, { 'sub-dir': 'a', ...rest })).rejects.toMatchObject({
      kind: 'already-exists',
      message: expect.stringContaining(words) as string,
    });
    expect(azure.count(put)).toBe(1);
  });

  it('finds its file system again for any zone that the topology of a later call prefers', async () => {
    const { zone: _, ...parameters } = dynamicParameters;
    const preferring = (by: VolumeOperations, zone?: string): Promise<Volume> =>
      by.create(
        requestOf(parameters, {
          name: 'pvc-1',
          topology: { requisite: [], preferred: zone ? [{ 'topology.kubernetes.io/zone': zone }] : [] },
        }),
        callOf(5000),
      );
    const volume = await preferring(replica, 'eastus-1');
    expect(await preferring(other, 'eastus-2')).toEqual(volume);
    // Without any, nothing could be created.
    expect(await preferring(other)).toEqual(volume);
    expect(azure.count(put)).toBe(1);
  });

  it('finds its file system again though Azure does not offer its SKU any more', async () => {
    const volume = await create();
    const late = await azure.replica();
    azure.emulator.faults.add({
      ...{ kind: 'error', status: 404, code: 'InvalidResourceType', message: 'not here' },
      ...{ cloud: 'azure', operation: 'skus.list' },
    });
    expect(await create(late)).toEqual(volume);
    expect(azure.emulator.faults.list()).toEqual([]);
  });

  it('takes its container, its root squash and its key to Azure', async () => {
    const account =
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers';
    await create(replica, {
      'hsm-container': `${account}/data`,
      'hsm-logging-container': `${account}/logs`,
      'import-prefixes': '/raw,/labels',
      'root-squash-mode': 'All',
      'root-squash-uid': '1000',
      'root-squash-gid': '1000',
      identities:
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i',
      'key-vault-key-url': 'https://v.vault.azure.net/keys/k',
      'key-vault-id': '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v',
    });
    expect(azure.state.fileSystems[0]?.properties).toMatchObject({
      hsm: {
        settings: {
          container: `${account}/data`,
          loggingContainer: `${account}/logs`,
          importPrefixesInitial: ['/raw', '/labels'],
        },
      },
      rootSquashSettings: { mode: 'All', squashUID: 1000, squashGID: 1000 },
      encryptionSettings: { keyEncryptionKey: { keyUrl: 'https://v.vault.azure.net/keys/k' } },
    });
    await expect(
      create(other, { 'hsm-container': `${account}/other`, 'hsm-logging-container': `${account}/logs` }),
    ).rejects.toMatchObject({ kind: 'already-exists' });
  });

  it('works with an Azure that does not know the newest api-version', async () => {
    for (const operation of ['amlFilesystems.listByResourceGroup', 'amlFilesystems.get', put]) {
      azure.emulator.faults.add({
        ...{ kind: 'error', status: 400, code: 'NoRegisteredProviderFound' },
        ...{ cloud: 'azure', operation },
      });
    }
    await create();
    expect(azure.state.fileSystems).toHaveLength(1);
    expect(accepted()).toBe(1);
  });
});

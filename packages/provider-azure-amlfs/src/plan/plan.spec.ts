import { Capacity, DriverError, type TopologyRequirement } from '@lustre-csi/core';
import { describe, expect, it, vi } from 'vitest';
import { parseAzureConfig, type AzureConfig } from '../parameters/azure-config.js';
import { planFor, zoneFor, type AmlPlan } from './plan.js';
import { dynamicParameters, premium125, requestOf } from '../testing/samples.js';
import { parseVolumeHandle } from '../node/volume-handle.js';

const configOf = (fields: object): AzureConfig =>
  parseAzureConfig(JSON.stringify({ subscriptionId: 's', ...fields }), 'azure.json');

const config = configOf({
  networkResourceSubscriptionID: 'n',
  resourceGroup: 'MC_Group',
  location: 'eastus',
  vnetName: 'vnet',
  subnetName: 'sub',
});
const skus = { find: async (_name: string, location: string) => ({ ...premium125, location }) };
const plan = (parameters: Record<string, string>, from = config): Promise<AmlPlan> =>
  planFor(requestOf(parameters), from, skus);

describe('planFor', () => {
  it('fills in from azure.json what the StorageClass leaves out', async () => {
    const subnetId =
      '/subscriptions/n/resourceGroups/MC_Group/providers/Microsoft.Network/virtualNetworks/vnet/subnets/sub';
    expect(await plan(dynamicParameters)).toEqual({
      volumeName: 'pvc-0f9c1c5e-6f2c-4b52-9d0a-3f2a4b5c6d7e',
      resourceName: 'pvc-0f9c1c5e-6f2c-4b52-9d0a-3f2a4b5c6d7e',
      listingScope: 'mc_group',
      subDir: undefined,
      metadata: {},
      attributes: {
        'sku-name': 'AMLFS-Durable-Premium-125',
        location: 'eastus',
        subnet: subnetId.toLowerCase(),
        zone: '1',
      },
      creation: {
        skuName: 'AMLFS-Durable-Premium-125',
        sku: premium125,
        resourceGroup: 'MC_Group',
        location: 'eastus',
        zone: '1',
        subnetId,
        maintenanceWindow: { dayOfWeek: 'Sunday', timeOfDayUTC: '22:00' },
        identities: [],
        tags: {},
        rootSquash: undefined,
        encryptionKey: undefined,
        hsm: undefined,
        jobs: {},
      },
    });
  });

  it('reports in one message all that is wrong with the class, azure.json and a VolumeAttributesClass', async () => {
    const parameters = {
      zone: 'first',
      'sku-nam': 'x',
      'fs-name': 'abc',
      'sub-dir': '${pvc.metadata.name}',
      'root-squash-uid': '7',
      'auto-export-prefix': '/a',
      'key-vault-key-url': 'https://v.vault.azure.net/keys/k',
    };
    const request = requestOf(parameters, {
      mutableParameters: { zone: '1', 'maintenance-day-of-week': 'Someday' },
    });
    const refusal = await planFor(request, configOf({ resourceGroup: 'g', vnetName: 'v' }), skus).catch(
      String,
    );
    for (const words of [
      /: 12 faults: /,
      /knows no parameter "sku-nam"; did you mean "sku-name"\?/,
      /"zone" is "first"/,
      /VolumeAttributesClass cannot have the parameter "zone"/,
      /"maintenance-day-of-week" is "Someday"/,
      /fs-name needs mgs-ip-address/,
      /the request has no "csi\.storage\.k8s\.io\/pvc\/name"/,
      /maintenance-time-of-day-utc must be given/,
      /location must be given, since azure\.json has no location/,
      /subnet-name must be given, since azure\.json has no subnetName/,
      /key-vault-key-url and key-vault-id belong together/,
      /root-squash-uid, root-squash-gid and no-squash-nids need root-squash-mode/,
      /auto-export-prefix needs hsm-container/,
    ])
      expect(refusal).toMatch(words);
    // Consequences of the two misspelled ones.
    expect(refusal).not.toMatch(/sku-name must be given|maintenance-day-of-week must be given/);
  });

  it('names the parameter for existing file systems where the mode of another driver is requested', async () => {
    const parameters = { ...dynamicParameters, provisioningMode: 'existing' };
    await expect(plan(parameters)).rejects.toThrow(
      /no parameter "provisioningMode"; .*write "mgs-ip-address"/,
    );
  });

  it('takes everything from the StorageClass, in any case and spelling', async () => {
    const identity =
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';
    const { zone: _, ...rest } = dynamicParameters;
    const all = {
      ...rest,
      Zones: '2',
      LOCATION: 'West US',
      'Resource-Group': 'Lustre-RG',
      'vnet-resource-group': 'net-rg',
      'vnet-name': 'v',
      'subnet-name': 'b',
      identities: identity,
      tags: 'team=research,formula=a=b',
      'sub-dir': '/data/',
    };
    expect(await plan(all)).toMatchObject({
      listingScope: 'lustre-rg',
      subDir: 'data',
      attributes: { zone: '2', location: 'westus', 'sub-dir': 'data' },
      creation: {
        resourceGroup: 'Lustre-RG',
        subnetId: expect.stringContaining('/resourceGroups/net-rg/') as string,
        identities: [identity],
        tags: { team: 'research', formula: 'a=b' },
      },
    });
  });

  it.each([
    ['another value, in another case', 'TEAM=b', { Team: 'b', keep: 'k' }],
    ['the same value', 'team=a', { Team: 'a', keep: 'k' }],
    ['another name', 'x=y', { Team: 'a', keep: 'k', x: 'y' }],
  ])(
    'merges the tags of a VolumeAttributesClass into those of the StorageClass: %s',
    async (_, tags, merged) => {
      const parameters = { ...dynamicParameters, tags: 'Team=a,keep=k' };
      const planned = await planFor(requestOf(parameters, { mutableParameters: { tags } }), config, skus);
      expect(planned.creation?.tags).toEqual(merged);
    },
  );

  it.each<[string, Record<string, string>, string]>([
    ['no SKU', { ...dynamicParameters, 'sku-name': '' }, 'sku-name must be given'],
    ['nothing', {}, 'sku-name must be given'],
    ['no day', { 'sku-name': 'A' }, 'maintenance-day-of-week must be given'],
    ['a wrong day', { ...dynamicParameters, 'maintenance-day-of-week': 'sunday' }, 'Monday, Tuesday'],
    ['no time', { 'sku-name': 'A', 'maintenance-day-of-week': 'Sunday' }, 'maintenance-time-of-day-utc must'],
    ['a wrong time', { ...dynamicParameters, 'maintenance-time-of-day-utc': '24:00' }, 'legal: HH:MM'],
    ['two zones', { ...dynamicParameters, zones: '1' }, 'mean the same'],
    ['an unknown parameter', { ...dynamicParameters, 'sku-nam': 'A' }, 'did you mean "sku-name"?'],
    ['a wrong identity', { ...dynamicParameters, identities: 'me' }, 'parameter "identities"'],
    ['a wrong tag', { ...dynamicParameters, tags: 'x' }, '"x" has no "="'],
    ['a tag twice', { ...dynamicParameters, tags: 'Cost=a,cost=b' }, '"Cost" and "cost" are the same tag'],
    ['a wrong group', { ...dynamicParameters, 'resource-group-name': 'a/b' }, 'the name of a resource group'],
    ['an fsname', { ...dynamicParameters, 'fs-name': 'x' }, 'fs-name needs mgs-ip-address'],
    ['a way out', { ...dynamicParameters, 'sub-dir': '../x' }, 'must not contain ".."'],
    [
      'an unknown variable',
      { ...dynamicParameters, 'sub-dir': '${x}' },
      '"${x}" looks like a placeholder, but is unknown',
    ],
    [
      'a claim without a name',
      { ...dynamicParameters, 'sub-dir': '${pvc.metadata.name}' },
      '--extra-create-metadata',
    ],
    [
      'a key without an identity',
      {
        ...dynamicParameters,
        'key-vault-key-url': 'https://v.vault.azure.net/keys/k',
        'key-vault-id': '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v',
      },
      'key-vault-key-url needs identities',
    ],
    [
      'half a container',
      {
        ...dynamicParameters,
        'hsm-container':
          '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c',
      },
      'belong together',
    ],
  ])('refuses %s before it asks Azure anything', async (_, parameters, words) => {
    const find = vi.fn<typeof skus.find>();
    await expect(planFor(requestOf(parameters), config, { find })).rejects.toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringContaining(words) as string,
    });
    expect(find).not.toHaveBeenCalled();
  });

  it('compares no zone that was chosen from the topology', async () => {
    const { zone: _, ...parameters } = dynamicParameters;
    const preferring = async (zone: string): Promise<AmlPlan> =>
      planFor(
        requestOf(parameters, {
          topology: { requisite: [], preferred: [{ 'topology.kubernetes.io/zone': `eastus-${zone}` }] },
        }),
        config,
        skus,
      );
    const [first, second] = [await preferring('1'), await preferring('2')];
    expect([first.creation?.zone, second.creation?.zone]).toEqual(['1', '2']);
    expect(first.attributes).not.toHaveProperty('zone');
    expect(second.attributes).toEqual(first.attributes);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['no zone', { zone: undefined }, 'zone must be given'],
    ['another zone', { zone: '4' }, 'has only the zones 1, 2, 3'],
    ['a SKU that is not offered', { 'sku-name': 'amlfs-durable-premium-7' }, 'not offered'],
  ])('has %s as an refusal to creating, not to finding', async (_, rest, words) => {
    const find = async (name: string): Promise<typeof premium125> => {
      if (name === premium125.name) return premium125;
      throw new DriverError('invalid-argument', 'not offered');
    };
    const parameters = Object.fromEntries(
      Object.entries({ ...dynamicParameters, ...rest }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    );
    const { refusal, attributes } = await planFor(requestOf(parameters), config, { find });
    expect(refusal).toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringContaining(words) as string,
    });
    expect(attributes).toMatchObject({
      'sku-name': 'sku-name' in rest ? 'AMLFS-Durable-Premium-7' : premium125.name,
    });
  });

  it('knows nothing where the SKUs cannot be listed', async () => {
    const find = async (): Promise<never> => Promise.reject(new Error('cut'));
    await expect(planFor(requestOf(dynamicParameters), config, { find })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('cannot list the SKUs') as string,
    });
  });

  it.each([
    ['location', 'location'],
    ['resourceGroup', 'resource-group-name'],
    ['vnetName', 'vnet-name'],
    ['subnetName', 'subnet-name'],
  ])('names the parameter where azure.json has no %s', async (field, parameter) => {
    const { file: _, ...fields } = { ...config, cloud: undefined, [field]: undefined };
    await expect(plan(dynamicParameters, configOf(fields))).rejects.toThrow(
      `${parameter} must be given, since azure.json has no ${field}`,
    );
  });

  it('creates nothing for a StorageClass with mgs-ip-address', async () => {
    const request = requestOf(
      { 'mgs-ip-address': '10.1.0.4', 'sub-dir': '${pvc.metadata.name}_${pod.metadata.name}' },
      { name: 'pvc-1', metadata: { pvcName: 'claim' } },
    );
    const { existingVolume, creation } = await planFor(request, configOf({}), skus);
    expect(creation).toBeUndefined();
    expect(existingVolume).toEqual({
      id: 'pvc-1#lustrefs#10.1.0.4#${pvc.metadata.name}_${pod.metadata.name}#f#',
      capacity: Capacity.tebibytes(16),
      context: {
        'mgs-ip-address': '10.1.0.4',
        'fs-name': 'lustrefs',
        'sub-dir': '${pvc.metadata.name}_${pod.metadata.name}',
        'created-by-dynamic-provisioning': 'f',
        'csi.storage.k8s.io/pvc/name': 'claim',
      },
    });
  });

  it('keeps what a static class says beside it', async () => {
    const parameters = { 'mgs-ip-address': '10.1.0.4', 'fs-name': 'scratch', 'resource-group-name': 'g' };
    const { existingVolume } = await planFor(requestOf(parameters, { capacityRange: {} }), config, skus);
    expect(existingVolume?.capacity).toEqual(Capacity.tebibytes(4));
    expect(parseVolumeHandle(existingVolume?.id ?? '')).toMatchObject({
      fsname: 'scratch',
      dynamic: false,
      resourceGroup: 'g',
    });
  });

  it.each(['', 'a b', '@tcp'])('refuses %j as an MGS address', async (address) => {
    await expect(plan({ 'mgs-ip-address': address })).rejects.toMatchObject({ kind: 'invalid-argument' });
  });
});

describe('zoneFor', () => {
  const nowhere: TopologyRequirement = { requisite: [], preferred: [] };
  const at = (zone: string): Record<string, string> => ({ 'topology.kubernetes.io/zone': zone });
  const zoneless = { ...premium125, zones: [] };

  it.each<[string, string | undefined, typeof premium125, TopologyRequirement, string | undefined]>([
    ['the parameter', '2', premium125, { requisite: [], preferred: [at('eastus-1')] }, '2'],
    [
      'the preferred zone',
      undefined,
      premium125,
      { requisite: [at('eastus-3')], preferred: [at('eastus-1')] },
      '1',
    ],
    ['a requisite zone', undefined, premium125, { requisite: [at('eastus-3')], preferred: [] }, '3'],
    [
      'the first that the SKU has',
      undefined,
      premium125,
      { requisite: [], preferred: [at('0'), at('westus-1'), at('eastus-9'), at('EastUS-2')] },
      '2',
    ],
    [
      'none where there are none',
      undefined,
      zoneless,
      { requisite: [], preferred: [at('eastus-1')] },
      undefined,
    ],
  ])('takes %s', (_, given, sku, topology, zone) => expect(zoneFor(given, sku, topology)).toBe(zone));

  it.each<[string, string | undefined, typeof premium125, string]>([
    [
      'no zone',
      undefined,
      premium125,
      'zone must be given: AMLFS-Durable-Premium-125 has the zones 1, 2, 3 in eastus',
    ],
    ['another zone', '4', premium125, 'has only the zones 1, 2, 3 in eastus'],
    ['a zone where there are none', '1', zoneless, 'has no zones in eastus: leave it out'],
  ])('refuses %s', (_, given, sku, words) => {
    expect(() => zoneFor(given, sku, nowhere)).toThrow(words);
  });
});

import { Capacity, type Volume, type VolumeOperations } from '@lustre-csi/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedAzure } from './testing/emulated-azure.js';
import { callOf, requestOf } from './testing/samples.js';

/** StorageClasses as people copy them, unchanged: Microsoft's article on the driver for AKS, and the examples and the
 *  parameter reference of azurelustre-csi-driver 0.4. */
const dynamic: readonly (readonly [string, Record<string, string>, number, number])[] = [
  [
    'the article',
    {
      'sku-name': 'AMLFS-Durable-Premium-125',
      zone: '1',
      'maintenance-day-of-week': 'Sunday',
      'maintenance-time-of-day-utc': '22:00',
      location: 'eastus',
      'resource-group': 'lustre-rg',
      'vnet-name': 'lustre-vnet',
      'subnet-name': 'lustre-subnet',
    },
    48,
    48,
  ],
  [
    'the article, with what the cluster knows left out',
    {
      'sku-name': 'AMLFS-Durable-Premium-125',
      zone: '1',
      'maintenance-day-of-week': 'Sunday',
      'maintenance-time-of-day-utc': '22:00',
    },
    48,
    48,
  ],
  [
    'the reference, with everything',
    {
      'sku-name': 'AMLFS-Durable-Premium-40',
      zones: '2',
      'maintenance-day-of-week': 'Friday',
      'maintenance-time-of-day-utc': '03:00',
      location: 'eastus',
      'resource-group-name': 'lustre-other-rg',
      'vnet-resource-group': 'lustre-rg',
      'vnet-name': 'lustre-vnet',
      'subnet-name': 'lustre-subnet',
      identities:
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one,' +
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/two',
      tags: 'key1=val1,key2=val2',
      'sub-dir': '${pvc.metadata.namespace}/${pvc.metadata.name}/${pod.metadata.uid}',
    },
    1,
    48,
  ],
  [
    'names in another case',
    {
      'SKU-Name': 'AMLFS-Durable-Premium-500',
      Zone: '3',
      'Maintenance-Day-Of-Week': 'Monday',
      'MAINTENANCE-TIME-OF-DAY-UTC': '9:05',
    },
    5,
    8,
  ],
  [
    'a location without zones',
    {
      'sku-name': 'AMLFS-Durable-Premium-250',
      'maintenance-day-of-week': 'Monday',
      'maintenance-time-of-day-utc': '00:00',
      location: 'westcentralus',
      'vnet-name': 'lustre-vnet-west',
    },
    8,
    8,
  ],
];

const fixed: readonly (readonly [string, Record<string, string>, string])[] = [
  [
    'the article',
    { 'mgs-ip-address': '10.0.0.4', 'fs-name': 'lustrefs' },
    'pvc-static#lustrefs#10.0.0.4##f#',
  ],
  [
    'a sub-directory',
    { 'mgs-ip-address': '10.0.0.4', 'fs-name': 'lustrefs', 'sub-dir': '${pvc.metadata.name}' },
    'pvc-static#lustrefs#10.0.0.4#${pvc.metadata.name}#f#',
  ],
  ['no fs-name', { 'mgs-ip-address': '10.0.0.4' }, 'pvc-static#lustrefs#10.0.0.4##f#'],
];

const metadata = { pvcName: 'claim', pvcNamespace: 'team', pvName: 'pv' };

describe('published examples', () => {
  let azure: EmulatedAzure;
  let driver: VolumeOperations;
  beforeAll(async () => {
    azure = await EmulatedAzure.start({ durations: { createSeconds: 0.02, deleteSeconds: 0.02 } });
    driver = await azure.replica();
  });
  afterAll(() => azure.stop());

  it.each(dynamic)('of dynamic volumes are provisioned: %s', async (_, parameters, asked, given) => {
    const request = requestOf(parameters, {
      name: 'pvc-dynamic',
      capacityRange: { required: Capacity.tebibytes(asked) },
      metadata,
    });
    const create = (): Promise<Volume> => driver.create(request, callOf(5000));
    const volume = await create();
    expect(volume.capacity).toEqual(Capacity.tebibytes(given));
    expect(volume.context).toMatchObject({ 'fs-name': 'lustrefs', 'created-by-dynamic-provisioning': 't' });
    expect(await create()).toEqual(volume);
    await driver.delete(volume.id, callOf(5000));
    expect(azure.state.fileSystems).toEqual([]);
  });

  it.each(fixed)('of static volumes are given out: %s', async (_, parameters, id) => {
    azure.emulator.journal.clear();
    const request = requestOf(parameters, { name: 'pvc-static', metadata });
    const volume = await driver.create(request, callOf(5000));
    expect(volume.id).toBe(id);
    await driver.delete(volume.id, callOf(5000));
    expect(azure.calls).toEqual([]);
  });
});

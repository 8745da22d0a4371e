import { Capacity, formatMountSource, type Volume } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AmlNode } from '../node/node-identity.js';
import { EmulatedAzure } from '../testing/emulated-azure.js';
import { callOf, requestOf } from '../testing/samples.js';

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
  [
    'a sub-directory for each pod, and no fs-name',
    { 'mgs-ip-address': '10.0.0.4', 'sub-dir': '${pvc.metadata.name}_${pod.metadata.name}' },
    'pvc-static#lustrefs#10.0.0.4#${pvc.metadata.name}_${pod.metadata.name}#f#',
  ],
  ['no fs-name', { 'mgs-ip-address': '10.0.0.4' }, 'pvc-static#lustrefs#10.0.0.4##f#'],
];

/** Volumes that were written by hand: the handle of the PV may be anything. */
const written: readonly (readonly [string, string, Record<string, string>, string])[] = [
  [
    'the example',
    'unique-in-this-cluster',
    { 'mgs-ip-address': '10.0.0.4', 'fs-name': 'lustrefs' },
    '10.0.0.4@tcp:/lustrefs',
  ],
  [
    'the example of a sub-directory',
    'unique-in-this-cluster',
    {
      'mgs-ip-address': '10.0.0.4',
      'fs-name': 'lustrefs',
      'sub-dir': '${pod.metadata.namespace}_${pod.metadata.name}',
    },
    '10.0.0.4@tcp:/lustrefs/shop_web-0',
  ],
  [
    'keys in another case',
    'pv#scratch#10.9.9.9',
    { 'MGS-IP-Address': '10.0.0.4', 'FS-Name': 'lustrefs', 'Sub-Dir': 'data' },
    '10.0.0.4@tcp:/lustrefs/data',
  ],
  ['nothing but a handle of three segments', 'pv#lustrefs#10.0.0.4', {}, '10.0.0.4@tcp:/lustrefs'],
  [
    'nothing but a handle of six segments',
    'pv#lustrefs#10.0.0.4#data#t#MC_group',
    {},
    '10.0.0.4@tcp:/lustrefs/data',
  ],
];

/** Keys that kubelet adds to the volume context of every publish. */
const pod = {
  'csi.storage.k8s.io/pod.name': 'web-0',
  'csi.storage.k8s.io/pod.namespace': 'shop',
  'csi.storage.k8s.io/pod.uid': '42',
  'csi.storage.k8s.io/serviceAccount.name': 'default',
  'csi.storage.k8s.io/ephemeral': 'false',
};

/** Templates and resolved sub-directories of a volume of claim `claim` in `team`. */
const templates: readonly (readonly [string, string])[] = [
  ['apps/${pod.metadata.namespace}/${pod.metadata.name}', 'apps/shop/web-0'],
  ['${pvc.metadata.namespace}/${pvc.metadata.name}/${pod.metadata.uid}', 'team/claim/42'],
  ['${pv.metadata.name}', 'pv'],
  ['${serviceAccount.metadata.name}', 'default'],
  ['/data/set-1/', 'data/set-1'],
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

  it.each(dynamic)('of dynamic volumes are provisioned: %s', async (_, parameters, requested, given) => {
    const request = requestOf(parameters, {
      name: 'pvc-dynamic',
      capacityRange: { required: Capacity.tebibytes(requested) },
      capabilities: [{ accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags: ['noatime', 'flock'] }],
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

  it.each(templates)(
    'pass the sub-directory %s on to the nodes, which fill it in',
    async (template, subdir) => {
      for (const parameters of [dynamic[1]?.[1], { 'mgs-ip-address': '10.0.0.4' }]) {
        const request = requestOf({ ...parameters, 'sub-dir': template }, { name: 'pvc-sub', metadata });
        const { id: volumeId, context } = await driver.create(request, callOf(5000));
        const node = new AmlNode();
        expect(node.mountSource({ volumeId, context: { ...context, ...pod } })).toMatchObject({ subdir });
        await driver.delete(volumeId, callOf(5000));
      }
    },
  );

  it.each(written)('of PVs that were written by hand are mounted: %s', (_, volumeId, attributes, source) => {
    const context = { ...attributes, ...pod };
    expect(formatMountSource(new AmlNode().mountSource({ volumeId, context }))).toBe(source);
  });
});

import { Capacity, isUsable, type FileSystemState } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { resourceGroupOf, toFileSystem } from './to-file-system.js';

const clientInfo = {
  mgsAddress: '10.1.0.4',
  mountCommand: 'mount -t lustre 10.1.0.4@tcp:/lustrefs /lustre/lustrefs',
};

const resource = (properties: object = {}, rest: object = {}): object => ({
  name: 'pvc-1',
  id: '/subscriptions/s/resourceGroups/Lustre-RG/providers/Microsoft.StorageCache/amlfilesystems/pvc-1',
  location: 'East US',
  sku: { name: 'AMLFS-Durable-Premium-125' },
  zones: ['1'],
  tags: { 'lustre-csi-volume-name': 'pvc-1', 'lustre-csi-attempt': '2', 'lustre-csi-sub-dir': 'data' },
  systemData: { createdAt: '2026-01-02T03:04:05.678Z' },
  properties: {
    provisioningState: 'Succeeded',
    storageCapacityTiB: 16,
    filesystemSubnet: '/subscriptions/S/resourceGroups/Net/providers/X/virtualNetworks/V/subnets/Sub',
    health: { state: 'Available', statusDescription: 'amlFilesystem is ok.' },
    clientInfo,
    ...properties,
  },
  ...rest,
});

describe('resourceGroupOf', () => {
  it.each<[string, unknown, string]>([
    ['an id', resource(), 'lustre-rg'],
    ['an id in capitals', { id: '/SUBSCRIPTIONS/S/RESOURCEGROUPS/R.(G)_é/PROVIDERS/X' }, 'r.(g)_é'],
    ['an id without a group', { id: '/subscriptions/s/providers/resourceGroups/x/y' }, ''],
    ['no id', { name: 'x' }, ''],
    ['no object', 'x', ''],
  ])('reads %s', (_, odd, group) => expect(resourceGroupOf(odd)).toBe(group));
});

describe('toFileSystem', () => {
  it('reads all of it', () => {
    expect(toFileSystem(resource(), 'lustre-rg', '')).toEqual({
      id: 'pvc-1',
      listingScope: 'lustre-rg',
      volumeName: 'pvc-1',
      madeByDriver: true,
      state: 'available',
      cloudState: 'Succeeded',
      capacity: Capacity.tebibytes(16),
      createdAt: new Date('2026-01-02T03:04:05.678Z'),
      attempt: 2,
      attributes: {
        'sku-name': 'AMLFS-Durable-Premium-125',
        zone: '1',
        location: 'eastus',
        subnet: '/subscriptions/s/resourcegroups/net/providers/x/virtualnetworks/v/subnets/sub',
        'sub-dir': 'data',
      },
      mountSource: { mgsNodes: [['10.1.0.4@tcp']], fsname: 'lustrefs', subdir: '' },
    });
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['this cluster', { 'lustre-csi-volume-name': 'pvc-1', 'lustre-csi-cluster': 'blue' }, true],
    ['another cluster', { 'lustre-csi-volume-name': 'pvc-1', 'lustre-csi-cluster': 'green' }, true],
    ['azurelustre-csi-driver', { 'k8s-azure-created-by': 'kubernetes-azurelustre-csi-driver' }, true],
    ['another tool', { 'k8s-azure-created-by': 'terraform', 'lustre-csi-cluster': 'green' }, false],
    ['another tool', {}, false],
  ])('reports whether a driver created it: %s', (_, tags, isDrivers) => {
    const found = toFileSystem(resource({}, { tags }), 'lustre-rg', 'blue');
    expect(found).toBeDefined();
    expect(found?.madeByDriver ?? false).toBe(isDrivers);
  });

  it('reads its blob container, which cannot be changed, in lower case', () => {
    const hsm = { settings: { container: '/X/containers/Data', loggingContainer: '/X/containers/logs' } };
    expect(toFileSystem(resource({ hsm }), 'lustre-rg', '')?.attributes).toMatchObject({
      'hsm-container': '/x/containers/data',
    });
  });

  /** provisioningState, health, whether there are servers; what it means, and the cloud's name of it. */
  it.each<[string | undefined, string | undefined, boolean, FileSystemState, string]>([
    ['Creating', 'Transitioning', false, 'creating', 'Creating'],
    ['Updating', 'Transitioning', true, 'updating', 'Updating'],
    ['Deleting', 'Transitioning', true, 'deleting', 'Deleting'],
    ['Deleting', undefined, false, 'deleting', 'Deleting'],
    ['Succeeded', 'Available', true, 'available', 'Succeeded'],
    ['Succeeded', 'Maintenance', true, 'available', 'Succeeded'],
    ['Succeeded', undefined, true, 'available', 'Succeeded'],
    ['Succeeded', 'Degraded', true, 'impaired', 'Degraded'],
    ['Succeeded', 'Unavailable', true, 'impaired', 'Unavailable'],
    ['Succeeded', 'Expanding', true, 'updating', 'Expanding'],
    ['Failed', 'Unavailable', false, 'failed', 'Failed'],
    ['Failed', 'Available', true, 'impaired', 'Failed'],
    ['Canceled', undefined, false, 'failed', 'Canceled'],
    ['Canceled', 'Available', true, 'impaired', 'Canceled'],
    ['Succeeded', 'Available', false, 'creating', 'Succeeded'],
    ['SomethingNew', 'Available', true, 'available', 'SomethingNew'],
    ['SomethingNew', undefined, false, 'creating', 'SomethingNew'],
    [undefined, undefined, false, 'creating', 'unknown'],
    ['succeeded', 'degraded', true, 'impaired', 'degraded'],
  ])('%s, health %s, servers %s: %s', (provisioningState, health, servers, state, cloudState) => {
    const properties = {
      provisioningState,
      health: health === undefined ? undefined : { state: health },
      clientInfo: servers ? clientInfo : undefined,
    };
    const fileSystem = toFileSystem(resource(properties), 'g', '');
    expect(fileSystem).toMatchObject({ state, cloudState });
    expect(fileSystem && isUsable(fileSystem) && !fileSystem.mountSource).toBe(false);
  });

  it.each<[object, string | undefined]>([
    [{ state: 'Available', statusDescription: 'ok' }, undefined],
    [
      { state: 'Unavailable', statusCode: 'CreateTimeout', statusDescription: 'Late.' },
      'CreateTimeout: Late.',
    ],
    [{ state: 'Degraded', statusDescription: 'One OSS is down.' }, 'One OSS is down.'],
    [{ state: 'Degraded' }, undefined],
  ])('keeps the words of health %j', (health, detail) => {
    expect(toFileSystem(resource({ health }), 'g', '')?.stateDetail).toBe(detail);
  });

  it('takes the fsname from the mount command, the live size where Azure reports it', () => {
    const mountCommand = 'mount -t lustre 10.1.0.4@tcp:/scratch/x /mnt';
    const fileSystem = toFileSystem(
      resource({ clientInfo: { ...clientInfo, mountCommand }, currentStorageCapacityTiB: 32 }),
      'g',
      '',
    );
    expect(fileSystem?.mountSource?.fsname).toBe('scratch');
    expect(fileSystem?.capacity).toEqual(Capacity.tebibytes(32));
  });

  it.each([
    ['no fsname', { mgsAddress: '10.1.0.4', mountCommand: 'see the portal' }, 'lustrefs'],
    ['no mount command', { mgsAddress: '10.1.0.4' }, 'lustrefs'],
    ['no address', { mountCommand: clientInfo.mountCommand }, undefined],
    ['no usable address', { ...clientInfo, mgsAddress: 'not an address' }, undefined],
  ])('gets along with %s', (_, info, fsname) => {
    expect(toFileSystem(resource({ clientInfo: info }), 'g', '')?.mountSource?.fsname).toBe(fsname);
  });

  it.each([undefined, null, 'text', 7, [], {}, { name: 7 }, { properties: {} }])(
    'knows that %j is no file system',
    (odd) => expect(toFileSystem(odd, 'g', '')).toBeUndefined(),
  );

  it.each<object>([
    { properties: undefined },
    { properties: 'none' },
    { tags: null, zones: 'all', sku: 'cheap', location: 5, systemData: { createdAt: 'yesterday' } },
    { properties: { storageCapacityTiB: 'lots', health: 'good', clientInfo: [], filesystemSubnet: {} } },
    { properties: { storageCapacityTiB: -1 } },
    { properties: { storageCapacityTiB: 1e300 } },
  ])('reads odd fields as absent: %j', (odd) => {
    expect(toFileSystem(resource({}, odd), 'g', '')).toMatchObject({
      id: 'pvc-1',
      attempt: expect.any(Number) as number,
    });
  });

  it('keeps the ownership tag beside a tag that is odd', () => {
    const tags = { odd: null, 'lustre-csi-volume-name': 'pvc-1' };
    expect(toFileSystem(resource({}, { tags }), 'g', '')?.volumeName).toBe('pvc-1');
  });

  it('has no owner where the tags name none', () => {
    expect(toFileSystem(resource({}, { tags: {} }), 'g', '')).not.toHaveProperty('volumeName');
  });
});

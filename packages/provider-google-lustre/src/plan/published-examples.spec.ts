import { Capacity, formatMountSource } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { ManagedLustreNode } from '../node/node-identity.js';
import { requestOf } from '../testing/samples.js';
import { smallestCapacity } from './capacity-rules.js';
import { planFor } from './plan.js';

const zoneA = { requisite: [{ 'topology.gke.io/zone': 'us-central1-a' }], preferred: [] };

/** StorageClasses as people copy them: overlays and tests of lustre-csi-driver 0.6, and the classes that GKE installs. */
const classes: readonly (readonly [string, Record<string, string>, number])[] = [
  ['the overlay', { perUnitStorageThroughput: '1000' }, 9_000],
  [
    'the tests',
    {
      network: 'default',
      perUnitStorageThroughput: '1000',
      labels: 'gke-testing-project=prow',
      description: 'CreateInstanceOverrides={"CalculatorType": "THIN_CLUSTER"}',
    },
    9_000,
  ],
  ...['1000', '500', '250', '125'].map(
    (throughput) =>
      [
        `lustre-rwx-${throughput}mbps-per-tib`,
        { 'per-unit-storage-throughput': throughput, network: 'default' },
        9_000_000 / Number(throughput),
      ] as const,
  ),
];

const node = new ManagedLustreNode();
const place = { project: 'lustre-project', zone: async () => 'us-central1-f' };

describe('a published StorageClass', () => {
  it.each(classes)('%s is planned as it is', async (_, parameters, gibibytes) => {
    const capacityRange = { required: Capacity.gibibytes(9_000) };
    const plan = await planFor(requestOf(parameters, { capacityRange, topology: zoneA }), place);
    expect(smallestCapacity(plan.tier, capacityRange)).toEqual(Capacity.gibibytes(gibibytes));
    expect(plan).toMatchObject({
      zone: 'us-central1-a',
      network: 'projects/lustre-project/global/networks/default',
      filesystem: expect.stringMatching(/^lfs\w{5}$/) as string,
    });
  });
});

/** Attributes of PersistentVolumes in `examples/pre-prov` and `examples/fio`, and of tools of Google that write such. */
describe('a published PersistentVolume', () => {
  const volumeId = 'my-project/us-central1-a/my-lustre';

  it.each([
    [{ ip: '10.90.1.4', filesystem: 'testlfs' }],
    [{ mountpoint: '10.90.1.4@tcp:/testlfs' }],
    [{ ip: '10.0.0.1', filesystem: 'other', mountpoint: '10.90.1.4@tcp:/testlfs' }],
  ])('with %j is mounted as it is', (context: Record<string, string>) => {
    expect(formatMountSource(node.mountSource({ volumeId, context }))).toBe('10.90.1.4@tcp:/testlfs');
  });

  it('with mounts by IAM is refused, with the reason', () => {
    const context = { ip: '10.90.1.4', filesystem: 'testlfs', iamAccessControlEnabled: 'true' };
    expect(() => node.mountSource({ volumeId, context })).toThrow(/iamAccessControlEnabled/);
  });
});

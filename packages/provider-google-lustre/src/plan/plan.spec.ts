import { describe, expect, it } from 'vitest';
import { requestOf } from '../testing/samples.js';
import { planFor } from './plan.js';
import { fsnameOf, keyName, resourceName } from './resource-name.js';

const place = { project: 'lustre-project', zone: async () => 'us-central1-a' };
const plan = (parameters: Record<string, string>, rest: Parameters<typeof requestOf>[1] = {}) =>
  planFor(requestOf(parameters, rest), place);

describe('planFor', () => {
  it.each([
    ['perUnitStorageThroughput'],
    ['per-unit-storage-throughput'],
    ['per_unit_storage_throughput'],
    ['PERUNITSTORAGETHROUGHPUT'],
  ])('reads %s, as the Go driver does', async (name) => {
    expect((await plan({ [name]: '500' })).tier.throughput).toBe('500');
  });

  it.each([
    [undefined, 'projects/lustre-project/global/networks/default'],
    ['mine', 'projects/lustre-project/global/networks/mine'],
    ['projects/host/global/networks/shared', 'projects/host/global/networks/shared'],
  ])('network %s is %s', async (network, expected) => {
    const given = { perUnitStorageThroughput: '125', ...(network === undefined ? {} : { network }) };
    expect((await plan(given)).network).toBe(expected);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no throughput', {}, /perUnitStorageThroughput must be given/],
    ['a wrong one', { perUnitStorageThroughput: '300' }, /"300".*125, 250, 500, 1000/],
    ['a wrong network', { perUnitStorageThroughput: '125', network: 'My_Net' }, /"network" is "My_Net"/],
    [
      'a throughput of the dynamic tier',
      { perUnitStorageThroughput: '125', dynamicTier: 'DEFAULT_CACHE' },
      /exclude/,
    ],
    ['ids without squash', { perUnitStorageThroughput: '125', squashUid: '5' }, /need squashMode/],
    ['half a window', { perUnitStorageThroughput: '125', maintenanceDayOfWeek: 'SUNDAY' }, /belong together/],
    ['access rules that are no JSON', { perUnitStorageThroughput: '125', accessRules: 'x' }, /not JSON/],
    [
      'two spellings',
      { perUnitStorageThroughput: '125', 'per-unit-storage-throughput': '125' },
      /mean the same/,
    ],
  ])('refuses %s', async (_, parameters, words) => {
    await expect(plan(parameters)).rejects.toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringMatching(words) as string,
    });
  });

  it('names all faults at once', async () => {
    await expect(plan({ network: 'A', filesystem: '9' })).rejects.toThrow(/3 faults/);
  });

  it('refuses topologies of others', async () => {
    const topology = { requisite: [{ 'topology.kubernetes.io/zone': 'us-central1-b' }], preferred: [] };
    await expect(plan({ perUnitStorageThroughput: '125' }, { topology })).rejects.toThrow(
      /"topology.kubernetes.io\/zone".*topology.gke.io\/zone/,
    );
  });

  it('warns of a file system name that all volumes share', async () => {
    const { filesystem, warnings, attributes } = await plan({
      perUnitStorageThroughput: '125',
      filesystem: 'one',
    });
    expect({ filesystem, attributes }).toMatchObject({
      filesystem: 'one',
      attributes: { filesystem: 'one' },
    });
    expect(warnings?.join()).toMatch(/cannot mount two instances of one name/);
  });

  it('lets a VolumeAttributesClass take precedence, and merges labels', async () => {
    const { labels, description } = await plan(
      { perUnitStorageThroughput: '125', labels: 'a=1,b=2', description: 'old' },
      { mutableParameters: { labels: 'b=3', description: 'new' } },
    );
    expect({ labels, description }).toEqual({ labels: { a: '1', b: '3' }, description: 'new' });
  });
});

describe('names', () => {
  it('of instances are those of volumes where the service accepts them', () => {
    expect(resourceName('pvc-1')).toBe('pvc-1');
    expect(resourceName('PVC-1')).toMatch(/^csi-[0-9a-f]{40}$/);
    expect(resourceName('PVC-1')).not.toBe(resourceName('Pvc-1'));
  });

  it('of keys are the same with the number of the project, and with a version', () => {
    const key = 'projects/lustre-project/locations/us-central1/keyRings/r/cryptoKeys/k';
    const shown = key.replace('lustre-project', '123456789012');
    expect(keyName(`${shown}/cryptoKeyVersions/3`)).toBe(keyName(key));
    expect(keyName(key.replace('/k', '/other'))).not.toBe(keyName(key));
  });

  it('of file systems follow from region and instance', () => {
    const names = Array.from({ length: 1000 }, (_, index) => fsnameOf('us-central1', `pvc-${index}`));
    expect(names.every((name) => /^lfs[0-9a-z]{5}$/.test(name))).toBe(true);
    expect(new Set(names).size).toBe(1000);
    expect(fsnameOf('us-central1', 'pvc-1')).toBe(names[1]);
  });
});

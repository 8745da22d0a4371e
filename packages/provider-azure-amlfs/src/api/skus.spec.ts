import type { ResourceSku } from '@azure/arm-storagecache';
import { Capacity, systemClock } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { SkuCatalogue, skusIn } from './skus.js';
import { premium125 } from '../testing/samples.js';

const sku = (changes: Partial<ResourceSku> = {}): ResourceSku => ({
  resourceType: 'amlFilesystems',
  name: 'AMLFS-Durable-Premium-125',
  locations: ['East US', 'westus'],
  locationInfo: [
    { location: 'eastus', zones: ['3', '1', '2'] },
    { location: 'westus', zones: [] },
  ],
  capabilities: [
    { name: 'OSS capacity increment (TiB)', value: '16' },
    { name: 'default maximum capacity (TiB)', value: '128' },
    { name: 'large cluster maximum capacity (TiB)', value: '512' },
    { name: 'large cluster XL maximum capacity (TiB)', value: '1024' },
    { name: 'durable', value: 'True' },
  ],
  restrictions: [],
  ...changes,
});

describe('skusIn', () => {
  it('reads steps, maxima and zones of the location', () => {
    expect(skusIn('EastUS', [sku()])).toEqual([premium125]);
    expect(skusIn('west us', [sku()])[0]?.zones).toEqual([]);
  });

  it.each<[string, ResourceSku]>([
    ['other resources', sku({ resourceType: 'caches' })],
    ['other locations', sku({ locations: ['northeurope'] })],
    ['no location at all', { resourceType: 'amlFilesystems', name: 'x' }],
    ['no step', sku({ capabilities: [] })],
    [
      'a step that is no number',
      sku({ capabilities: [{ name: 'OSS capacity increment (TiB)', value: '?' }] }),
    ],
    ['no name', { ...sku(), name: undefined } as unknown as ResourceSku],
  ])('leaves out %s, and keeps the others', (_, odd) => {
    expect(skusIn('eastus', [odd, sku()])).toEqual([premium125]);
  });

  it('does without zones and maxima', () => {
    const { locationInfo: _, ...bare } = sku({
      capabilities: [{ name: 'oss capacity INCREMENT (TiB)', value: '4' }],
    });
    expect(skusIn('eastus', [bare])).toEqual([
      { ...premium125, step: Capacity.tebibytes(4), usualMaximum: undefined, maximum: undefined, zones: [] },
    ]);
  });

  it.each<[string, ResourceSku['restrictions'], string | undefined]>([
    ['elsewhere', [{ type: 'Location', values: ['westus'], reasonCode: 'QuotaId' }], undefined],
    ['here', [{ type: 'Location', values: ['EastUS'], reasonCode: 'QuotaId' }], 'QuotaId'],
    ['everywhere', [{ reasonCode: 'NotAvailableForSubscription' }], 'NotAvailableForSubscription'],
    ['of another kind', [{ type: 'Zone', values: ['eastus'], reasonCode: 'QuotaId' }], undefined],
  ])('reads a restriction %s', (_, restrictions, expected) => {
    expect(skusIn('eastus', [sku({ restrictions: restrictions ?? [] })])[0]?.restriction).toBe(expected);
  });
});

describe('SkuCatalogue', () => {
  const listing = (
    skus: readonly ResourceSku[] = [sku()],
  ): { calls: number; list: () => Promise<readonly ResourceSku[]> } => {
    const counted = { calls: 0, list: async () => ((counted.calls += 1), skus) };
    return counted;
  };

  it('lists once for all callers, and again after an hour', async () => {
    let now = 0;
    const cloud = listing();
    const catalogue = new SkuCatalogue(cloud.list, { ...systemClock, now: () => now });
    const ask = (): Promise<unknown> => catalogue.find('amlfs-durable-premium-125', 'eastus');
    expect(await Promise.all([ask(), ask()])).toEqual([premium125, premium125]);
    now = 3_599_999;
    await ask();
    expect(cloud.calls).toBe(1);
    now = 3_600_000;
    await ask();
    expect(cloud.calls).toBe(2);
  });

  it('does not remember a listing that failed', async () => {
    const cloud = listing();
    let broken = true;
    const catalogue = new SkuCatalogue(async () => {
      if (broken) throw new Error('throttled');
      return cloud.list();
    });
    await expect(catalogue.find(premium125.name, 'eastus')).rejects.toThrow('throttled');
    broken = false;
    expect(await catalogue.find(premium125.name, 'eastus')).toEqual(premium125);
  });

  it('cancels a listing that hangs, for all callers, and does not remember it', async () => {
    const cloud = listing();
    const limits: [number, () => void][] = [];
    const clock = {
      now: () => 0,
      after: (limit: number, end: () => void) => (limits.push([limit, end]), () => {}),
    };
    const signals: AbortSignal[] = [];
    const hanging = new SkuCatalogue((signal) => {
      signals.push(signal);
      return signals.length === 1 ? new Promise(() => {}) : cloud.list();
    }, clock);
    const waiting = [hanging.find(premium125.name, 'eastus'), hanging.find(premium125.name, 'eastus')];
    const [[milliseconds, timeOver] = [0, () => {}]] = limits;
    timeOver();
    for (const each of waiting) {
      await expect(each).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining('longer than 60 s') as string,
      });
    }
    expect([milliseconds, signals.length, signals[0]?.aborted]).toEqual([60_000, 1, true]);
    expect(await hanging.find(premium125.name, 'eastus')).toEqual(premium125);
  });

  it.each<[string, readonly ResourceSku[], string]>([
    ['another name', [sku({ name: 'B' }), sku({ name: 'A' })], 'eastus does not offer it; it offers A, B'],
    ['a location without Lustre', [], 'choose another location'],
    [
      'a restriction',
      [sku({ restrictions: [{ reasonCode: 'QuotaId' }] })],
      'may not use it in eastus (QuotaId)',
    ],
  ])('refuses %s', async (_, skus, words) => {
    await expect(new SkuCatalogue(listing(skus).list).find(premium125.name, 'eastus')).rejects.toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringContaining(words) as string,
    });
  });
});

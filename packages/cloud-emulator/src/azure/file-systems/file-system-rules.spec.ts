import { describe, expect, it } from 'vitest';
import { validBody } from '../testing/azure-server.js';
import { checkAgainstCatalogue, checkName } from './file-system-rules.js';
import { parseRequestedFileSystem, type RequestedFileSystem } from './requested-file-system.js';

const good = parseRequestedFileSystem(validBody(), '2026-01-01');
const codeOf = (change: Partial<RequestedFileSystem>): unknown => {
  try {
    checkAgainstCatalogue({ ...good, ...change });
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const sized = (mbps: number, capacityTiB: number): Partial<RequestedFileSystem> => ({
  skuName: `AMLFS-Durable-Premium-${mbps}`,
  capacityTiB,
});
const west = { location: 'westcentralus', zones: [] };
const encryptionSettings = { keyEncryptionKey: {} };

describe('checkAgainstCatalogue', () => {
  it.each([
    ['40: smallest', sized(40, 48), 'accepted'],
    ['40: largest', sized(40, 768), 'accepted'],
    ['40: beyond', sized(40, 816), 'InvalidParameter'],
    ['125: smallest', sized(125, 16), 'accepted'],
    ['125: below', sized(125, 8), 'InvalidParameter'],
    ['250: smallest', sized(250, 8), 'accepted'],
    ['250: no step', sized(250, 12), 'InvalidParameter'],
    ['250: a fraction', sized(250, 8.5), 'InvalidParameter'],
    ['500: smallest', sized(500, 4), 'accepted'],
    ['500: nothing', sized(500, 0), 'InvalidParameter'],
    ['500: negative', sized(500, -4), 'InvalidParameter'],
    ['500: largest', sized(500, 128), 'accepted'],
    ['500: beyond', sized(500, 132), 'InvalidParameter'],
    ['an unknown SKU', sized(999, 16), 'InvalidParameter'],
    ['a SKU of another product', { skuName: 'Standard_2G' }, 'InvalidParameter'],
    ['a SKU in other case', { skuName: 'amlfs-durable-premium-250' }, 'accepted'],
    ['an unknown region', { location: 'mars' }, 'LocationNotAvailableForResourceType'],
    ['a SKU that the region lacks', { ...west, ...sized(500, 16) }, 'InvalidParameter'],
    ['a SKU under restriction', { location: 'southcentralus', ...sized(500, 16) }, 'SkuNotAvailable'],
    ['no zone where there are zones', { zones: [] }, 'InvalidParameter'],
    ['two zones', { zones: ['1', '2'] }, 'InvalidParameter'],
    ['a zone that is not there', { zones: ['4'] }, 'InvalidParameter'],
    ['no zone where there are none', west, 'accepted'],
    ['a zone where there are none', { ...west, zones: ['1'] }, 'InvalidParameter'],
    ['a key without an identity', { encryptionSettings }, 'InvalidParameter'],
    ['a key with identity None', { encryptionSettings, identity: { type: 'None' } }, 'InvalidParameter'],
    ['a key with an identity', { encryptionSettings, identity: { type: 'UserAssigned' } }, 'accepted'],
  ])('%s', (_what, change, code) => {
    expect(codeOf(change)).toBe(code);
  });
});

describe('checkName', () => {
  it.each(['f1', 'fs-1_a', '0'.repeat(80)])('accepts %s', (name) => {
    expect(() => checkName(name)).not.toThrow();
  });
  it.each(['', 'f', '-fs', 'fs-', 'fs.1', '0'.repeat(81), 'fß1'])('refuses %j', (name) => {
    expect(() => checkName(name)).toThrow(expect.objectContaining({ code: 'InvalidResourceName' }) as Error);
  });
});

import { describe, expect, it } from 'vitest';
import type { FsxParameters } from './parameters.js';
import { resolveSettings } from './settings.js';

const quiet = { deploymentType: 'PERSISTENT_2', perUnitStorageThroughput: 125 } as const;

describe('resolveSettings', () => {
  it.each<[string, FsxParameters, object]>([
    ['nothing', {}, { deploymentType: 'SCRATCH_1', storageType: 'SSD' }],
    ['what is complete', quiet, { ...quiet, storageType: 'SSD' }],
    [
      'EFA',
      { ...quiet, efaEnabled: true },
      { ...quiet, storageType: 'SSD', efaEnabled: true, metadataConfigurationMode: 'AUTOMATIC' },
    ],
    [
      'INTELLIGENT_TIERING',
      { storageType: 'INTELLIGENT_TIERING', throughputCapacity: 4000 },
      {
        storageType: 'INTELLIGENT_TIERING',
        throughputCapacity: 4000,
        deploymentType: 'PERSISTENT_2',
        metadataConfigurationMode: 'USER_PROVISIONED',
        metadataIops: 6000,
        dataReadCacheSizingMode: 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY',
      },
    ],
    [
      'backups at a time',
      { ...quiet, automaticBackupRetentionDays: 3, dailyAutomaticBackupStartTime: '05:00' },
      {
        ...quiet,
        storageType: 'SSD',
        automaticBackupRetentionDays: 3,
        dailyAutomaticBackupStartTime: '05:00',
      },
    ],
  ])('fills in %s', (_name, parameters, expected) => {
    expect(resolveSettings(parameters).settings).toEqual(expected);
  });

  it('says nothing where nothing is surprising', () => {
    expect(resolveSettings(quiet).warnings).toEqual([]);
  });

  it('warns of the defaults that bite', () => {
    const { warnings } = resolveSettings({});
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('"deploymentType" is absent, so the API’s default SCRATCH_1 applies');
    expect(warnings[1]).toContain('FSx creates Lustre 2.10');
  });

  it('drops what has no effect, and says so', () => {
    const { settings, warnings } = resolveSettings({
      ...quiet,
      metadataIops: 6000,
      dailyAutomaticBackupStartTime: '05:00',
    });
    expect(settings).toEqual({ ...quiet, storageType: 'SSD' });
    expect(warnings).toEqual([
      expect.stringContaining('"metadataIops" has no effect'),
      expect.stringContaining('"dailyAutomaticBackupStartTime" has no effect'),
    ]);
  });
});

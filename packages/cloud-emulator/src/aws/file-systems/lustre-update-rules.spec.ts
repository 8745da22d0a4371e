import { describe, expect, it } from 'vitest';
import type { StorageType, UpdateFileSystemRequest } from './file-system-shapes.js';
import { planUpdate } from './lustre-update-rules.js';
import type { WireAction, WireFileSystem, WireLustreConfiguration } from './wire-file-system.js';

const id = 'fs-0e0c30b4b41a1fd69';
const hour = 3600;

const present = (
  lustre: Partial<WireLustreConfiguration>,
  more: Partial<Omit<WireFileSystem, 'StorageType'>> & { StorageType?: StorageType } = {},
): WireFileSystem => ({
  OwnerId: '111122223333',
  CreationTime: 0,
  FileSystemId: id,
  FileSystemType: 'LUSTRE',
  Lifecycle: 'AVAILABLE',
  StorageCapacity: 1200,
  StorageType: 'SSD',
  VpcId: 'vpc-1',
  SubnetIds: [],
  NetworkInterfaceIds: [],
  DNSName: '',
  ResourceARN: '',
  Tags: [],
  FileSystemTypeVersion: '2.12',
  ...more,
  LustreConfiguration: { DeploymentType: 'SCRATCH_2', MountName: 'abc', ...lustre },
});

const scratch2 = present({});
const persistent2 = present({ DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125 });
const metadata = (Mode: 'AUTOMATIC' | 'USER_PROVISIONED', Iops: number) =>
  present({
    DeploymentType: 'PERSISTENT_2',
    PerUnitStorageThroughput: 125,
    MetadataConfiguration: { Mode, Iops },
  });
const { StorageCapacity: _elastic, ...elastic } = present(
  {
    DeploymentType: 'PERSISTENT_2',
    ThroughputCapacity: 8000,
    DataReadCacheConfiguration: { SizingMode: 'NO_CACHE' },
  },
  { StorageType: 'INTELLIGENT_TIERING' },
);
const hdd = present(
  { DeploymentType: 'PERSISTENT_1', PerUnitStorageThroughput: 12 },
  { StorageType: 'HDD', StorageCapacity: 6000 },
);
const acting = (Status: WireAction['Status'], RequestTime: number, base = persistent2): WireFileSystem => ({
  ...base,
  AdministrativeActions: [
    {
      AdministrativeActionType: 'FILE_SYSTEM_UPDATE',
      RequestTime,
      Status,
      TargetFileSystemValues: { StorageCapacity: 2400 },
    },
  ],
});

type Change = Omit<UpdateFileSystemRequest, 'FileSystemId'>;
const plan = (current: WireFileSystem, change: Change, now = 0) =>
  planUpdate(current, { FileSystemId: id, ...change }, { now, coolDownSeconds: 6 * hour });

describe('planUpdate accepts', () => {
  it.each<[string, WireFileSystem, Change, object]>([
    ['growth', scratch2, { StorageCapacity: 2400 }, { optimizes: true, target: { StorageCapacity: 2400 } }],
    ['growth by less than a tenth', present({}, { StorageCapacity: 48000 }), { StorageCapacity: 50400 }, {}],
    ['HDD growth', hdd, { StorageCapacity: 12000 }, {}],
    [
      'growth while optimizing, six hours later',
      acting('UPDATED_OPTIMIZING', -6 * hour),
      { StorageCapacity: 4800 },
      {},
    ],
    [
      'less throughput',
      present({ DeploymentType: 'PERSISTENT_1', PerUnitStorageThroughput: 200 }),
      { LustreConfiguration: { PerUnitStorageThroughput: 50 } },
      { optimizes: true, target: { LustreConfiguration: { PerUnitStorageThroughput: 50 } } },
    ],
    [
      'compression',
      scratch2,
      { LustreConfiguration: { DataCompressionType: 'LZ4' } },
      { optimizes: false, target: { LustreConfiguration: { DataCompressionType: 'LZ4' } } },
    ],
    ['more throughput capacity', elastic, { LustreConfiguration: { ThroughputCapacity: 12000 } }, {}],
    [
      'user-provisioned metadata',
      metadata('AUTOMATIC', 1500),
      { LustreConfiguration: { MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 3000 } } },
      {
        target: { LustreConfiguration: { MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 3000 } } },
      },
    ],
    [
      'automatic metadata again',
      metadata('USER_PROVISIONED', 1500),
      { LustreConfiguration: { MetadataConfiguration: { Mode: 'AUTOMATIC' } } },
      { target: { LustreConfiguration: { MetadataConfiguration: { Mode: 'AUTOMATIC', Iops: 1500 } } } },
    ],
    ['a newer version', persistent2, { FileSystemTypeVersion: '2.15' }, {}],
  ])('%s', (_name, current, change, expected) => {
    expect(plan(current, change)).toMatchObject(expected);
  });

  it('lets windows change at once, even beside an update in progress', () => {
    const accepted = plan(acting('IN_PROGRESS', 0), {
      LustreConfiguration: { WeeklyMaintenanceStartTime: '1:00:00', AutomaticBackupRetentionDays: 7 },
    });
    expect(accepted).toEqual({
      optimizes: false,
      immediate: { WeeklyMaintenanceStartTime: '1:00:00', AutomaticBackupRetentionDays: 7 },
    });
  });
});

describe('planUpdate refuses', () => {
  it.each<[string, WireFileSystem, Change, RegExp]>([
    ['nothing', scratch2, {}, /At least one parameter/],
    ['the same capacity', scratch2, { StorageCapacity: 1200 }, /must be greater than .* 1200 GiB/],
    ['a smaller one', present({}, { StorageCapacity: 4800 }), { StorageCapacity: 2400 }, /must be greater/],
    ['an odd one', scratch2, { StorageCapacity: 3600 }, /Invalid Lustre FS storage capacity: 3600/],
    ['an odd HDD one', hdd, { StorageCapacity: 7800 }, /multiple of 6000/],
    ['growth of SCRATCH_1', present({ DeploymentType: 'SCRATCH_1' }), { StorageCapacity: 2400 }, /SCRATCH_1/],
    ['growth of tiering', elastic, { StorageCapacity: 2400 }, /INTELLIGENT_TIERING/],
    [
      'growth beside growth',
      acting('PENDING', 0),
      { StorageCapacity: 4800 },
      /^Unable to perform the storage capacity update\. There is an update already in progress\.$/,
    ],
    ['growth too soon', acting('COMPLETED', -6 * hour + 1), { StorageCapacity: 4800 }, /At least 6 hours/],
    [
      'a tier of the other generation',
      persistent2,
      { LustreConfiguration: { PerUnitStorageThroughput: 50 } },
      /throughput/,
    ],
    ['a tier for scratch', scratch2, { LustreConfiguration: { PerUnitStorageThroughput: 125 } }, /PerUnit/],
    [
      'a tier with EFA',
      present({ DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125, EfaEnabled: true }),
      { LustreConfiguration: { PerUnitStorageThroughput: 250 } },
      /PerUnit/,
    ],
    [
      'less throughput capacity',
      elastic,
      { LustreConfiguration: { ThroughputCapacity: 4000 } },
      /above the current 8000/,
    ],
    [
      'throughput capacity on SSD',
      persistent2,
      { LustreConfiguration: { ThroughputCapacity: 4000 } },
      /TIERING/,
    ],
    [
      'fewer metadata Iops',
      metadata('USER_PROVISIONED', 6000),
      { LustreConfiguration: { MetadataConfiguration: { Iops: 3000 } } },
      /at least the current 6000/,
    ],
    [
      'automatic metadata that lowers the Iops',
      metadata('USER_PROVISIONED', 6000),
      { LustreConfiguration: { MetadataConfiguration: { Mode: 'AUTOMATIC' } } },
      /can not return to AUTOMATIC/,
    ],
    [
      'metadata where there is none',
      persistent2,
      { LustreConfiguration: { MetadataConfiguration: { Iops: 3000 } } },
      /Metadata/,
    ],
    [
      'metadata beside growth',
      metadata('AUTOMATIC', 1500),
      {
        StorageCapacity: 2400,
        LustreConfiguration: { MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 3000 } },
      },
      /same request/,
    ],
    [
      'an older version',
      present({}, { FileSystemTypeVersion: '2.15' }),
      { FileSystemTypeVersion: '2.12' },
      /newer/,
    ],
    [
      'backups of scratch',
      scratch2,
      { LustreConfiguration: { AutomaticBackupRetentionDays: 7 } },
      /Automatic backups/,
    ],
    ['a policy without S3', scratch2, { LustreConfiguration: { AutoImportPolicy: 'NEW' } }, /ImportPath/],
    ...(['CREATING', 'DELETING', 'FAILED'] as const).map(
      (Lifecycle): [string, WireFileSystem, Change, RegExp] => [
        `anything in ${Lifecycle}`,
        present({}, { Lifecycle }),
        { StorageCapacity: 2400 },
        new RegExp(`^Cannot update file system ${id} while in ${Lifecycle} state\\.$`),
      ],
    ),
  ])('%s', (_name, current, change, message) => {
    expect(() => plan(current, change)).toThrow(expect.objectContaining({ code: 'BadRequest' }));
    expect(() => plan(current, change)).toThrow(message);
  });
});

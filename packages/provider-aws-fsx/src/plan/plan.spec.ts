import { Capacity, type VolumeRequest } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { createRequest } from './create-request.js';
import { planFileSystem, type PlanContext } from './plan.js';

const context: PlanContext = {
  region: 'us-west-2',
  clusterId: 'blue',
  extraTags: { team: 'flag', cost: '7' },
};

const request = (given: Partial<VolumeRequest> = {}): VolumeRequest => ({
  name: 'pvc-1',
  capacityRange: {},
  capabilities: [],
  parameters: { subnetId: 'subnet-0aaaaaaaaaaaaaaa1' },
  mutableParameters: {},
  metadata: {},
  topology: { requisite: [], preferred: [] },
  ...given,
});

const created = (parameters: Record<string, string>, attempt = 1, name = 'pvc-1', clusterId = 'blue') => {
  const plan = planFileSystem(request({ name, parameters }), { ...context, clusterId });
  return createRequest({ ...plan, clusterId, capacity: Capacity.gibibytes(2400), attempt });
};

const tokenOf = (...args: Parameters<typeof created>) => created(...args).ClientRequestToken ?? '';
const subnet = { subnetId: 'subnet-0aaaaaaaaaaaaaaa1' };

describe('planFileSystem', () => {
  it('compares requested values and applied defaults', () => {
    expect(planFileSystem(request(), context)).toMatchObject({
      volumeName: 'pvc-1',
      listingScope: 'us-west-2',
      attributes: { subnetId: 'subnet-0aaaaaaaaaaaaaaa1', deploymentType: 'SCRATCH_1', storageType: 'SSD' },
    });
  });

  it('names a volume by what its tag can hold', () => {
    const plan = planFileSystem(request({ name: 'a,b' }), context);
    expect(plan.volumeName).toMatch(/^sha256:/);
    expect(plan.tags['CSIVolumeName']).toBe(plan.volumeName);
  });

  it('lets the tags of the StorageClass win over those of the flag, and its own over both', () => {
    const parameters = { ...subnet, extraTags: 'team=class,kubernetes.io/created-for/pvc/name=other' };
    expect(planFileSystem(request({ parameters, metadata: { pvcName: 'data' } }), context).tags).toEqual({
      team: 'class',
      cost: '7',
      'kubernetes.io/created-for/pvc/name': 'data',
      'lustre.csi/cluster': 'blue',
      CSIVolumeName: 'pvc-1',
    });
  });

  it('counts the tags', () => {
    const many = (count: number): Record<string, string> => ({
      ...subnet,
      extraTags: Array.from({ length: count }, (_, index) => `k${index}=v`).join(','),
    });
    // Two of the flag, two of its own, two of the creation, two of its later life.
    expect(() => planFileSystem(request({ parameters: many(42) }), context)).not.toThrow();
    expect(() => planFileSystem(request({ parameters: many(43) }), context)).toThrow('would get 51 tags');
  });

  it('refuses an unknown parameter of a VolumeAttributesClass, and names the legal ones', () => {
    const mutableParameters = { XXX_FakeKey: 'x' };
    expect(() => planFileSystem(request({ mutableParameters }), context)).toThrow(
      /cannot have the parameter "XXX_FakeKey"; legal: autoImportPolicy, .*weeklyMaintenanceStartTime/,
    );
  });

  it('lets the parameters of a VolumeAttributesClass win over those of the StorageClass', () => {
    const parameters = {
      ...subnet,
      deploymentType: 'PERSISTENT_2',
      perUnitStorageThroughput: '125',
      metadataConfigurationMode: 'AUTOMATIC',
      extraTags: 'a=class,b=class',
    };
    const mutableParameters = { perUnitStorageThroughput: '500', metadataIops: '12000', extraTags: 'b=vac' };
    const plan = planFileSystem(request({ parameters, mutableParameters }), context);
    expect(plan.settings).toMatchObject({
      perUnitStorageThroughput: 500,
      metadataConfigurationMode: 'USER_PROVISIONED',
      metadataIops: 12000,
    });
    expect(plan.tags).toMatchObject({ a: 'class', b: 'vac' });
  });

  it('reports in one message what is wrong with the class, with its rules and with a VolumeAttributesClass', () => {
    const parameters = {
      deploymentType: 'PERSISTENT_2',
      perUnitStorageThroughput: '126',
      driveCacheType: 'READ',
      colour: 'x',
      tagSpecification_1: 'a',
      dataRepositoryAssociations: '[]',
    };
    const mutableParameters = { subnetId: 'subnet-0aaaaaaaaaaaaaaa1', logLevel: 'LOUD' };
    const refused = (): unknown => planFileSystem(request({ parameters, mutableParameters }), context);
    for (const words of [
      /^8 faults: /,
      /knows no parameter "colour"/,
      /"tagSpecification_1" is "a"/,
      /"dataRepositoryAssociations": it has 0 entries/,
      /VolumeAttributesClass cannot have the parameter "subnetId"/,
      /"logLevel" is "LOUD"/,
      /parameter "subnetId" is missing/,
      /"perUnitStorageThroughput" is 126; legal with PERSISTENT_2 on SSD/,
      /"driveCacheType" is only for storageType HDD/,
    ])
      expect(refused).toThrow(words);
  });

  it.each([
    [
      { subnetid: 'subnet-0aaaaaaaaaaaaaaa1' },
      /^fsx\.csi\.aws\.com knows no parameter "subnetid"; did you mean "subnetId"\?$/,
    ],
    [
      { ...subnet, deploymentType: 'PERSISTENT_3', perUnitStorageThroughput: '125' },
      /^parameter "deploymentType" is "PERSISTENT_3"; legal: [^;]*$/,
    ],
    [
      { ...subnet, storageType: 'TAPE', driveCacheType: 'READ' },
      /^parameter "storageType" is "TAPE"; legal: [^;]*$/,
    ],
    [
      { ...subnet, efaEnabled: 'perhaps', metadataIops: '7000' },
      /^parameter "efaEnabled" is "perhaps" [^;]*; legal: [^;]*$/,
    ],
  ])('reports no consequences of a fault: %o', (parameters, message) => {
    expect(() => planFileSystem(request({ parameters }), context)).toThrow(message);
  });

  it('makes tags of templates', () => {
    const parameters = {
      ...subnet,
      tagSpecification_1: 'owner={{ .PVCNamespace }}/{{.PVCName}}',
      tagSpecification_2: 'pv={{ .PVName }}',
    };
    const metadata = { pvcName: 'data', pvcNamespace: 'genomics', pvName: 'pvc-1' };
    expect(planFileSystem(request({ parameters, metadata }), context).tags).toMatchObject({
      owner: 'genomics/data',
      pv: 'pvc-1',
    });
    expect(() => planFileSystem(request({ parameters }), context)).toThrow('--extra-create-metadata');
  });

  it('writes on the file system what its deletion has to know', () => {
    const parameters = {
      ...subnet,
      deploymentType: 'PERSISTENT_2',
      perUnitStorageThroughput: '125',
      finalBackup: 'true',
      finalBackupTags: 'keep=1y',
    };
    expect(planFileSystem(request({ parameters }), context).tags).toMatchObject({
      'lustre.csi/final-backup': 'true',
      'lustre.csi/final-backup-tag/keep': '1y',
    });
  });

  it('distinguishes other associations', () => {
    const attributeOf = (path: string): string | undefined =>
      planFileSystem(
        request({
          parameters: {
            ...subnet,
            deploymentType: 'PERSISTENT_2',
            perUnitStorageThroughput: '125',
            dataRepositoryAssociations: `[{"fileSystemPath": "${path}", "dataRepositoryPath": "s3://bucket"}]`,
          },
        }),
        context,
      ).attributes['dataRepositoryAssociations'];
    expect(attributeOf('/a')).toBe(attributeOf('/a/'));
    expect(attributeOf('/a')).not.toBe(attributeOf('/b'));
  });
});

describe('createRequest', () => {
  it('sends requested settings and nothing else', () => {
    expect(JSON.parse(JSON.stringify(created(subnet)))).toEqual({
      ClientRequestToken: expect.any(String) as unknown,
      FileSystemType: 'LUSTRE',
      StorageType: 'SSD',
      StorageCapacity: 2400,
      SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'],
      Tags: [
        { Key: 'team', Value: 'flag' },
        { Key: 'cost', Value: '7' },
        { Key: 'lustre.csi/cluster', Value: 'blue' },
        { Key: 'CSIVolumeName', Value: 'pvc-1' },
        { Key: 'lustre.csi/attempt', Value: '1' },
      ],
      LustreConfiguration: { DeploymentType: 'SCRATCH_1' },
    });
  });

  it('leaves security groups out where none are given', () => {
    expect(created({ ...subnet, securityGroupIds: '' }).SecurityGroupIds).toBeUndefined();
    expect(created({ ...subnet, securityGroupIds: 'sg-0aaaaaaa' }).SecurityGroupIds).toEqual(['sg-0aaaaaaa']);
  });

  it('sends no size for INTELLIGENT_TIERING, and keeps it in a tag', () => {
    const tiered = created({ ...subnet, storageType: 'INTELLIGENT_TIERING', throughputCapacity: '4000' });
    expect(tiered.StorageCapacity).toBeUndefined();
    expect(tiered.Tags).toContainEqual({
      Key: 'lustre.csi/requested-bytes',
      Value: String(2400n * 1024n ** 3n),
    });
    expect(JSON.parse(JSON.stringify(tiered.LustreConfiguration))).toEqual({
      DeploymentType: 'PERSISTENT_2',
      ThroughputCapacity: 4000,
      MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 6000 },
      DataReadCacheConfiguration: { SizingMode: 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY' },
    });
  });

  it('has every parameter in its place', () => {
    const full = created({
      ...subnet,
      deploymentType: 'PERSISTENT_1',
      storageType: 'HDD',
      perUnitStorageThroughput: '40',
      driveCacheType: 'READ',
      kmsKeyId: 'alias/mine',
      fileSystemTypeVersion: '2.15',
      dataCompressionType: 'LZ4',
      automaticBackupRetentionDays: '7',
      dailyAutomaticBackupStartTime: '05:00',
      copyTagsToBackups: 'true',
      weeklyMaintenanceStartTime: '7:03:00',
    });
    expect(full).toMatchObject({ StorageType: 'HDD', KmsKeyId: 'alias/mine', FileSystemTypeVersion: '2.15' });
    expect(JSON.parse(JSON.stringify(full.LustreConfiguration))).toEqual({
      DeploymentType: 'PERSISTENT_1',
      PerUnitStorageThroughput: 40,
      DriveCacheType: 'READ',
      DataCompressionType: 'LZ4',
      AutomaticBackupRetentionDays: 7,
      DailyAutomaticBackupStartTime: '05:00',
      CopyTagsToBackups: true,
      WeeklyMaintenanceStartTime: '7:03:00',
    });
    const s3 = { s3ImportPath: 's3://bucket/a', s3ExportPath: 's3://bucket/b', autoImportPolicy: 'NEW' };
    expect(created({ ...subnet, ...s3 }).LustreConfiguration).toMatchObject({
      ImportPath: 's3://bucket/a',
      ExportPath: 's3://bucket/b',
      AutoImportPolicy: 'NEW',
    });
  });

  it('has a token that depends on volume, cluster and attempt alone', () => {
    const token = tokenOf(subnet);
    expect(token).toMatch(/^[A-Za-z0-9_.-]{1,63}$/);
    expect(tokenOf({ ...subnet, deploymentType: 'SCRATCH_2' })).toBe(token);
    const others = [tokenOf(subnet, 2), tokenOf(subnet, 1, 'pvc-2'), tokenOf(subnet, 1, 'pvc-1', 'green')];
    expect(new Set([token, ...others]).size).toBe(4);
  });
});

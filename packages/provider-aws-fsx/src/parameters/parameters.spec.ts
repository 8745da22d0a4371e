import { describe, expect, it } from 'vitest';
import { fsxParameters, readParameters, type FsxParameters } from './parameters.js';

describe('readParameters', () => {
  it('reads every example of the reference', () => {
    const examples = Object.entries(fsxParameters).map(([name, { example }]) => [name, example] as const);
    const read = readParameters(Object.fromEntries(examples));
    const { tagTemplates, ...others } = read;
    expect([...Object.keys(others), 'tagSpecification_N'].sort()).toEqual(Object.keys(fsxParameters).sort());
    expect(tagTemplates).toHaveLength(1);
  });

  it('keeps the spelling of aws-fsx-csi-driver 1.9', () => {
    const spelling =
      'subnetId securityGroupIds autoImportPolicy s3ImportPath s3ExportPath deploymentType kmsKeyId ' +
      'perUnitStorageThroughput storageType driveCacheType automaticBackupRetentionDays ' +
      'dailyAutomaticBackupStartTime copyTagsToBackups dataCompressionType weeklyMaintenanceStartTime ' +
      'fileSystemTypeVersion extraTags efaEnabled metadataConfigurationMode metadataIops';
    expect(Object.keys(fsxParameters)).toEqual(expect.arrayContaining(spelling.split(' ')));
  });

  it.each<[Record<string, string>, FsxParameters]>([
    [{ securityGroupIds: 'sg-0aaaaaaa, sg-0bbbbbbb,' }, { securityGroupIds: ['sg-0aaaaaaa', 'sg-0bbbbbbb'] }],
    [{ extraTags: 'a=b=c,d=' }, { extraTags: { a: 'b=c', d: '' } }],
    [
      { efaEnabled: 'T', copyTagsToBackups: '0' },
      { efaEnabled: true, copyTagsToBackups: false },
    ],
    [{ automaticBackupRetentionDays: '0' }, { automaticBackupRetentionDays: 0 }],
    [{ securityGroupIds: '', kmsKeyId: '', extraTags: '', metadataIops: '', tagSpecification_1: '' }, {}],
    [
      {
        metadataIops: '0',
        perUnitStorageThroughput: '0',
        throughputCapacity: '0',
        dataReadCacheSizeGiB: '0',
      },
      {},
    ],
  ])('%o', (given, expected) => {
    expect(readParameters(given)).toEqual(expected);
  });

  it.each<[Record<string, string>, string]>([
    [{ subnetID: 'subnet-0aaaaaaa' }, 'knows no parameter "subnetID"; did you mean "subnetId"?'],
    [
      { tags: 'a=b', colour: 'red' },
      '2 faults: (1) fsx.csi.aws.com knows no parameter "tags"; write "extraTags"',
    ],
    [{ fileSystemId: 'fs-0123abcd' }, 'it needs "provisioningMode": "directory"'],
    [{ storageCapacity: '1200' }, 'the size belongs in the claim'],
    [{ colour: '' }, 'fsx.csi.aws.com knows no parameter "colour"'],
    [{ subnetId: 'subnet-1' }, '"subnetId" is "subnet-1"; legal: one subnet id'],
    [{ securityGroupIds: 'sg-0aaaaaaa,default' }, '"securityGroupIds"'],
    [{ efaEnabled: 'yes' }, '"efaEnabled" is "yes" (not a boolean); legal: true or false'],
    [{ automaticBackupRetentionDays: '91' }, 'a whole number from 0 to 90'],
    [{ dailyAutomaticBackupStartTime: '24:00' }, 'HH:MM'],
    [{ weeklyMaintenanceStartTime: '0:03:00' }, 'D:HH:MM'],
    [{ s3ImportPath: 'https://bucket' }, 's3://BUCKET'],
    [{ fileSystemTypeVersion: '2.14' }, '2.10, 2.12, 2.15'],
    [{ extraTags: 'team' }, '("team" has no "=" between key and value)'],
    [{ extraTags: 'CSIVolumeName=mine' }, 'is reserved: the driver'],
    [
      { tagSpecification_1: 'a={{ .PVC }}' },
      'unknown here: write {{ .PVCName }}; known are {{ .PVCName }}, {{ .PVCNamespace }}, {{ .PVName }}',
    ],
    [
      { tagSpecification_1: 'a=${pvc.namespace}' },
      '"${pvc.namespace}" is unknown here: write {{ .PVCNamespace }};',
    ],
    [{ tagSpecification_1: 'a=%s' }, '"%s" looks like a placeholder, but is unknown'],
    [{ tagSpecification_1: 'a' }, '"tagSpecification_1" is "a" (no "=" between key and value)'],
    [{ tagSpecification_x: 'a=b' }, 'knows no parameter "tagSpecification_x"'],
    [{ rootSquash: '65534' }, 'legal: UID:GID'],
    [{ rootSquash: '4294967295:0' }, 'greater than 4294967294'],
    [{ noSquashNids: '10.0.0.1' }, '"noSquashNids"'],
    [{ logDestination: 'arn:aws:logs:us-west-2:111122223333:log-group:mine' }, 'begins with /aws/fsx'],
    [{ finalBackupTags: `${'k'.repeat(101)}=v` }, 'at most 100 characters here'],
    [{ mountEndpoint: 'IP' }, 'dns, ip'],
    [{ subnetIds: 'subnet-0aaaaaaa;subnet-0bbbbbbb' }, 'separated by commas'],
    [{ dataRepositoryAssociations: '{}' }, 'not a list'],
  ])('refuses %o', (given, words) => {
    expect(() => readParameters(given)).toThrow(words);
  });

  it('echoes of a list of associations only what is wrong with it', () => {
    const associations = Array.from({ length: 8 }, (_, index) => ({
      fileSystemPath: index === 3 ? 'wrong' : `/path-${index}`,
      dataRepositoryPath: `s3://bucket-${index}`,
    }));
    const given = { dataRepositoryAssociations: JSON.stringify(associations) };
    expect(() => readParameters(given)).toThrow(
      /^parameter "dataRepositoryAssociations": "fileSystemPath" of entry 4 must be a path .* it is "wrong"; legal: /,
    );
    expect(() => readParameters(given)).not.toThrow('bucket-1');
  });
});

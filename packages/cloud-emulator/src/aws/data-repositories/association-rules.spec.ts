import { describe, expect, it } from 'vitest';
import type { WireFileSystem } from '../file-systems/wire-file-system.js';
import { checkAssociation, overlap } from './association-rules.js';
import type { CreateAssociationRequest } from './repository-shapes.js';
import type { WireAssociation } from './repository-wire.js';

type Present = Partial<WireFileSystem['LustreConfiguration']>;

const fileSystem = (lustre: Present = {}, more: Partial<WireFileSystem> = {}): WireFileSystem => ({
  OwnerId: '111122223333',
  CreationTime: 0,
  FileSystemId: 'fs-0e0c30b4b41a1fd69',
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
  FileSystemTypeVersion: '2.15',
  ...more,
  LustreConfiguration: { DeploymentType: 'PERSISTENT_2', MountName: 'abc', ...lustre },
});

const link = (FileSystemPath: string, DataRepositoryPath: string): WireAssociation => ({
  AssociationId: 'dra-1',
  ResourceARN: '',
  FileSystemId: 'fs-0e0c30b4b41a1fd69',
  Lifecycle: 'AVAILABLE',
  FileSystemPath,
  DataRepositoryPath,
  BatchImportMetaDataOnCreate: false,
  ImportedFileChunkSize: 1024,
  Tags: [],
  CreationTime: 0,
});

const request = (
  FileSystemPath: string | undefined,
  DataRepositoryPath = 's3://new',
): CreateAssociationRequest => ({
  FileSystemId: 'fs-0e0c30b4b41a1fd69',
  FileSystemPath,
  DataRepositoryPath,
});

describe('checkAssociation accepts', () => {
  it.each<[string, WireFileSystem, readonly WireAssociation[], CreateAssociationRequest]>([
    ['the root as the only path', fileSystem(), [], request('/')],
    ['Lustre 2.12', fileSystem({}, { FileSystemTypeVersion: '2.12' }), [], request('/ns1')],
    ['SCRATCH_2', fileSystem({ DeploymentType: 'SCRATCH_2' }), [], request('/ns1/')],
    ['while it is updated', fileSystem({}, { Lifecycle: 'UPDATING' }), [], request('/ns1')],
    [
      'names that only begin alike',
      fileSystem(),
      [link('/ns1', 's3://bucket/one')],
      request('/ns10', 's3://bucket/ones'),
    ],
    [
      'the eighth',
      fileSystem(),
      Array.from({ length: 7 }, (_, index) => link(`/ns${index}`, `s3://bucket/${index}`)),
      request('/ns7', 's3://bucket/7'),
    ],
  ])('%s', (_name, present, links, asked) => {
    expect(() => checkAssociation({ fileSystem: present, present: links }, asked)).not.toThrow();
  });
});

const linked = [link('/ns1/', 's3://bucket/one/')];
const rooted = [link('/', 's3://bucket/one/')];
const eight = Array.from({ length: 8 }, (_, index) => link(`/ns${index}`, `s3://bucket/${index}`));
const legacy = {
  DataRepositoryConfiguration: {
    Lifecycle: 'AVAILABLE',
    ImportPath: 's3://b',
    ExportPath: 's3://b/x',
    ImportedFileChunkSize: 1024,
    AutoImportPolicy: 'NONE',
  },
} as const;
const twice = { AutoImportPolicy: { Events: ['NEW', 'NEW'] } } as const;

describe('checkAssociation refuses', () => {
  it.each<[string, WireFileSystem, readonly WireAssociation[], CreateAssociationRequest, string, RegExp]>([
    [
      'SCRATCH_1',
      fileSystem({ DeploymentType: 'SCRATCH_1' }),
      [],
      request('/'),
      'UnsupportedOperation',
      /SCRATCH_1/,
    ],
    [
      'INTELLIGENT_TIERING',
      fileSystem({}, { StorageType: 'INTELLIGENT_TIERING' }),
      [],
      request('/'),
      'UnsupportedOperation',
      /TIERING/,
    ],
    [
      'Lustre 2.10',
      fileSystem({}, { FileSystemTypeVersion: '2.10' }),
      [],
      request('/'),
      'UnsupportedOperation',
      /2\.12 or newer/,
    ],
    ['in CREATING', fileSystem({}, { Lifecycle: 'CREATING' }), [], request('/'), 'BadRequest', /CREATING/],
    ['the older link', fileSystem(legacy), [], request('/'), 'BadRequest', /ImportPath/],
    [
      'automatic backups',
      fileSystem({ AutomaticBackupRetentionDays: 7 }),
      [],
      request('/'),
      'IncompatibleParameterError',
      /Set AutomaticBackupRetentionDays to 0/,
    ],
    ['no path', fileSystem(), [], request(undefined), 'BadRequest', /FileSystemPath is required/],
    ['a relative path', fileSystem(), [], request('ns1'), 'BadRequest', /forward slash/],
    ['another store', fileSystem(), [], request('/', 'nfs://host/x'), 'BadRequest', /must be an S3 bucket/],
    ['an event twice', fileSystem(), [], { ...request('/'), S3: twice }, 'BadRequest', /twice/],
    ['a ninth', fileSystem(), eight, request('/ns8', 's3://bucket/8'), 'BadRequest', /maximum number of 8/],
    ['a path below', fileSystem(), linked, request('/ns1/sub'), 'BadRequest', /\/ns1\/sub overlaps \/ns1\//],
    ['the same path', fileSystem(), linked, request('/ns1'), 'BadRequest', /overlaps/],
    ['anything beside the root', fileSystem(), rooted, request('/ns2'), 'BadRequest', /overlaps \/ /],
    ['the root beside anything', fileSystem(), linked, request('/'), 'BadRequest', /overlaps/],
    [
      'a prefix above',
      fileSystem(),
      linked,
      request('/ns2', 's3://bucket'),
      'BadRequest',
      /s3:\/\/bucket overlaps/,
    ],
  ])('%s', (_name, present, links, asked, code, message) => {
    const check = (): void => checkAssociation({ fileSystem: present, present: links }, asked);
    expect(check).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });
});

describe('overlap', () => {
  it.each([
    ['/', '/a', true],
    ['/a', '/a/', true],
    ['/a/b', '/a', true],
    ['/a', '/ab', false],
    ['s3://bucket', 's3://bucket/x/', true],
    ['s3://bucket', 's3://bucket2', false],
  ])('of %s and %s: %s', (one, other, expected) => {
    expect(overlap(one, other)).toBe(expected);
    expect(overlap(other, one)).toBe(expected);
  });
});

import type { AdministrativeAction, FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import { DriverError, type ErrorKind } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { aimsOf, describeUpdate, explainRefusal, refuseRecentFailure } from './administrative-actions.js';

const now = Date.UTC(2026, 0, 1, 12);
const minutesAgo = (minutes: number): Date => new Date(now - minutes * 60_000);

const update = (change: Partial<AdministrativeAction>): AdministrativeAction => ({
  AdministrativeActionType: 'FILE_SYSTEM_UPDATE',
  RequestTime: minutesAgo(60),
  Status: 'COMPLETED',
  TargetFileSystemValues: { StorageCapacity: 2400 },
  ...change,
});
const compression = { LustreConfiguration: { DataCompressionType: 'LZ4' as const } };
const optimization: AdministrativeAction = {
  AdministrativeActionType: 'STORAGE_OPTIMIZATION',
  Status: 'IN_PROGRESS',
  ProgressPercent: 30,
};
const fileSystem = (
  actions: readonly AdministrativeAction[],
  change: Partial<SdkFileSystem> = {},
): SdkFileSystem => ({
  FileSystemId: 'fs-0123456789abcdef0',
  Lifecycle: 'AVAILABLE',
  AdministrativeActions: [...actions],
  ...change,
});
const failed = update({ Status: 'FAILED', FailureDetails: { Message: 'No servers left.' } });
const old = { RequestTime: minutesAgo(361) };

describe('explainRefusal', () => {
  it.each<[string, SdkFileSystem, string[], ErrorKind, string]>([
    [
      'another update is under way',
      fileSystem([update({ Status: 'IN_PROGRESS', TargetFileSystemValues: compression })]),
      ['StorageCapacity'],
      'aborted',
      'FILE_SYSTEM_UPDATE of DataCompressionType is IN_PROGRESS',
    ],
    [
      'the last of its kind was an hour ago',
      fileSystem([update({})]),
      ['StorageCapacity'],
      'unavailable',
      'the next is allowed from 2026-01-01T17:00:00.000Z',
    ],
    [
      'the last of its kind failed, an hour ago',
      fileSystem([failed]),
      ['StorageCapacity'],
      'unavailable',
      'The previous one failed: No servers left',
    ],
    [
      'storage is still optimized after the pause',
      fileSystem([update(old), optimization]),
      ['PerUnitStorageThroughput'],
      'aborted',
      'still optimizes the storage',
    ],
    ['the pause is over', fileSystem([update(old)]), ['StorageCapacity'], 'invalid-argument', 'refused'],
    [
      'the pause is that of another kind',
      fileSystem([update({})]),
      ['MetadataConfiguration'],
      'invalid-argument',
      'refused',
    ],
    [
      'what it changes knows no pause',
      fileSystem([update({ TargetFileSystemValues: compression }), optimization]),
      ['DataCompressionType'],
      'invalid-argument',
      'refused',
    ],
    [
      'the file system is out of order',
      fileSystem([], { Lifecycle: 'MISCONFIGURED', FailureDetails: { Message: 'The key is gone.' } }),
      ['DataCompressionType'],
      'unavailable',
      'is MISCONFIGURED (The key is gone.), and FSx updates only file systems that are AVAILABLE',
    ],
    [
      'it is being created',
      fileSystem([], { Lifecycle: 'CREATING' }),
      ['StorageCapacity'],
      'unavailable',
      'is CREATING, and',
    ],
  ])('%s', (_name, found, aims, kind, words) => {
    const refusal = new DriverError('invalid-argument', 'refused');
    const explained = explainRefusal(refusal, found, { aims, now }) as DriverError;
    expect(explained.kind).toBe(kind);
    expect(explained.message).toContain(words);
    expect(explained.message).toContain('refused');
  });

  it('leaves other errors alone', () => {
    const error = new DriverError('permission-denied', 'no');
    expect(explainRefusal(error, fileSystem([failed]), { aims: ['StorageCapacity'], now })).toBe(error);
  });
});

describe('refuseRecentFailure', () => {
  it('reports the reason and the time of the next attempt', () => {
    const recent = fileSystem([{ ...failed, RequestTime: minutesAgo(1) }]);
    expect(() => refuseRecentFailure(recent, { aims: ['StorageCapacity'], now })).toThrow(
      /of StorageCapacity of file system fs-0123456789abcdef0 has failed: No servers left\. .*from 2026-01-01T12:09:00/,
    );
  });

  it.each<[string, AdministrativeAction[], string[]]>([
    ['nothing was tried', [], ['StorageCapacity']],
    ['it was long ago', [{ ...failed, RequestTime: minutesAgo(10) }], ['StorageCapacity']],
    ['FSx does not report when', [{ ...failed, RequestTime: undefined }], ['StorageCapacity']],
    ['something else failed', [{ ...failed, RequestTime: minutesAgo(1) }], ['MetadataConfiguration']],
    [
      'it has come about since',
      [update({ RequestTime: minutesAgo(1) }), { ...failed, RequestTime: minutesAgo(2) }],
      ['StorageCapacity'],
    ],
  ])('says nothing where %s', (_name, actions, aims) => {
    expect(() => refuseRecentFailure(fileSystem(actions), { aims, now })).not.toThrow();
  });
});

describe('describeUpdate', () => {
  it('names what changes and how far it is', () => {
    const running = update({
      Status: 'IN_PROGRESS',
      TargetFileSystemValues: { StorageCapacity: 2400, ...compression },
    });
    expect(aimsOf(running)).toEqual(['StorageCapacity', 'DataCompressionType']);
    expect(describeUpdate(fileSystem([running, optimization]), running)).toBe(
      'FILE_SYSTEM_UPDATE of StorageCapacity, DataCompressionType is IN_PROGRESS, 30 % done',
    );
  });
});

import type { Backup } from '@aws-sdk/client-fsx';
import { describe, expect, it } from 'vitest';
import { refuseAfterFailedBackup } from './final-backup-failure.js';

describe('refuseAfterFailedBackup', () => {
  const now = Date.UTC(2026, 0, 1);
  const backup = (change: Partial<Backup>): Backup => ({
    BackupId: 'backup-0123456789abcdef0',
    Lifecycle: 'FAILED',
    Type: 'USER_INITIATED',
    CreationTime: new Date(now - 60_000),
    ProgressPercent: 0,
    FileSystem: undefined,
    ...change,
  });

  it.each<[string, Backup[], boolean]>([
    ['none', [], false],
    ['one that failed a minute ago', [backup({})], true],
    ['one that failed ten minutes ago', [backup({ CreationTime: new Date(now - 600_000) })], false],
    ['one that succeeded', [backup({ Lifecycle: 'AVAILABLE' })], false],
    ['an automatic one', [backup({ Type: 'AUTOMATIC' })], false],
    ['a snapshot', [backup({ Tags: [{ Key: 'lustre.csi/snapshot-name', Value: 's' }] })], false],
    ['one of an unknown time', [backup({ CreationTime: undefined })], false],
  ])('after %s', (_name, backups, refused) => {
    const check = (): void => refuseAfterFailedBackup('fs-0123456789abcdef0', backups, now);
    if (refused) expect(check).toThrow('retried from 2026-01-01T00:09:00.000Z');
    else expect(check).not.toThrow();
  });
});

import { expect, it } from 'vitest';
import type { CommandResult } from '../process/command.js';
import type { TargetChildren } from '../process/target-children.js';
import { formatDirectoryHandle } from './directory-handle.js';
import { DirectoryUsage } from './directory-usage.js';

const volumeId = formatDirectoryHandle({ parent: 'fs-1', base: [], key: '0'.repeat(32), projectId: 123456 });
const whole = {
  bytes: { total: 1000_000n, used: 900_000n, available: 100_000n },
  inodes: { total: 50n, used: 40n, available: 10n },
};

function measureWith(result: Partial<CommandResult>): ReturnType<DirectoryUsage['measure']> {
  const run = async (): Promise<CommandResult> => ({
    pid: 1,
    exitCode: 0,
    signal: null,
    stdout: '',
    stderr: '',
    ...result,
  });
  return new DirectoryUsage({ children: { run } as unknown as TargetChildren }).measure(
    volumeId,
    '/mnt',
    whole,
  );
}

it('reads the output of clients that add the default settings', async () => {
  const stdout =
    '           /mnt       8       0      40       -       2       0       0       -\n' +
    'pid 123456 is using default block quota setting\npid 123456 is using default file quota setting\n';
  expect((await measureWith({ stdout })).bytes).toEqual({ total: 40960n, used: 8192n, available: 32768n });
});

it('gives the words of lfs on stdout where a server is dead, and no number that lacks its part', async () => {
  const stdout =
    '         /mnt/c     [0]       0       0       -       0       0       0       - \n' +
    'Some errors happened when getting quota info. Some devices may be not working or deactivated. The data in "[]" is inaccurate.\n';
  await expect(measureWith({ exitCode: 5, stdout })).rejects.toThrow(/Some devices may be not working/);
  await expect(measureWith({ stdout })).rejects.toThrow(/not all servers have reported/);
});

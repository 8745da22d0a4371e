import { expect, it } from 'vitest';
import type { CommandResult } from '../process/command.js';
import type { TargetChildren } from '../process/target-children.js';
import { formatDirectoryHandle } from './directory-handle.js';
import { DirectoryUsage, unenforcedLimit } from './directory-usage.js';

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

const MIB = 1024n * 1024n;
const none = { usedBytes: 0n, limitBytes: 0n, usedInodes: 0n, limitInodes: 0n };

it.each([
  ['nothing is limited', { ...none, usedBytes: 2n ** 50n, usedInodes: 2n ** 30n }],
  ['a limit of 32 MiB, as enforced', { ...none, usedBytes: 41n * MIB, limitBytes: 32n * MIB }],
  ['a limit of 64 MiB, as enforced', { ...none, usedBytes: 82n * MIB, limitBytes: 64n * MIB }],
  ['a large limit, as enforced', { ...none, usedBytes: 1100n * MIB, limitBytes: 1024n * MIB }],
  ['few inodes too many', { ...none, usedInodes: 1100n, limitInodes: 100n }],
])('finds no fault where %s', (_, usage) => expect(unenforcedLimit(usage)).toBeUndefined());

it.each([
  [{ ...none, usedBytes: 97n * MIB, limitBytes: 32n * MIB }, `uses ${97n * MIB} bytes of ${32n * MIB}, more`],
  [{ ...none, usedBytes: 1281n * MIB, limitBytes: 1024n * MIB }, 'do not enforce limits of projects'],
  [{ ...none, usedInodes: 2000n, limitInodes: 100n }, 'uses 2000 inodes of 100, more'],
])('warns where more is used than enforcement allows: %o', (usage, words) => {
  expect(unenforcedLimit(usage)).toContain(words);
});

it('reports a limit that is not enforced, beside the numbers', async () => {
  const stdout = '           /mnt  2000000  0  1000000  -  2  0  0  -\n';
  const { bytes, warning } = await measureWith({ stdout });
  expect(bytes).toEqual({ total: 1024000000n, used: 2048000000n, available: 0n });
  expect(warning).toContain('lctl set_param -P osd-*.*.quota_slave.enabled=ugp');
  const enforced = await measureWith({ stdout: stdout.replace('2000000', '900000') });
  expect(enforced).not.toHaveProperty('warning');
});

import { describe, expect, it } from 'vitest';
import { ownUsage } from '../directory-usage.js';
import { isUnusedProject, liftQuotaArguments, parseQuotaReport, setQuotaArguments } from './project-quota.js';

const KIBI = 1024n;
const usesDefaults = (id: number): string =>
  `pid ${id} is using default block quota setting\npid ${id} is using default file quota setting\n`;
const partialHint =
  'Some errors happened when getting quota info. Some devices may be not working or deactivated. The data in "[]" is inaccurate.\n';
const longMount = '/run/lustre-csi/controller/mounts/3fa7d840a244573a48d8b52119df011a';

/** Printed use, limit and inodes, then the marks. */
interface Row {
  readonly lfs: string;
  readonly text: string;
  /** KiB used, KiB allowed, inodes used. */
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly marks?: Partial<Record<'areBytesPartial' | 'areInodesPartial' | 'hasDefaultLimits', boolean>>;
}

const rows: readonly Row[] = [
  {
    lfs: '2.12 to 2.15, an id without a record',
    text: `           /mnt       0       0       0       -       0       0       0       -\n${usesDefaults(123456)}`,
    numbers: [0n, 0n, 0n],
    marks: { hasDefaultLimits: true },
  },
  {
    lfs: '2.15.8, an id without a record, a long mount point',
    text: `${longMount}\n                      0       0       0       -       0       0       0       -\n${usesDefaults(154528)}`,
    numbers: [0n, 0n, 0n],
    marks: { hasDefaultLimits: true },
  },
  {
    lfs: '2.15, a limit was set',
    text: '      /mnt/l    1024       0   10240       -       3       0       0       -\n',
    numbers: [1024n, 10240n, 3n],
  },
  {
    lfs: '2.15 with headings',
    text:
      'Disk quotas for prj 100000 (pid 100000):\n' +
      '     Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace\n' +
      '           /mnt       4       0   65536       -       1       0       0       -\n',
    numbers: [4n, 65536n, 1n],
  },
  {
    lfs: '2.17 with headings, stars on both',
    text:
      'Disk quotas for prj <unknown> (pid 103063):\n' +
      '     Filesystem  kbytes  bquota  blimit  bgrace   files  iquota  ilimit  igrace\n' +
      '           /mnt  99332*       0   65536       -      5*       0       0       -\n',
    numbers: [99332n, 65536n, 5n],
  },
  {
    lfs: '2.17, a dead OST (exit status 5)',
    text: `         /mnt/c     [0]       0       0       -       0       0       0       - \n${partialHint}`,
    numbers: [0n, 0n, 0n],
    marks: { areBytesPartial: true },
  },
  {
    lfs: '2.15, a long mount point and a dead OST',
    text: `${longMount}\n     [8]*       0    4096       -     [2]       0       0       -\n${partialHint}`,
    numbers: [8n, 4096n, 2n],
    marks: { areBytesPartial: true, areInodesPartial: true },
  },
  {
    lfs: '2.15, beyond a soft limit, in its grace period',
    text: '/m 20480* 10240 0 6d23h59m50s 9 0 0 -',
    numbers: [20480n, 10240n, 9n],
  },
  {
    lfs: '2.15, after the grace period',
    text: '/m 20480* 10240 0 none 9 0 0 -',
    numbers: [20480n, 10240n, 9n],
  },
  {
    lfs: 'a mount point with spaces and digits',
    text: '/mnt/a 1 2 3 4 5 4 0 0 - 1 0 0 -',
    numbers: [4n, 0n, 1n],
  },
];

describe('the report of lfs quota', () => {
  it.each(rows)('is read: $lfs', ({ text, numbers: [usedKib, limitKib, usedInodes], marks }) => {
    expect(parseQuotaReport(text)).toEqual({
      usedBytes: usedKib * KIBI,
      limitBytes: limitKib * KIBI,
      usedInodes,
      limitInodes: 0n,
      areBytesPartial: false,
      areInodesPartial: false,
      hasDefaultLimits: false,
      ...marks,
    });
  });

  it.each(['', 'quotas are not enabled.', '/m 4 0 0 - 1 0 0', usesDefaults(7), partialHint])(
    'is refused if it is something else: %j',
    (text) => {
      expect(() => parseQuotaReport(text)).toThrow('lfs quota printed');
    },
  );
});

describe('a project', () => {
  it.each([
    ['without use and limits', '/m 0 0 0 - 0 0 0 -', true],
    ['whose limits are the default of the file system', `/m 0 0 4096 - 0 0 0 -\n${usesDefaults(7)}`, true],
    ['with a limit', '/m 0 0 4096 - 0 0 0 -', false],
    ['with files', '/m 0 0 0 - 1 0 0 -', false],
    // Each object of a file on an OST belongs to an inode on an MDT.
    ['without inodes, where an OST does not report', '/m [0] 0 0 - 0 0 0 -', true],
    ['where an MDT does not report', '/m [0] 0 0 - [0] 0 0 -', undefined],
    ['with files, where an MDT does not report', '/m [0] 0 0 - [1] 0 0 -', false],
  ])('%s is unused: %#', (_, text, isUnused) => {
    expect(isUnusedProject(parseQuotaReport(text))).toBe(isUnused);
  });
});
it('sets limits in KiB, rounded up', () => {
  expect(setQuotaArguments(7, 'hard', 1025n).join(' ')).toBe('setquota -p 7 -b 0 -B 2 -i 0 -I 0');
  expect(setQuotaArguments(7, 'soft', 4096n).join(' ')).toBe('setquota -p 7 -b 4 -B 0 -i 0 -I 0');
  expect(liftQuotaArguments(7).join(' ')).toBe('setquota -p 7 -b 0 -B 0 -i 0 -I 0');
});

describe('the usage of a directory', () => {
  const whole = {
    bytes: { total: 1000n, used: 900n, available: 100n },
    inodes: { total: 50n, used: 40n, available: 10n },
  };

  it.each([
    ['under its limit', 20n, 60n, { total: 60n, used: 20n, available: 40n }],
    ['beyond its limit', 80n, 60n, { total: 60n, used: 80n, available: 0n }],
    ['on a file system that has less left', 20n, 500n, { total: 500n, used: 20n, available: 100n }],
    ['without a limit', 20n, 0n, { total: 1000n, used: 20n, available: 100n }],
  ])('%s', (_, usedBytes, limitBytes, bytes) => {
    const own = ownUsage({ usedBytes, limitBytes, usedInodes: 3n, limitInodes: 0n }, whole);
    expect(own).toEqual({ bytes, inodes: { total: 50n, used: 3n, available: 10n } });
  });
});

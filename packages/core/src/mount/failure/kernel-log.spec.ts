import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandRunner } from '../../process/command.js';
import { KernelLog } from './kernel-log.js';
import { lustreLinesSince, quoteLines } from './kernel-log-lines.js';

const error =
  'LustreError: 4711:0:(mgc_request.c:249:do_config_log_add()) MGC10.9.0.1@tcp: failed processing log: rc = -2';
const other =
  'LustreError: 11-0: other-MDT0000-mdc-ff1100: operation mds_connect to node 10.9.0.7@tcp failed: rc = -11';
const plain = 'Lustre: Mounted lfs-client';
const record = (time: number, text: string, flags = '-'): string =>
  `3,900,${time},${flags};${text}\n SUBSYSTEM=x`;

describe('lustreLinesSince', () => {
  it('finds the lines of Lustre and LNet since a time, and no others', () => {
    const log = [
      record(1_000, other),
      record(5_000, error),
      record(5_001, 'EXT4-fs error: Lustre: is not the beginning'),
      record(5_002, 'LNetError: peer 10.9.0.1@o2ib has no available nets', 'c,caller=T4711'),
      'not a record',
      record(6_000, plain),
    ].join('\n');
    const lnet = 'LNetError: peer 10.9.0.1@o2ib has no available nets';
    expect(lustreLinesSince(log, 5_000)).toEqual([error, lnet, plain]);
    expect(lustreLinesSince(log, 6_001)).toEqual([]);
  });
});

describe('quoteLines', () => {
  const short = '"LustreError: MGC10.9.0.1@tcp: failed processing log: rc = -2"';

  it.each([
    ['prefers the file system to others', [error, other], ['10.9.0.1'], short],
    ['prefers errors', [error, plain], [], short],
    ['quotes what there is', [plain], ['10.9.0.1'], '"Lustre: Mounted lfs-client"'],
    ['repeats no line', [error, error, error], ['10.9.0.1'], short],
    ['quotes nothing', [], ['10.9.0.1'], undefined],
  ])('%s', (_, lines, words, expected) => {
    expect(quoteLines(lines, words)).toBe(expected);
  });

  it('is bounded', () => {
    const lines = Array.from({ length: 50 }, (_, n) => `LustreError: ${n} ${'x'.repeat(9_000)}`);
    expect(quoteLines(lines, [])?.length).toBeLessThan(340);
  });
});

describe('KernelLog', () => {
  let directory: string;
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'kernel-log-'))));
  afterAll(() => rm(directory, { recursive: true }));

  it('reads the log in a child, by the clock of the kernel', async () => {
    const path = join(directory, 'kmsg');
    const now = Number(process.hrtime.bigint() / 1_000n);
    await writeFile(path, [record(now - 60_000_000, other), record(now - 2_000_000, error)].join('\n'));
    const log = new KernelLog({ runner: new CommandRunner(), path });
    expect(await log.quote(5_000, [])).toContain('failed processing log');
    expect(await log.quote(5_000, ['10.9.0.7'])).not.toContain('mds_connect');
    expect(await log.quote(120_000, ['10.9.0.7'])).toContain('mds_connect');
  });

  it('does without a log that cannot be read', async () => {
    const log = new KernelLog({ runner: new CommandRunner(), path: join(directory, 'missing') });
    expect(await log.quote(5_000, [])).toBeUndefined();
  });
});

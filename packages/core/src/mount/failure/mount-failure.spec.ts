import { describe, expect, it } from 'vitest';
import { systemCallError } from '../../process/system-calls.js';
import { ChangeFailure } from './change-failure.js';
import { explainCallFailure, explainMountFailure, isNotMounted, killedFromOutside } from './mount-failure.js';

const source = '127.0.0.4@tcp:/lustrefs';
const explain = (exitCode: number | null, stderr: string) =>
  explainMountFailure({ exitCode, stderr, source, target: '/t', kernel: '6.1.0-aws' });
const helper = (words: string) => `mount.lustre: mount ${source} at /t failed: ${words}\n`;

describe('explainMountFailure', () => {
  it.each([
    [19, helper('No such device') + 'Are the lustre modules loaded?', 'failed-precondition', '6.1.0-aws'],
    [32, "mount: /t: unknown filesystem type 'lustre'.", 'failed-precondition', 'lustre-client packages'],
    [
      2,
      helper('No such file or directory') + 'Is the MGS specification correct?',
      'not-found',
      'sub-directory',
    ],
    [32, 'mount: /t: mount point does not exist.', 'unavailable', 'recreates it'],
    [5, helper('Input/output error') + 'Is the MGS running?', 'unavailable', 'TCP 988'],
    [110, helper('Connection timed out'), 'unavailable', 'routing'],
    [22, helper('Invalid argument') + 'This may have multiple causes.', 'invalid-argument', 'mountOptions'],
    [22, "mount.lustre: Can't parse NID 'no.where@tcp:/x'\nusage: mount.lustre", 'unavailable', 'DNS'],
    [123, helper('No medium found'), 'unavailable', 'still being built'],
    [16, helper('Device or resource busy'), 'aborted', 'another mount operation'],
    [17, helper('File exists'), 'unavailable', 'it is tried again'],
    [7, helper('Argument list too long'), 'invalid-argument', 'shorten'],
    [1, helper('Operation not permitted'), 'permission-denied', 'CAP_SYS_ADMIN'],
    [1, 'mount: /t: must be superuser to use mount.', 'permission-denied', 'privileged'],
    [13, helper('Permission denied'), 'permission-denied', 'nodemap'],
    [114, helper('Operation already in progress'), 'internal', 'server targets'],
    [5, '', 'unavailable', 'it printed nothing'],
    [77, 'mount: strange', 'unavailable', 'dmesg'],
    [null, '', 'unavailable', 'killed by a signal'],
  ])('status %s, %j: %s, naming %s', (exitCode, stderr, kind, words) => {
    const error = explain(exitCode, stderr);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(words);
    expect(error.message).toContain(`mount -t lustre ${source} /t failed`);
  });

  it('prefers the output to the status, and quotes it in one line', () => {
    const error = explain(32, helper('Input/output error') + 'Is the MGS running?\n');
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('failed: Input/output error; the management server');
  });
});

/** Usage text of mount.lustre. */
const usage =
  '\n\nThis mount helper should only be invoked via the mount (8) command,\ne.g. mount -t lustre dev dir\n\n' +
  `usage: mount.lustre [-fhnvV] [-o <mntopt>] <device> <mountpt>\n${'\t<option>: its meaning\n'.repeat(40)}`;

describe('explainMountFailure, by the request', () => {
  const explainOf = (from: string, exitCode: number, words: string) =>
    explainMountFailure({
      ...{ exitCode, source: from, target: '/t', kernel: '6.1.0' },
      stderr: `mount.lustre: mount ${from} at /t failed: ${words}`,
    });
  const tcp = '10.9.0.1@tcp:/lfs';
  const o2ib = '10.9.0.1@o2ib:/lfs';

  // Statuses and texts of clients of 2.15 and 2.17.
  it.each([
    [tcp, 36, 'File name too long', 'invalid-argument', '8 characters'],
    [`${tcp}/team/file`, 20, 'Not a directory', 'failed-precondition', 'is a file'],
    [tcp, 108, 'Cannot send after transport endpoint shutdown', 'unavailable', 'closed the connection'],
    [tcp, 113, 'No route to host', 'unavailable', 'route tables'],
    [tcp, 100, 'Network is down', 'unavailable', 'lnetctl net show'],
    [tcp, 12, 'Cannot allocate memory', 'unavailable', 'out of memory'],
    [
      o2ib,
      22,
      'Invalid argument\nThis may have multiple causes.',
      'unavailable',
      'no interface on the network o2ib',
    ],
    [o2ib, 2, 'No such file or directory', 'not-found', 'no interface on the network o2ib'],
    [
      `${tcp}/link`,
      22,
      'Invalid argument\nThis may have multiple causes.',
      'failed-precondition',
      'symbolic link',
    ],
    [tcp, 22, 'Invalid argument\nThis may have multiple causes.', 'invalid-argument', 'mountOptions'],
  ])('%s, status %i (%s): %s, naming %s', (from, exitCode, words, kind, advice) => {
    const error = explainOf(from, exitCode, words);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(advice);
    expect(error.message).not.toContain('multiple causes');
  });

  it.each([
    [
      "mount.lustre: Can't parse NID '10.9.0.1@bogus:/lfs'",
      '10.9.0.1@bogus:/lfs',
      'invalid-argument',
      'LNet network',
    ],
    [
      "Unsupported NID 'nohost.invalid@tcp': rc = Unknown error -22.\nmount.lustre: Can't parse NID 'nohost.invalid@tcp'",
      'nohost.invalid@tcp:/lfs',
      'unavailable',
      'DNS',
    ],
  ])('%s is explained without the usage text', (text, from, kind, advice) => {
    const stderr = `${text}${usage}`;
    const error = explainMountFailure({ exitCode: 22, stderr, source: from, target: '/t', kernel: '6.1.0' });
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(advice);
    expect(error.message).toContain("Can't parse NID");
    expect(error.message).not.toMatch(/usage|mount helper/);
    expect(error.message.length).toBeLessThan(600);
  });

  it('quotes the kernel’s log beside the status', () => {
    const kernelLog = '"LNetError: peer 10.9.0.1@o2ib has no available nets"';
    const failed = {
      exitCode: 22,
      stderr: 'failed: Invalid argument',
      source: o2ib,
      target: '/t',
      kernel: '6.1.0',
    };
    expect(explainMountFailure({ ...failed, kernelLog }).message).toContain(
      `failed: Invalid argument (kernel log: ${kernelLog}); the node's LNet`,
    );
  });
});

describe('explainCallFailure', () => {
  it.each([
    [
      16,
      'failed-precondition',
      'busy',
      'umount /t failed (EBUSY): target is busy; a process of the node still works',
      'fuser',
    ],
    [1, 'permission-denied', 'EPERM', 'umount /t failed (EPERM): operation not permitted', 'CAP_SYS_ADMIN'],
    [13, 'permission-denied', 'EACCES', 'umount /t failed (EACCES): permission denied', 'CAP_SYS_ADMIN'],
    [
      2,
      'unavailable',
      'ENOENT',
      'umount /t failed (ENOENT): no such file or directory',
      'the next attempt recreates it',
    ],
    [5, 'unavailable', 'EIO', 'umount /t failed (EIO): i/o error', "the node's kernel log"],
    [
      4000,
      'unavailable',
      'errno 4000',
      'umount /t failed (errno 4000): no words are known for it',
      'tried again',
    ],
  ])('errno %i: %s, counted as %s', (errno, kind, label, words, advice) => {
    const error = explainCallFailure('umount /t', systemCallError(errno));
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(words);
    expect(error.message).toContain(advice);
    expect(error.cause).toEqual(new ChangeFailure(label));
  });

  it.each([
    [22, true], // EINVAL
    [2, true], // ENOENT
    [16, false], // EBUSY
    [1, false], // EPERM
  ])('errno %i of umount2(2) means that nothing is mounted: %s', (errno, expected) => {
    expect(isNotMounted(systemCallError(errno))).toBe(expected);
  });
});

it('killedFromOutside names the OOM killer, and counts as a timeout', () => {
  const error = killedFromOutside('umount /t');
  expect(error).toMatchObject({ kind: 'unavailable', cause: { name: 'ChangeFailure', label: 'timeout' } });
  expect(error.message).toMatch(
    /^umount \/t did not end: its process was killed from outside.*OOM killer.*tried again/,
  );
});

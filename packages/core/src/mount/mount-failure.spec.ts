import { describe, expect, it } from 'vitest';
import { explainMountFailure } from './mount-failure.js';

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
    expect(error.message).toContain('Input/output error Is the MGS running?; the management server');
  });
});

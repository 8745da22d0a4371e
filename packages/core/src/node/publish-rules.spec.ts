import { describe, expect, it } from 'vitest';
import type { AccessMode } from '../model/volume-capability.js';
import { parseMountInfo, type MountEntry } from '../mount/table/mount-table.js';
import type { Publication } from '../mount/publications.js';
import { nextPublishStep, refuseSecondTarget } from './publish-rules.js';

const wanted: Publication = {
  volumeId: 'v1',
  targetPath: '/t',
  mountPoint: '/t',
  source: 'fs.example@tcp:/abcde',
  accessMode: 'MULTI_NODE_MULTI_WRITER',
  readonly: false,
  mountFlags: ['flock'],
};
const known: Publication = { ...wanted, observedSource: '127.0.0.4@tcp:/abcde' };

const mount = (source: string, options = 'rw'): MountEntry =>
  parseMountInfo(`90 22 0:50 / /t ${options} - lustre ${source} rw`).at('/t')!;
const ours = mount('127.0.0.4@tcp:/abcde');

describe('nextPublishStep', () => {
  it.each<[string, Partial<Publication>, Publication | undefined, MountEntry | undefined, string]>([
    ['nothing there', {}, undefined, undefined, 'mount'],
    ['a record whose mount is gone', {}, known, undefined, 'mount'],
    ['a record of another volume whose mount is gone', {}, { ...known, volumeId: 'v2' }, undefined, 'mount'],
    ['published already', {}, known, ours, 'nothing'],
    ['mounted, but the driver died before it knew', {}, wanted, ours, 'finish'],
    ['begun with other options', { mountFlags: ['noflock'] }, wanted, ours, 'mount-again'],
    ['begun for reading', {}, { ...wanted, readonly: true }, ours, 'mount-again'],
    [
      'begun, and not as read-only as wanted',
      { readonly: true },
      { ...wanted, readonly: true },
      ours,
      'mount-again',
    ],
    [
      'a bind mount that was begun',
      { clientMount: '/c' },
      { ...wanted, clientMount: '/c' },
      ours,
      'mount-again',
    ],
    [
      'begun as a client of its own, wanted as a bind mount',
      { clientMount: '/c' },
      wanted,
      ours,
      'mount-again',
    ],
    [
      'begun as a bind mount, wanted as a client of its own',
      {},
      { ...wanted, clientMount: '/c' },
      ours,
      'mount-again',
    ],
    ['mounted by another driver', {}, undefined, ours, 'record'],
    [
      'mounted read-only by another driver',
      { readonly: true },
      undefined,
      mount('127.0.0.4@tcp:/abcde', 'ro'),
      'record',
    ],
  ])('%s', (_, change, record, mounted, step) => {
    expect(nextPublishStep({ ...wanted, ...change }, record, mounted)).toBe(step);
  });

  it.each<[string, Partial<Publication>, Publication | undefined, MountEntry, string, string]>([
    ['another volume', { volumeId: 'v2' }, known, ours, 'failed-precondition', 'volume v1 is published'],
    [
      'another file system',
      {},
      undefined,
      mount('127.0.0.4@tcp:/zzzzz'),
      'failed-precondition',
      '/zzzzz is mounted',
    ],
    [
      'another sub-directory',
      {},
      undefined,
      mount('127.0.0.4@tcp:/abcde/x'),
      'failed-precondition',
      '/abcde/x',
    ],
    ['not what we mounted', {}, known, mount('127.9.9.9@tcp:/abcde'), 'failed-precondition', '127.9.9.9'],
    ['no Lustre', {}, undefined, mount('tmpfs'), 'failed-precondition', '(tmpfs)'],
    ['other readonly', { readonly: true }, known, ours, 'already-exists', 'it is writable'],
    ['other readonly, no record', { readonly: true }, undefined, ours, 'already-exists', 'it is writable'],
    [
      'other access mode',
      { accessMode: 'SINGLE_NODE_WRITER' },
      known,
      ours,
      'already-exists',
      'SINGLE_NODE_WRITER',
    ],
    ['other mount flags', { mountFlags: ['noatime'] }, known, ours, 'already-exists', 'mount options differ'],
    [
      'other name of the server',
      { source: 'b.example@tcp:/abcde' },
      known,
      ours,
      'already-exists',
      'b.example',
    ],
    ['remounted', {}, known, mount('127.0.0.4@tcp:/abcde', 'ro'), 'failed-precondition', 'remounted'],
  ])('refuses: %s', (_, change, record, mounted, kind, words) => {
    expect(() => nextPublishStep({ ...wanted, ...change }, record, mounted)).toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining(words) as string }) as Error,
    );
  });
});

describe('refuseSecondTarget', () => {
  const first = (accessMode: AccessMode): Publication => ({ ...wanted, targetPath: '/first', accessMode });

  it.each<[AccessMode, AccessMode, boolean]>([
    ['MULTI_NODE_MULTI_WRITER', 'MULTI_NODE_MULTI_WRITER', true],
    ['MULTI_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY', true],
    ['SINGLE_NODE_MULTI_WRITER', 'SINGLE_NODE_MULTI_WRITER', true],
    ['MULTI_NODE_SINGLE_WRITER', 'MULTI_NODE_SINGLE_WRITER', true],
    ['SINGLE_NODE_SINGLE_WRITER', 'SINGLE_NODE_SINGLE_WRITER', false],
    ['SINGLE_NODE_WRITER', 'SINGLE_NODE_WRITER', false],
    ['SINGLE_NODE_READER_ONLY', 'SINGLE_NODE_READER_ONLY', false],
    ['SINGLE_NODE_SINGLE_WRITER', 'MULTI_NODE_MULTI_WRITER', false],
    ['MULTI_NODE_MULTI_WRITER', 'SINGLE_NODE_SINGLE_WRITER', false],
  ])('%s, then %s: allowed is %s', (before, now, allowed) => {
    const check = () => refuseSecondTarget({ ...wanted, accessMode: now }, [first(before)]);
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ kind: 'failed-precondition' }) as Error);
  });

  it('ignores other volumes', () => {
    const other = { ...first('SINGLE_NODE_SINGLE_WRITER'), volumeId: 'v2' };
    expect(() => refuseSecondTarget({ ...wanted, accessMode: 'SINGLE_NODE_WRITER' }, [other])).not.toThrow();
  });
});

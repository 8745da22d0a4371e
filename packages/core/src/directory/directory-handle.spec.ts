import { describe, expect, it } from 'vitest';
import { directoryKey, formatDirectoryHandle, parseDirectoryHandle } from './directory-handle.js';

const key = directoryKey('pvc-3f1c2d7a-0000-4000-8000-000000000000');

describe('the handle of a directory', () => {
  it.each([
    [
      'FSx',
      'fs-0123456789abcdef0',
      ['csi-volumes'],
      undefined,
      `dir:fs-0123456789abcdef0:csi-volumes:${key}`,
    ],
    ['a quota', 'fs-0123456789abcdef0', ['a', 'b'], 100123, `dir:fs-0123456789abcdef0:a/b:${key}:100123`],
    ['the root', 'lustre-rg/training', [], undefined, `dir:lustre-rg/training::${key}`],
    [
      'a source',
      'mgs1@o2ib,10.0.0.1@tcp:mgs2@o2ib:/scratch/k8s',
      ['x'],
      undefined,
      `dir:mgs1@o2ib,10.0.0.1@tcp%3Amgs2@o2ib%3A/scratch/k8s:x:${key}`,
    ],
    ['odd names', 'h', ['a:b', 'c d', '%', 'ü'], undefined, `dir:h:a%3Ab/c%20d/%25/%C3%BC:${key}`],
  ])('is read as it was written: %s', (_, parent, base, projectId, text) => {
    const handle = { parent, base, key, ...(projectId === undefined ? {} : { projectId }) };
    expect(formatDirectoryHandle(handle)).toBe(text);
    expect(parseDirectoryHandle(text)).toEqual(handle);
  });

  it.each([
    'fs-0123456789abcdef0',
    'name#lustrefs#10.0.0.4##t#lustre-rg',
    '10.0.0.4@tcp:/lustrefs',
    `dir::x:${key}`,
    `dir:h:x:${key.slice(1)}`,
    `dir:h:x:${key}:0`,
    `dir:h:x:${key}:5:6`,
    `dir:h:a/../b:${key}`,
    `dir:h:.:${key}`,
    `dir:%ZZ:x:${key}`,
    `DIR:h:x:${key}`,
    '',
  ])('is none: %s', (text) => {
    expect(parseDirectoryHandle(text)).toBeUndefined();
  });

  it('fits into the size limit of CSI for file systems of the clouds', () => {
    const parent = `${'g'.repeat(20)}/${'n'.repeat(30)}`;
    const text = formatDirectoryHandle({ parent, base: ['csi-volumes'], key, projectId: 4294967294 });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(128);
  });
});

import { growthOf } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { formatVolumeHandle, mountSourceOf, parseVolumeHandle, type VolumeHandle } from './volume-handle.js';

const handle = (changes: Partial<VolumeHandle>): VolumeHandle => ({
  name: 'pvc-1',
  fsname: 'lustrefs',
  mgsAddress: '10.0.0.4',
  subDir: '',
  dynamic: false,
  resourceGroup: '',
  ...changes,
});

/** Handles as PVs in real clusters have them, by the version of azurelustre-csi-driver that wrote them. They must be
 *  read for ever. */
const written: readonly [string, string, VolumeHandle][] = [
  ['0.1', 'pvc-1#lustrefs#10.0.0.4', handle({})],
  ['0.2, no sub-directory', 'pvc-1#lustrefs#10.0.0.4#', handle({})],
  ['0.2, a sub-directory', 'pvc-1#lustrefs#10.0.0.4#a/b', handle({ subDir: 'a/b' })],
  ['five segments', 'pvc-1#lustrefs#10.0.0.4##t', handle({ dynamic: true })],
  ['0.3, static', 'pvc-1#lustrefs#10.0.0.4##f#', handle({})],
  ['0.3, static with a group', 'pvc-1#lustrefs#10.0.0.4##f#MyGroup', handle({ resourceGroup: 'MyGroup' })],
  [
    '0.4, dynamic',
    'pvc-1#lustrefs#10.0.0.4#${pvc.metadata.name}#t#MC_group',
    handle({ subDir: '${pvc.metadata.name}', dynamic: true, resourceGroup: 'MC_group' }),
  ],
];

describe('parseVolumeHandle', () => {
  it.each(written)('reads the handle of %s', (_, text, expected) => {
    expect(parseVolumeHandle(text)).toEqual(expected);
  });

  it('takes lustrefs where no fsname is given', () => {
    expect(parseVolumeHandle('v##10.0.0.4')?.fsname).toBe('lustrefs');
  });

  it.each([
    '',
    'fake-vol-id',
    'a#b',
    'a#b#c#d#t#g#h',
    '#lustrefs#10.0.0.4',
    'a#lustrefs#',
    'a#lustrefs###f#g',
    'a#lustrefs#10.0.0.4##yes#g',
  ])('knows that %j is none', (text) => expect(parseVolumeHandle(text)).toBeUndefined());
});

describe('formatVolumeHandle', () => {
  it.each(written.filter(([version]) => /^0\.[34]/.test(version)))('writes that of %s', (_, text, parts) => {
    expect(formatVolumeHandle(parts)).toBe(text);
  });

  const name = 'pvc-0f9c1c5e-6f2c-4b52-9d0a-3f2a4b5c6d7e';
  const group = 'mc_my-resource-group_my-aks-cluster_germanywestcentral';

  it.each<[string, Partial<VolumeHandle>, string]>([
    [
      'the sub-directory first',
      { dynamic: true, subDir: 's'.repeat(60), resourceGroup: group },
      `${name}#lustrefs#10.0.0.4##t#${group}`,
    ],
    [
      'then the fsname',
      { dynamic: true, resourceGroup: `${group}${'x'.repeat(15)}` },
      `${name}##10.0.0.4##t#${group}${'x'.repeat(15)}`,
    ],
    [
      'then the address',
      { dynamic: true, resourceGroup: `${group}${'x'.repeat(25)}` },
      `${name}####t#${group}${'x'.repeat(25)}`,
    ],
  ])('keeps within 128 bytes: %s', (_, changes, text) => {
    const short = formatVolumeHandle(handle({ name, ...changes }));
    expect(short).toBe(text);
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(128);
    expect(parseVolumeHandle(short)).toMatchObject({
      name,
      dynamic: true,
      resourceGroup: changes.resourceGroup,
    });
  });

  it('keeps what a static handle points at', () => {
    const text = formatVolumeHandle(handle({ subDir: 's'.repeat(128) }));
    expect(parseVolumeHandle(text)).toEqual(handle({}));
  });
});

describe('mountSourceOf', () => {
  it('says what a static handle points at', () => {
    const parsed = parseVolumeHandle('v#scratch#10.0.0.4#a/b#f#') as VolumeHandle;
    expect(mountSourceOf(parsed)).toEqual({ mgsNodes: [['10.0.0.4@tcp']], fsname: 'scratch', subdir: 'a/b' });
  });

  it.each(['v#far-too-long#10.0.0.4', 'v#lustrefs#no address', 'v#lustrefs#10.0.0.4#../x'])(
    'knows that %j points at nothing',
    (text) => expect(mountSourceOf(parseVolumeHandle(text) as VolumeHandle)).toBeUndefined(),
  );
});

describe('a long handle', () => {
  const read = (text: string): unknown => {
    const found = parseVolumeHandle(text);
    return found && mountSourceOf(found);
  };

  it.each<[string, (size: number) => string]>([
    ['separators', (size) => '#'.repeat(size)],
    ['letters of a name', (size) => `${'a'.repeat(size)}#lustrefs#10.0.0.4`],
    ['letters of an fsname', (size) => `a#${'-'.repeat(size)}#10.0.0.4`],
    ['parts of an address', (size) => `a#lustrefs#${'1.'.repeat(size)}`],
    ['commas and colons of an address', (size) => `a#lustrefs#${',:'.repeat(size)}`],
    ['slashes of a sub-directory', (size) => `a#lustrefs#10.0.0.4#a${'/'.repeat(2 * size)}a`],
    ['names of a sub-directory', (size) => `a#lustrefs#10.0.0.4#${'a/'.repeat(size)}#f`],
  ])('is read in a time that grows like the number of %s', (_, textOf) => {
    expect(growthOf(read, textOf)).toBeLessThan(3);
  });
});

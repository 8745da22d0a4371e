import { growthOf } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { parseVolumeHandle } from './volume-handle.js';
import { fromVolumeContext } from './volume-context.js';

const id = 'fs-0123456789abcdef0';

describe('a long handle', () => {
  it.each<[string, (size: number) => string]>([
    ['digits', (size) => `fs-${'0'.repeat(size)}`],
    ['slashes', (size) => `${id}:a${'/'.repeat(2 * size)}a`],
    ['colons', (size) => `${id}${':'.repeat(size)}`],
    ['lines', (size) => `${id}#${'\n'.repeat(size)}`],
  ])('is read in a time that grows like the number of %s', (_, textOf) => {
    expect(growthOf(parseVolumeHandle, textOf)).toBeLessThan(3);
  });
});

describe('a long attribute', () => {
  it.each<[string, (size: number) => Readonly<Record<string, string>>]>([
    ['dots of dnsname', (size) => ({ dnsname: 'a.'.repeat(size) })],
    ['slashes of mountname', (size) => ({ dnsname: 'host', mountname: `fsx/${'/'.repeat(2 * size)}a` })],
    ['names of subDir', (size) => ({ dnsname: 'host', subDir: 'a/'.repeat(size) })],
  ])('is read in a time that grows like the number of %s', (_, contextOf) => {
    const read = (size: string): unknown => fromVolumeContext(contextOf(size.length));
    expect(growthOf(read, (size) => ' '.repeat(size))).toBeLessThan(3);
  });
});

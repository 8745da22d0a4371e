import { describe, expect, it } from 'vitest';
import { volumeAttributes } from './volume-attributes.js';

const keys = ['dnsname', 'fs-name', 'subDir'];
const read = (context: Record<string, string>): object =>
  Object.fromEntries(volumeAttributes(context, keys, 'subDir'));

describe('volumeAttributes', () => {
  it.each<[Record<string, string>, object]>([
    [
      { dnsName: 'a', FS_NAME: 'b' },
      { dnsname: 'a', 'fs-name': 'b' },
    ],
    [
      { 'DNS-Name': 'a', fsName: 'b', 'sub-dir': 'c' },
      { dnsname: 'a', 'fs-name': 'b', subDir: 'c' },
    ],
    [{ dnsname: 'a', DNSName: 'a' }, { dnsname: 'a' }],
    [{ 'csi.storage.k8s.io/pod.name': 'p' }, { 'csi.storage.k8s.io/pod.name': 'p' }],
    [{ path: '' }, { path: '' }],
  ])('reads %o', (context, values) => expect(read(context)).toEqual(values));

  it.each<[Record<string, string>, string]>([
    [{ path: '/team' }, '"path" is not an attribute of this driver'],
    [{ subPath: 'a' }, 'write "subDir" for a directory'],
    [{ Sub_Directory: 'a' }, '"Sub_Directory"'],
    [{ share: 'a' }, '"share"'],
    [{ dnsname: 'a', dnsName: 'b' }, '"dnsname" and "dnsName" mean the same'],
  ])('refuses %o', (context, words) => expect(() => read(context)).toThrow(words));
});

import { formatMountSource } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { AmlNode } from './node-identity.js';

const node = new AmlNode();
const mounted = (volumeId: string, context: Record<string, string>): string =>
  formatMountSource(node.mountSource({ volumeId, context }));

describe('AmlNode.mountSource', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['a static PV', 'pv-lustre', { 'mgs-ip-address': '10.0.0.4' }, '10.0.0.4@tcp:/lustrefs'],
    ['any case', 'x', { 'MGS-IP-Address': '10.0.0.4', 'FS-Name': 'scratch' }, '10.0.0.4@tcp:/scratch'],
    ['slashes in the fsname', 'x', { 'mgs-ip-address': 'a', 'fs-name': '/scratch/' }, 'a@tcp:/scratch'],
    ['the dot of the root', 'x', { 'mgs-ip-address': 'mgs.example.com.\n' }, 'mgs.example.com@tcp:/lustrefs'],
    ['separators', 'x', { mgsIpAddress: 'a', fsName: 'b', subDir: 'c' }, 'a@tcp:/b/c'],
    ['spaces', 'x', { 'mgs-ip-address': ' 10.0.0.4 ' }, '10.0.0.4@tcp:/lustrefs'],
    ['NIDs', 'x', { 'mgs-ip-address': 'a@tcp1,b@tcp:c' }, 'a@tcp1,b@tcp:c@tcp:/lustrefs'],
    [
      'a sub-directory of a pod',
      'pv-lustre-subdir',
      {
        'mgs-ip-address': '10.0.0.4',
        'sub-dir': '/${pod.metadata.namespace}_${pod.metadata.name}/',
        'csi.storage.k8s.io/pod.namespace': 'shop',
        'csi.storage.k8s.io/pod.name': 'web-0',
      },
      '10.0.0.4@tcp:/lustrefs/shop_web-0',
    ],
    [
      'a context as azurelustre-csi-driver wrote it',
      'pvc-1#lustrefs#10.0.0.4#data#t#rg',
      {
        'mgs-ip-address': '10.0.0.4',
        'fs-name': 'lustrefs',
        'sub-dir': 'data',
        'resource-group-name': 'rg',
        'created-by-dynamic-provisioning': 't',
        'sku-name': 'AMLFS-Durable-Premium-125',
        'storage.kubernetes.io/csiProvisionerIdentity': '1-2-azurelustre.csi.azure.com',
      },
      '10.0.0.4@tcp:/lustrefs/data',
    ],
    ['the handle alone', 'pvc-1#scratch#10.0.0.4#data#f#', {}, '10.0.0.4@tcp:/scratch/data'],
    [
      'a context that knows better than its handle',
      'pvc-1#lustrefs#10.0.0.9#old',
      { 'mgs-ip-address': '10.0.0.4' },
      '10.0.0.4@tcp:/lustrefs',
    ],
  ])('reads %s', (_, volumeId, context, source) => expect(mounted(volumeId, context)).toBe(source));

  it.each<[string, Record<string, string>, string]>([
    ['no address', {}, 'the volume context has no "mgs-ip-address"'],
    ['an empty address', { 'mgs-ip-address': ' ' }, 'the volume context has no "mgs-ip-address"'],
    ['another spelling', { 'mgs-ip-address': 'a', path: '/team' }, 'write "sub-dir"'],
    ['what is no address', { 'mgs-ip-address': 'a b' }, '"a b@tcp" is not a NID'],
    ['what is no fsname', { 'mgs-ip-address': 'a', 'fs-name': 'far-too-long' }, 'not a Lustre fsname'],
    ['an empty sub-directory', { 'mgs-ip-address': 'a', 'sub-dir': '' }, 'names no directory'],
    ['the root', { 'mgs-ip-address': 'a', 'sub-dir': '/' }, 'names no directory'],
    ['a way out', { 'mgs-ip-address': 'a', 'sub-dir': 'x/../..' }, '".."'],
    [
      'an unknown variable',
      { 'mgs-ip-address': 'a', 'sub-dir': '${pod.ip}' },
      '"${pod.ip}" looks like a placeholder, but is unknown',
    ],
    [
      'a variable that leads out',
      { 'mgs-ip-address': 'a', 'sub-dir': '${pod.metadata.name}', 'csi.storage.k8s.io/pod.name': '..' },
      '".."',
    ],
  ])('refuses %s', (_, context, words) => {
    expect(() => mounted('v', context)).toThrow(
      expect.objectContaining({
        kind: 'invalid-argument',
        message: expect.stringContaining(words) as string,
      }),
    );
  });

  it('names the keys that it gives a meaning to', () => {
    expect(node.contextKeys).toContain('mgs-ip-address');
    expect(node.contextKeys).toContain('csi.storage.k8s.io/pod.uid');
  });
});

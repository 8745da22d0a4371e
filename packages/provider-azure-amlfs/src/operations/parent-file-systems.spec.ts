import { expect, it } from 'vitest';
import { amlParentFileSystems } from './parent-file-systems.js';
import { AmlNode } from '../node/node-identity.js';
import { amlMountSource } from '../node/volume-context.js';

it.each([
  [{ 'file-system-name': 'training', 'resource-group-name': 'Lustre-RG' }, undefined, 'lustre-rg/training'],
  [{ 'file-system-name': 'training' }, 'configured', 'configured/training'],
  [{ 'file-system-name': 'training', 'resource-group-name': 'given' }, 'configured', 'given/training'],
])('%o is a host', (given, configured, host) => {
  const hosts = amlParentFileSystems(configured, async () => {});
  expect(hosts.parentOf(given)).toBe(host);
  const [listingScope, id] = host.split('/');
  expect(hosts.referenceTo(host)).toEqual({ id, listingScope });
});

it('says which parameter is missing', () => {
  expect(() => amlParentFileSystems('rg', async () => {}).parentOf({})).toThrow(
    '"file-system-name" is missing',
  );
  expect(() => amlParentFileSystems(undefined, async () => {}).parentOf({ 'file-system-name': 'x' })).toThrow(
    '"resource-group-name" is missing',
  );
  expect(amlParentFileSystems(undefined, async () => {}).referenceTo('fs-0123456789abcdef0')).toBeUndefined();
});

it.each(['10.0.0.4', '10.0.0.4@tcp:10.0.0.5@tcp'])('has nodes mount the sub-directory from %s', (address) => {
  const source = amlMountSource(address, 'lustrefs', 'csi-volumes/a/b');
  const context = amlParentFileSystems('rg', async () => {}).contextFor(source);
  expect(new AmlNode().mountSource({ volumeId: 'dir:rg/x:csi-volumes:0', context })).toEqual(source);
});

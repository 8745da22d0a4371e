import { describe, expect, it } from 'vitest';
import { subnetId, validBody } from '../testing/azure-server.js';
import { parseRequestedFileSystem, parseSettingsChange } from './requested-file-system.js';

const account = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts';
const container = (name: string, in_ = 'one'): string =>
  `${account}/${in_}/blobServices/default/containers/${name}`;
const identityId =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1';
const vault = '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v';
const keyUrl = 'https://v.vault.azure.net/keys/k/1';

type Body = Record<string, unknown>;
const properties = (change: Body): Body => {
  const body = validBody();
  return { ...body, properties: { ...(body['properties'] as Body), ...change } };
};
const root = (change: Body): Body => ({ ...validBody(), ...change });
const codeOf = (body: Body, version = '2026-01-01'): unknown => {
  try {
    parseRequestedFileSystem(body, version);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const window = (dayOfWeek: string, timeOfDayUTC: string): Body =>
  properties({ maintenanceWindow: { dayOfWeek, timeOfDayUTC } });
const tags = (count: number): Body =>
  root({ tags: Object.fromEntries(Array.from({ length: count }, (_none, index) => [`t${index}`, 'v'])) });
const key = (value: Body): Body => properties({ encryptionSettings: { keyEncryptionKey: value } });
const hsm = (settings: Body): Body => properties({ hsm: { settings } });
const squash = (settings: Body): Body => properties({ rootSquashSettings: settings });

describe('parseRequestedFileSystem', () => {
  it.each([
    ['what is complete', validBody(), 'accepted'],
    ['no location', root({ location: undefined }), 'LocationRequired'],
    ['no SKU', root({ sku: undefined }), 'InvalidParameter'],
    ['a SKU without a name', root({ sku: {} }), 'InvalidParameter'],
    ['no capacity', properties({ storageCapacityTiB: undefined }), 'InvalidParameter'],
    ['a capacity in words', properties({ storageCapacityTiB: '16' }), 'InvalidRequestContent'],
    ['no subnet', properties({ filesystemSubnet: undefined }), 'InvalidParameter'],
    [
      'a subnet name instead of an id',
      properties({ filesystemSubnet: 'lustre-subnet' }),
      'LinkedInvalidPropertyId',
    ],
    ['a subnet in capitals', properties({ filesystemSubnet: subnetId().toUpperCase() }), 'accepted'],
    ['no maintenance window', properties({ maintenanceWindow: undefined }), 'InvalidParameter'],
    ['zones that are no list', root({ zones: '1' }), 'InvalidRequestContent'],
    ['Sunday 0:00', window('Sunday', '0:00'), 'accepted'],
    ['23:59', window('Monday', '23:59'), 'accepted'],
    ['24:00', window('Monday', '24:00'), 'InvalidParameter'],
    ['9:5', window('Monday', '9:5'), 'InvalidParameter'],
    ['a short day name', window('Fri', '22:00'), 'InvalidParameter'],
    ['50 tags', tags(50), 'accepted'],
    ['51 tags', tags(51), 'TooManyTags'],
    ['a tag name of 512 characters', root({ tags: { ['n'.repeat(512)]: 'v'.repeat(256) } }), 'accepted'],
    ['a tag name of 513 characters', root({ tags: { ['n'.repeat(513)]: '' } }), 'InvalidTagLength'],
    ['a tag value of 257 characters', root({ tags: { n: 'v'.repeat(257) } }), 'InvalidTagLength'],
    [
      'a slash in a tag name',
      root({ tags: { 'kubernetes.io/created-for': 'x' } }),
      'InvalidTagNameCharacters',
    ],
    ['a system identity', root({ identity: { type: 'SystemAssigned' } }), 'InvalidParameter'],
    ['a user identity without ids', root({ identity: { type: 'UserAssigned' } }), 'InvalidParameter'],
    [
      'a user identity',
      root({ identity: { type: 'UserAssigned', userAssignedIdentities: { [identityId]: {} } } }),
      'accepted',
    ],
    [
      'an identity by name',
      root({ identity: { type: 'UserAssigned', userAssignedIdentities: { id1: {} } } }),
      'LinkedInvalidPropertyId',
    ],
    ['a key', key({ keyUrl, sourceVault: { id: vault } }), 'accepted'],
    ['a key without a vault', key({ keyUrl }), 'InvalidParameter'],
    ['a key that is no URL', key({ keyUrl: 'k', sourceVault: { id: vault } }), 'InvalidParameter'],
    ['a vault by name', key({ keyUrl, sourceVault: { id: 'v' } }), 'LinkedInvalidPropertyId'],
    ['containers', hsm({ container: container('a'), loggingContainer: container('b') }), 'accepted'],
    ['no logging container', hsm({ container: container('a') }), 'InvalidParameter'],
    [
      'one container twice',
      hsm({ container: container('a'), loggingContainer: container('A') }),
      'InvalidParameter',
    ],
    [
      'containers of two accounts',
      hsm({ container: container('a'), loggingContainer: container('b', 'two') }),
      'InvalidParameter',
    ],
    ['a container by name', hsm({ container: 'a', loggingContainer: 'b' }), 'LinkedInvalidPropertyId'],
    ['an unknown squash mode', squash({ mode: 'Root' }), 'InvalidParameter'],
    ['a squash id in words', squash({ mode: 'All', squashUID: '99' }), 'InvalidRequestContent'],
  ])('of %s: %s', (_what, body, code) => {
    expect(codeOf(body)).toBe(code);
  });

  it('normalises the region name', () => {
    expect(parseRequestedFileSystem(root({ location: 'East US' }), '2023-05-01').location).toBe('eastus');
  });

  it('knows root squash only in api-versions that have it', () => {
    const body = squash({ mode: 'RootOnly', squashUID: 99, status: 'ignored' });
    expect(parseRequestedFileSystem(body, '2023-05-01').rootSquashSettings).toBeUndefined();
    expect(parseRequestedFileSystem(body, '2024-03-01').rootSquashSettings).toEqual({
      mode: 'RootOnly',
      squashUID: 99,
    });
  });
});

describe('parseSettingsChange', () => {
  it('takes only the named settings', () => {
    expect(parseSettingsChange({ tags: { a: 'b' } }, '2023-05-01')).toEqual({ tags: { a: 'b' } });
    expect(parseSettingsChange({}, '2023-05-01')).toEqual({});
  });

  it.each([
    ['sku', { sku: { name: 'x' } }],
    ['zones', { zones: ['1'] }],
    ['properties.storageCapacityTiB', { properties: { storageCapacityTiB: 8 } }],
    ['properties.filesystemSubnet', { properties: { filesystemSubnet: subnetId() } }],
    ['properties.hsm', { properties: { hsm: {} } }],
  ])('refuses %s', (target, body) => {
    expect(() => parseSettingsChange(body, '2023-05-01')).toThrow(
      expect.objectContaining({ code: 'PropertyChangeNotAllowed', details: { target } }) as Error,
    );
  });
});

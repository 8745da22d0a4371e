import { describe, expect, it } from 'vitest';
import type { MutableParameters } from '../parameters/mutable-parameters.js';
import { settingsAgain, settingsChange, tagsOf, toSettings, type ArmSettings } from './settings-change.js';

const maintenanceWindow = { dayOfWeek: 'Sunday', timeOfDayUTC: '22:00' };
const vault = '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v';
const key = { keyUrl: 'https://v.vault.azure.net/keys/k', sourceVault: { id: vault } };
const requested = { 'key-vault-key-url': key.keyUrl, 'key-vault-id': vault };
const withIdentity: ArmSettings = { identity: { type: 'UserAssigned' } };

describe('settingsChange', () => {
  it.each<[string, ArmSettings, MutableParameters, object | undefined]>([
    ['nothing', { properties: { maintenanceWindow } }, {}, undefined],
    [
      'one half of the window',
      { properties: { maintenanceWindow } },
      { 'maintenance-day-of-week': 'Monday' },
      { properties: { maintenanceWindow: { dayOfWeek: 'Monday', timeOfDayUTC: '22:00' } } },
    ],
    [
      'a time that is the same',
      { properties: { maintenanceWindow: { ...maintenanceWindow, timeOfDayUTC: '02:05' } } },
      { 'maintenance-time-of-day-utc': '2:05' },
      undefined,
    ],
    [
      'a window where none is shown',
      {},
      { 'maintenance-day-of-week': 'Monday', 'maintenance-time-of-day-utc': '1:00' },
      { properties: { maintenanceWindow: { dayOfWeek: 'Monday', timeOfDayUTC: '1:00' } } },
    ],
    [
      'the same NIDs in another order',
      { properties: { rootSquashSettings: { mode: 'All', noSquashNidLists: '10.0.0.2@tcp; 10.0.0.1@tcp' } } },
      { 'root-squash-mode': 'All', 'no-squash-nids': ['10.0.0.1@tcp', '10.0.0.2@tcp'] },
      undefined,
    ],
    [
      'root squash for the first time',
      {},
      { 'root-squash-mode': 'All' },
      { properties: { rootSquashSettings: { mode: 'All' } } },
    ],
    [
      'another key',
      withIdentity,
      requested,
      { properties: { encryptionSettings: { keyEncryptionKey: key } } },
    ],
    [
      'the same key',
      { properties: { encryptionSettings: { keyEncryptionKey: key } } },
      { ...requested, 'key-vault-id': vault.toUpperCase() },
      undefined,
    ],
    [
      'the same key, in any version',
      { properties: { encryptionSettings: { keyEncryptionKey: { ...key, keyUrl: `${key.keyUrl}/7` } } } },
      requested,
      undefined,
    ],
    ['no root squash where there was none', {}, { 'root-squash-mode': 'None' }, undefined],
    [
      'a window whose day is spelled otherwise',
      { properties: { maintenanceWindow: { ...maintenanceWindow, dayOfWeek: 'sunday' } } },
      { 'maintenance-day-of-week': 'Sunday' },
      undefined,
    ],
    ['a tag, and names no other', { tags: { a: 'b' } }, { tags: { c: 'd' } }, { tags: { c: 'd' } }],
    [
      'one tag of two, in the spelling that it has',
      { tags: { Team: 'a', x: 'y' } },
      { tags: { team: 'b', X: 'y' } },
      { tags: { Team: 'b' } },
    ],
    ['a tag that is there', { tags: { a: 'b' } }, { tags: { a: 'b' } }, undefined],
  ])('of %s', (_, settings, parameters, change) => {
    expect(settingsChange(settings, parameters)).toEqual(change);
  });

  it.each<[string, ArmSettings, MutableParameters, string]>([
    [
      'half a window where none is shown',
      {},
      { 'maintenance-day-of-week': 'Monday' },
      'reports no maintenance window',
    ],
    ['a user without a mode', {}, { 'root-squash-uid': 5 }, 'need root-squash-mode'],
    ['a key without an identity', { identity: { type: 'None' } }, requested, 'user-assigned identity'],
  ])('refuses %s', (_, settings, parameters, words) => {
    expect(() => settingsChange(settings, parameters)).toThrow(words);
  });
});

describe('settingsAgain', () => {
  const shown = { tags: { a: 'b', c: 'd' }, properties: { maintenanceWindow }, ...withIdentity };
  it.each<[string, MutableParameters, object | undefined]>([
    ['nothing', {}, undefined],
    [
      'a window',
      { 'maintenance-day-of-week': 'Sunday' },
      { properties: { maintenanceWindow: { dayOfWeek: 'Sunday', timeOfDayUTC: '22:00' } } },
    ],
    ['no tag', { tags: { a: 'b' } }, undefined],
    ['a key', requested, { properties: { encryptionSettings: { keyEncryptionKey: key } } }],
  ])('asks once more for %s that is shown already', (_, parameters, body) => {
    expect(settingsAgain(shown, parameters)).toEqual(body);
  });
});

describe('toSettings', () => {
  it('reads what ARM shows, and leaves the read-only out', () => {
    const resource = {
      name: 'fs',
      tags: { a: 'b' },
      identity: { type: 'UserAssigned', userAssignedIdentities: {} },
      properties: {
        maintenanceWindow,
        rootSquashSettings: { mode: 'RootOnly', squashUID: 1, status: 'nodemap.active=1' },
        encryptionSettings: { keyEncryptionKey: key },
      },
    };
    expect(toSettings(resource)).toEqual({
      tags: { a: 'b' },
      identity: { type: 'UserAssigned' },
      properties: {
        maintenanceWindow,
        rootSquashSettings: { mode: 'RootOnly', squashUID: 1 },
        encryptionSettings: { keyEncryptionKey: key },
      },
    });
  });

  it('counts a tag whose value is odd', () => {
    const settings = toSettings({ tags: { a: 'b', odd: null } });
    expect(tagsOf(settings)).toEqual({ a: 'b', odd: '' });
    expect(settingsChange(settings, { tags: { odd: 'd' } })).toEqual({ tags: { odd: 'd' } });
  });

  it.each([null, 'x', { properties: 5, tags: [] }, { properties: { maintenanceWindow: { dayOfWeek: 1 } } }])(
    'reads what is odd in %j as absent',
    (resource) => {
      const { properties, tags } = toSettings(resource);
      expect([properties?.maintenanceWindow, tags]).toEqual([undefined, undefined]);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { splitNodeSettings } from './node-settings.js';

describe('splitNodeSettings', () => {
  it.each([
    [{ subnetId: 's' }, {}, { subnetId: 's' }],
    [{ subnetId: 's', mountSharing: 'pod' }, { mountSharing: 'pod' }, { subnetId: 's' }],
    [
      { mountsharing: 'node', CLIENTTUNING: 'llite.*.max_cached_mb=1' },
      { mountSharing: 'node', clientTuning: 'llite.*.max_cached_mb=1' },
      {},
    ],
    [
      { provisioningMode: 'existing', mountSharing: 'pod' },
      { mountSharing: 'pod' },
      { provisioningMode: 'existing' },
    ],
    [{ ProvisioningMode: 'directory', uid: '1000' }, {}, { ProvisioningMode: 'directory', uid: '1000' }],
    [{ provisioningMode: 'directory', uid: '1000' }, {}, { provisioningMode: 'directory', uid: '1000' }],
  ])('%j', (given, nodeSettings, parameters) => {
    expect(splitNodeSettings(given)).toEqual({ nodeSettings, parameters });
  });

  it('keeps a parameter with the name of a property of objects', () => {
    const given = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    expect(Object.keys(splitNodeSettings(given).parameters)).toEqual(['__proto__']);
  });

  it('refuses a value that a node could not use, by name', () => {
    expect(() => splitNodeSettings({ mountSharing: 'everybody' })).toThrow(/mountSharing.*everybody/);
  });
});

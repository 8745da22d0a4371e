import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.js';
import { MemoryCloud, memoryProvider } from '../testing/memory-provider.js';
import type { ProviderPlugin } from './provider-plugin.js';
import { ProviderRegistry } from './registry.js';

const named = (driverName: string): ProviderPlugin => ({ ...memoryProvider(new MemoryCloud()), driverName });

describe('ProviderRegistry', () => {
  it('finds a provider by its driver name', () => {
    const [one, two] = [named('two.example.com'), named('one.example.com')];
    const registry = new ProviderRegistry([one, two]);
    expect(registry.get('two.example.com')).toBe(one);
    expect(registry.get('one.example.com')).toBe(two);
    expect(registry.names).toEqual(['one.example.com', 'two.example.com']);
  });

  it.each(['', 'One.example.com', 'constructor'])('lists the known names where it knows no "%s"', (name) => {
    const registry = new ProviderRegistry([named('two.example.com'), named('one.example.com')]);
    expect(() => registry.get(name)).toThrow(
      new ConfigurationError(`unknown --driver-name "${name}": known are one.example.com, two.example.com`),
    );
  });

  it('serves a provider under a former name by which it is selected', () => {
    const plugin = { ...named('one.example.com'), formerNames: ['old.example.com'] };
    const registry = new ProviderRegistry([plugin]);
    const settings = { flag: () => undefined, environment: () => undefined };
    expect(registry.named('old.example.com', settings).driverName).toBe('old.example.com');
    expect(registry.named('one.example.com', settings)).toBe(plugin);
    expect(registry.names).toEqual(['one.example.com']);
  });

  it('refuses two of one name', () => {
    expect(() => new ProviderRegistry([named('one.example.com'), named('one.example.com')])).toThrow(
      new ConfigurationError('two providers are registered as one.example.com'),
    );
  });

  it.each([
    'fsx.csi.aws.com',
    'azurelustre.csi.azure.com',
    'ab',
    'a_b-c.9-d',
    `a${'x'.repeat(61)}z`, // 63 characters, the most that CSI allows.
  ])('takes the CSI driver name %s', (name) =>
    expect(new ProviderRegistry([named(name)]).names).toEqual([name]),
  );

  it.each([
    '',
    'a',
    '9lustre.example.com',
    'lustre.example.com9', // csi-sanity wants a letter at the end, too.
    '-lustre',
    'lustre.',
    'lustre csi',
    'lustre/csi',
    'lüstre.csi',
    'lustre.csi\n',
    `a${'x'.repeat(62)}z`,
  ])('refuses %j, which is no CSI driver name', (name) => {
    expect(() => new ProviderRegistry([named(name)])).toThrow(ConfigurationError);
    expect(() => new ProviderRegistry([named(name)])).toThrow(`"${name}" is not a CSI driver name`);
  });
});

import { formatMountSource } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { LustreNode } from './lustre-node.js';
import { formatVolumeHandle, parseVolumeHandle } from './volume-handle.js';

const node = new LustreNode();
const id = `ocid1.lustrefilesystem.oc1.phx.amaaaaaa${'x'.repeat(52)}`;
const source = (volumeId: string, context: Record<string, string> = {}): string =>
  formatMountSource(node.mountSource({ volumeId, context }));

describe('the mount source', () => {
  it.each([
    [`${id}:10.0.2.8@tcp:/pvabc123`, {}, '10.0.2.8@tcp:/pvabc123'],
    ['10.0.2.8@tcp:/lustrefs', {}, '10.0.2.8@tcp:/lustrefs'],
    ['10.0.2.8@tcp:10.0.2.9@tcp:/lustrefs', {}, '10.0.2.8@tcp:10.0.2.9@tcp:/lustrefs'],
    ['10.0.2.8@tcp:/lustrefs/team/a', {}, '10.0.2.8@tcp:/lustrefs/team/a'],
    [id, { source: '10.0.2.8@tcp:/pvabc123' }, '10.0.2.8@tcp:/pvabc123'],
    ['any text', { Source: '10.0.2.8@tcp:/a/b' }, '10.0.2.8@tcp:/a/b'],
  ])('of %s with %j is %s', (volumeId, context, expected) => {
    expect(source(volumeId, context)).toBe(expected);
  });

  it.each([
    ['any text', {}, 'has no "source"'],
    [id, {}, 'has no "source"'],
    ['x', { source: 'nonsense' }, '"source": "nonsense" is not a Lustre mount source'],
    ['10.0.2.8@tcp:/a', { subPath: 'b' }, '"subPath" is not an attribute'],
  ])('of %s with %j is refused', (volumeId, context, words) => {
    expect(() => source(volumeId, context)).toThrow(words);
  });
});

describe('the volume handle', () => {
  const mgs = node.mountSource({ volumeId: '10.0.2.8@tcp:/pvabc123', context: {} });

  it('is that of Oracle’s driver, and leads back', () => {
    const handle = formatVolumeHandle(id, mgs);
    expect(handle).toBe(`${id}:10.0.2.8@tcp:/pvabc123`);
    expect(parseVolumeHandle(handle)).toEqual({ fileSystemId: id, source: mgs });
  });

  it('leaves the source out where it would be too long', () => {
    const long = `ocid1.lustrefilesystem.oc1.us-chicago-1.amaaaaaa${'x'.repeat(52)}`;
    const handle = formatVolumeHandle(long, { ...mgs, mgsNodes: [['100.100.100.100@tcp']] });
    expect(handle).toBe(long);
    expect(parseVolumeHandle(handle)).toEqual({ fileSystemId: long });
  });

  it.each([
    '',
    'fs-0123456789abcdef0',
    `${id}:nonsense`,
    'ocid1.instance.oc1.phx.a',
    'a#b#10.0.0.4#c#t#g',
    '@',
  ])('is none: %s', (text) => expect(parseVolumeHandle(text)).toBeUndefined());
});

describe('client parameters', () => {
  const tuning = (lustrePostMountParameters: string): unknown =>
    node.impliedSettings({ volumeId: '', context: { lustrePostMountParameters } })['clientTuning'];

  it.each([
    ['[{"*.*.*MDT*.lru_size": 11200}]', 'ldlm.namespaces.*MDT*.lru_size=11200'],
    ['[{"*.*.*OST*.max_rpcs_in_flight": "16"}]', 'osc.*OST*.max_rpcs_in_flight=16'],
    [
      '[{"*.*.*MDT*.max_rpcs_in_flight": 8},{"llite.*.fast_read": true}]',
      'mdc.*MDT*.max_rpcs_in_flight=8,llite.*.fast_read=true',
    ],
    ['[]', ''],
  ])('%s are %s', (text, expected) => expect(tuning(text)).toBe(expected));

  it.each(['x', '{}', '[1]', '[{"a": {}}]', '[{"*.*.constructor*.x": 1}]'])(
    'refuses %s by its key',
    (text) => {
      expect(() => tuning(text)).toThrow(/^lustrePostMountParameters is /);
    },
  );

  it('are none where the context has none', () => {
    expect(node.impliedSettings({ volumeId: '', context: {} })).toEqual({});
  });
});

describe('LNet', () => {
  const requirement = (context: Record<string, string>): unknown =>
    node.lnetRequirement({ volumeId: '', context });

  it('must use the subnet with setupLnet alone', () => {
    const lustreSubnetCidr = '10.0.2.0/24';
    const expected = { key: 'lustreSubnetCidr', subnet: lustreSubnetCidr };
    expect(requirement({ setupLnet: 'True', lustreSubnetCidr })).toEqual(expected);
    expect(requirement({ setupLnet: 'false', lustreSubnetCidr })).toBeUndefined();
    expect(requirement({ setupLnet: 'true' })).toBeUndefined();
  });

  it('refuses what is no subnet', () => {
    expect(() => requirement({ setupLnet: 'true', lustreSubnetCidr: 'eth0' })).toThrow(
      'lustreSubnetCidr is "eth0"',
    );
  });
});

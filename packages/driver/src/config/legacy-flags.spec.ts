import { MemoryCloud, memoryProvider } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { readConfig, type Config } from './config.js';

const driver = { name: 'a-driver', providers: [memoryProvider(new MemoryCloud())] };

const served = (...argv: readonly string[]): Config => {
  const all = ['--endpoint=unix:/csi/csi.sock', ...argv];
  const invocation = readConfig(driver, { argv: all, environment: {} });
  if (invocation.kind !== 'serve') throw new Error(`it does not serve: ${invocation.kind}`);
  return invocation.config;
};

describe('flags of lustre-csi-driver of Google', () => {
  it.each<[readonly string[], Config['mode']]>([
    [[], 'all'],
    [['--controller=true'], 'controller'],
    [['--node'], 'node'],
    [['-node=1', '--controller=false'], 'node'],
    [['--controller', '--node'], 'all'],
    [['--controller=true', '--mode=node'], 'node'],
  ])('%j are the mode %s', (argv, mode) => expect(served(...argv).mode).toBe(mode));

  // `flag.` in cmd/csi_driver/main.go of all tags.
  it('are accepted as in its manifests; those without an effect are reported', () => {
    const { settings, warnings } = served(
      ...['--v=5', '--nodeid=a', '--controller=true', '--http-endpoint=:22023', '--metrics-path=/metrics'],
      ...['--enable-label-controller=true', '--leader-election-namespace=kube-system'],
      ...['--disable-kmod-install=true', '--disable-multi-nic=true'],
    );
    expect(settings.flag('metrics-address')).toBe(':22023');
    expect(warnings.map((warning) => warning.split(':', 1)[0])).toEqual([
      '--enable-label-controller',
      '--leader-election-namespace',
      '--disable-kmod-install',
      '--disable-multi-nic',
    ]);
  });

  it('refuse another path of the metrics', () => {
    expect(() => served('--metrics-path=/stats')).toThrow('--metrics-path=/stats: metrics are served at');
  });
});
